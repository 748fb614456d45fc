import { useRouteContext } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { CodeField } from "../../forms/code-field.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { verifyFactor } from "../../session/sign-in.ts";
import { signInWords } from "./sign-in-words.ts";

const kinds = {
  authenticator: {
    lead: "Enter the six digits that your authenticator app shows for Parley.",
    label: "Code from the app",
    wrong: "The code is wrong, was used before, or its half minute is over. Enter the one shown now.",
    other: "Use a backup code instead",
  },
  backup: {
    lead: "Enter one of the backup codes that you kept. It works once. If they are lost, too, ask whoever runs Parley for your company: they can take the second factor away.",
    label: "Backup code",
    wrong: "This is none of your backup codes, or it was used before.",
    other: "Use the authenticator app instead",
  },
} as const;

type SecondFactorFormProps = { onDone: () => void | Promise<void>; onRestart: () => void };

/** The password was right; now the second factor. */
export function SecondFactorForm({ onDone, onRestart }: SecondFactorFormProps) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const [kind, setKind] = useState<keyof typeof kinds>("authenticator");
  const codeField = useRef<HTMLInputElement>(null);
  const submission = useSubmission(
    (step: { code: string; trustDevice: boolean }) => verifyFactor(apiUrl, step),
    onDone,
    () => codeField.current?.select(),
  );
  const { lead, label, wrong, other } = kinds[kind];
  const isWrong = submission.failure?.code === "INVALID_CODE";
  const isOver = submission.failure?.code === "CHALLENGE_EXPIRED";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void submission.submit({ code: String(form.get("code")).trim(), trustDevice: form.get("trust") === "on" });
  }

  return (
    <>
      {!isOver && <p className="mt-2 text-ink-soft">{lead}</p>}
      <SubmissionNotice submission={submission} words={signInWords} hidden={isWrong} className="mt-6" />
      {isOver ? (
        <Button variant="primary" size="medium" className="mt-6 w-full" onClick={onRestart}>
          Sign in again
        </Button>
      ) : (
        <form onSubmit={submit} aria-label="Second factor" className="mt-7">
          <CodeField
            key={kind}
            ref={codeField}
            kind={kind}
            label={label}
            autoFocus
            error={isWrong ? wrong : undefined}
          />
          <label className="mt-4 flex cursor-pointer items-start gap-2.5 text-sm">
            <input type="checkbox" name="trust" className="mt-0.5 size-4 shrink-0 accent-accent" />
            <span>
              Trust this device for 30 days
              <span className="block text-ink-soft">No code is asked for here until then. Not on a shared device.</span>
            </span>
          </label>
          <Button type="submit" variant="primary" size="medium" busy={submission.busy} className="mt-7 w-full">
            {submission.busy ? "Checking…" : "Go on"}
          </Button>
          <div className="mt-5 flex flex-wrap justify-between gap-x-4 gap-y-2 text-sm">
            <button
              type="button"
              className="link"
              onClick={() => {
                submission.reset();
                setKind(kind === "backup" ? "authenticator" : "backup");
              }}
            >
              {other}
            </button>
            <button type="button" className="link" onClick={onRestart}>
              Sign in as somebody else
            </button>
          </div>
        </form>
      )}
    </>
  );
}
