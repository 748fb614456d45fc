import type { AppRouter } from "@parley/core/router";
import { MutationObserver } from "@tanstack/react-query";
import { TRPCClientError } from "@trpc/client";
import { expect, test, vi } from "vitest";
import { createQueryClient } from "../query-client.ts";

const refused = (appCode: string) =>
  TRPCClientError.from<AppRouter>({ error: { code: -32000, message: appCode, data: { appCode } } } as never);

test.each([
  ["auth.required", 1, 0],
  ["auth.expired", 1, 0],
  ["tenant.not_found", 0, 1],
  ["tenant.required", 0, 1],
  ["auth.factor_required", 0, 1],
  ["auth.forbidden", 0, 0],
  ["member.not_found", 0, 0],
])("%s, whatever was asked, has the session looked after", async (code, ends, losses) => {
  const onSignedOut = vi.fn();
  const onLost = vi.fn();
  const client = createQueryClient({ onSignedOut, onLost });
  await client
    .fetchQuery({ queryKey: ["x"], queryFn: () => Promise.reject(refused(code)), retry: false })
    .catch(() => {});
  expect([onSignedOut.mock.calls.length, onLost.mock.calls.length]).toEqual([ends, losses]);
  const action = new MutationObserver(client, { mutationFn: () => Promise.reject(refused(code)), retry: false });
  await action.mutate().catch(() => {});
  expect([onSignedOut.mock.calls.length, onLost.mock.calls.length]).toEqual([2 * ends, 2 * losses]);
});
