import { randomUUID } from "node:crypto";
import { ContactId, InboxId, MemberId, TenantId } from "@parley/contracts";
import { afterEach, expect, test, vi } from "vitest";
import {
  recogniseVisitor,
  signTicket,
  signVisitorToken,
  tokenLifetimes,
  verifySocketToken,
  verifyVisitorToken,
} from "./tokens.ts";

const secret = "a secret of this test alone, 32 characters or more";
const visitor = {
  tenantId: TenantId.parse(randomUUID()),
  inboxId: InboxId.parse(randomUUID()),
  contactId: ContactId.parse(randomUUID()),
  origin: "https://shop.example",
};
const ticket = {
  tenantId: visitor.tenantId,
  memberId: MemberId.parse(randomUUID()),
  sessionId: randomUUID(),
  secondFactor: false,
};

afterEach(() => vi.useRealTimers());

test("[S6 control] a visitor token tells who the visitor is and where its pages stand", async () => {
  const { token } = await signVisitorToken(secret, visitor);
  expect(await verifyVisitorToken(secret, token)).toMatchObject(visitor);
  expect(await verifySocketToken(secret, token)).toMatchObject({
    kind: "contact",
    ...visitor,
  });
});

test("[S6] a ticket is no visitor token", async () => {
  const { token } = await signTicket(secret, ticket);
  expect(await verifySocketToken(secret, token)).toMatchObject({
    kind: "member",
    ...ticket,
  });
  await expect(verifyVisitorToken(secret, token)).rejects.toMatchObject({
    code: "auth.required",
  });
});

test("[S6] a token that was signed with another secret, was altered or has no signature opens nothing", async () => {
  const { token } = await signVisitorToken(secret, visitor);
  const [header, payload, signature] = token.split(".");
  const altered = {
    ...JSON.parse(Buffer.from(payload ?? "", "base64url").toString()),
    contactId: randomUUID(),
  };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const { token: foreign } = await signVisitorToken(`another ${secret}`, visitor);
  for (const forged of [
    foreign,
    `${header}.${encode(altered)}.${signature}`,
    `${encode({ alg: "none" })}.${payload}.`,
    "no token at all",
  ]) {
    await expect(verifyVisitorToken(secret, forged)).rejects.toMatchObject({
      code: "auth.required",
    });
    await expect(verifySocketToken(secret, forged)).rejects.toMatchObject({
      code: "auth.required",
    });
  }
});

test("an expired token opens nothing, but starts the next visit for 30 days", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const { token } = await signVisitorToken(secret, visitor);
  vi.advanceTimersByTime(tokenLifetimes.visitorSeconds * 1000 + 1000);
  await expect(verifyVisitorToken(secret, token)).rejects.toMatchObject({
    code: "auth.expired",
  });
  await expect(verifySocketToken(secret, token)).rejects.toMatchObject({
    code: "auth.expired",
  });
  expect(await recogniseVisitor(secret, token)).toMatchObject(visitor);
  vi.advanceTimersByTime(tokenLifetimes.visitorRenewalSeconds * 1000);
  await expect(recogniseVisitor(secret, token)).rejects.toMatchObject({
    code: "auth.expired",
  });
});
