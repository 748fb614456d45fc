import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef } from "react";
import { Button } from "../../../components/button.tsx";
import { CopyButton } from "../../../components/copy-button.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { CodeField } from "../../../forms/code-field.tsx";
import { SubmissionNotice } from "../../../forms/submission-notice.tsx";
import { useSubmission } from "../../../forms/use-submission.ts";
import { AccountError } from "../../../session/account-query.ts";
import { cancelled } from "../../../session/account-request.ts";
import { useAccountRequest } from "../confirm-identity.tsx";
import { QrCode } from "./qr-code.tsx";

type Prepared = { otpauthUri: string; secret: string };

type FactorSetupProps = { onCancel: () => void; onEnabled: (backupCodes: readonly string[]) => void };

/** The secret goes into an app, and a code from the app shows that it did. */
export function FactorSetup({ onCancel, onEnabled }: FactorSetupProps) {
  const request = useAccountRequest();
  const prepared = useQuery({
    queryKey: ["account", "factor", "prepare"],
    queryFn: async () => {
      const result = await request<Prepared>("/factor/prepare");
      if (!result.ok) throw new AccountError(result.failure);
      return result.data;
    },
    // A secret is for this moment alone.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const isCancelled = prepared.error instanceof AccountError && prepared.error.failure === cancelled;
  useEffect(() => {
    if (isCancelled) onCancel();
  }, [isCancelled, onCancel]);

  if (prepared.isError) {
    return isCancelled ? null : <ErrorNotice error={prepared.error} onRetry={() => void prepared.refetch()} />;
  }
  if (!prepared.data) return <Skeleton className="size-44" />;
  return <SetupForm prepared={prepared.data} onCancel={onCancel} onEnabled={onEnabled} />;
}

function SetupForm({ prepared, onCancel, onEnabled }: FactorSetupProps & { prepared: Prepared }) {
  const request = useAccountRequest();
  const codeField = useRef<HTMLInputElement>(null);
  const submission = useSubmission(
    (code: string) => request<{ backupCodes: string[] }>("/factor/enable", { code }),
    ({ backupCodes }) => onEnabled(backupCodes),
    () => codeField.current?.select(),
  );
  const isWrong = submission.failure?.code === "INVALID_CODE";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void submission.submit(String(new FormData(event.currentTarget).get("code")));
  }

  return (
    <form onSubmit={submit} aria-label="Set up the second factor" className="flex flex-wrap gap-x-8 gap-y-5">
      <QrCode text={prepared.otpauthUri} label="QR code for your authenticator app" />
      <div className="min-w-0 flex-1 basis-72">
        <ol className="list-decimal space-y-1.5 ps-5 text-sm">
          <li>Open an authenticator app on your phone.</li>
          <li>Let it scan the picture, or enter the key below by hand.</li>
          <li>Enter the six digits that the app shows.</li>
        </ol>
        <div className="mt-4 flex flex-wrap items-center gap-2">
          <code
            dir="ltr"
            className="rounded-control bg-sunken px-2.5 py-1.5 font-mono text-sm wrap-anywhere select-all"
          >
            {inFours(prepared.secret)}
          </code>
          <CopyButton text={prepared.secret} what="the key" />
        </div>
        <SubmissionNotice submission={submission} hidden={isWrong} className="mt-4" />
        <CodeField
          kind="authenticator"
          ref={codeField}
          label="Code from the app"
          autoFocus
          error={isWrong ? "The code is wrong, or its half minute is over. Enter the one shown now." : undefined}
        />
        <div className="mt-5 flex gap-2">
          <Button type="submit" variant="primary" size="medium" busy={submission.busy}>
            {submission.busy ? "Turning on…" : "Turn on"}
          </Button>
          <Button size="medium" onClick={onCancel}>
            Cancel
          </Button>
        </div>
      </div>
    </form>
  );
}

function inFours(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, "$& ");
}
