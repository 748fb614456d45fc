import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useRouteContext } from "@tanstack/react-router";
import { createContext, type FormEvent, type ReactNode, useContext, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { errorCode } from "../../errors/error-code.ts";
import { CodeField } from "../../forms/code-field.tsx";
import { PasswordField } from "../../forms/password-field.tsx";
import { SubmissionNotice } from "../../forms/submission-notice.tsx";
import { useSubmission } from "../../forms/use-submission.ts";
import { type AccountResult, accountRequest, cancelled } from "../../session/account-request.ts";
import { useSession } from "../../session/session.ts";
import { ProviderButtons } from "../sign-in/provider-buttons.tsx";
import { signInWords } from "../sign-in/sign-in-words.ts";
import { factorQuery, linksQuery } from "./security/account-queries.ts";

type Ask = () => Promise<boolean>;

const ConfirmIdentity = createContext<Ask | undefined>(undefined);

/**
 * Asks the api about accounts, like `accountRequest`. Where it wants to know first that it is still the same person, that is asked,
 * and then the same again; a failure `cancelled` when they did not want to.
 */
export function useAccountRequest() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const confirming = useConfirming();
  return <T,>(path: string, body: Record<string, unknown> = {}): Promise<AccountResult<T>> =>
    confirming(() => accountRequest<T>(apiUrl, path, body));
}

/** The same for any request that answers as those about accounts do. */
export function useConfirming() {
  const ask = useContext(ConfirmIdentity);
  return async function confirming<T>(request: () => Promise<AccountResult<T>>): Promise<AccountResult<T>> {
    const result = await request();
    if (result.ok || result.failure.code !== "auth.confirmation_required" || !ask) return result;
    return (await ask()) ? request() : { ok: false, failure: cancelled };
  };
}

/** The same for a procedure. @throws what the procedure throws, also when the person did not want to confirm */
export function useConfirmedCall() {
  const ask = useContext(ConfirmIdentity);
  return async function confirmed<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (errorCode(error) !== "auth.confirmation_required" || !(await ask?.())) throw error;
      return call();
    }
  };
}

/** Makes `useAccountRequest` able to ask. */
export function ConfirmIdentityProvider({ children }: { children: ReactNode }) {
  const [isAsking, setIsAsking] = useState(false);
  const answer = useRef<(confirmed: boolean) => void>(undefined);
  const [ask] = useState<Ask>(() => () => {
    answer.current?.(false);
    setIsAsking(true);
    return new Promise<boolean>((resolve) => {
      answer.current = resolve;
    });
  });

  function end(confirmed: boolean) {
    answer.current?.(confirmed);
    answer.current = undefined;
  }

  return (
    <ConfirmIdentity value={ask}>
      {children}
      {isAsking && <ConfirmIdentityDialog onAnswer={end} onClosed={() => setIsAsking(false)} />}
    </ConfirmIdentity>
  );
}

type ConfirmIdentityDialogProps = { onAnswer: (confirmed: boolean) => void; onClosed: () => void };

function ConfirmIdentityDialog({ onAnswer, onClosed }: ConfirmIdentityDialogProps) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const { user } = useSession();
  const [open, setOpen] = useState(true);
  const hasFactor = useQuery(factorQuery(apiUrl)).data?.enabled ?? false;
  const links = useQuery(linksQuery(apiUrl)).data;
  const linked = links?.providers.filter(({ linked, configured }) => linked && configured).map(({ id }) => id) ?? [];
  const { href } = useLocation();
  const submission = useSubmission(
    (body: { password?: string; code?: string }) => accountRequest(apiUrl, "/confirm", body),
    () => {
      onAnswer(true);
      setOpen(false);
    },
  );
  const { failure, busy } = submission;
  const isWrong = failure?.code === "INVALID_PASSWORD" || failure?.code === "INVALID_CODE";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void submission.submit(
      hasFactor ? { code: String(form.get("code")).trim() } : { password: String(form.get("password")) },
    );
  }

  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onAnswer(false);
        setOpen(next);
      }}
      onOpenChangeComplete={(isOpen) => !isOpen && onClosed()}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-40" />
        <Dialog.Popup className="popup fixed inset-x-4 top-[14dvh] z-40 mx-auto max-h-[80dvh] max-w-100 overflow-y-auto rounded-card border border-line bg-raised p-5 shadow-xl">
          <Dialog.Title className="text-lg font-semibold">Is it still you?</Dialog.Title>
          <Dialog.Description className="mt-1 text-sm text-ink-soft">
            What you are about to do needs a fresh proof. It holds for the next ten minutes.
          </Dialog.Description>
          {links && !links.password && !hasFactor ? (
            <>
              <p className="mt-4 text-sm">
                {linked.length > 0
                  ? "You have no password here, so sign in once more. That leads back to this page."
                  : "You have no password here, and what you are linked with is not set up any more. Set a password under Security first."}
              </p>
              <ProviderButtons to={href} only={linked} />
              <div className="mt-5 flex justify-end">
                <Dialog.Close render={<Button size="medium" />}>Cancel</Dialog.Close>
              </div>
            </>
          ) : (
            <form onSubmit={submit}>
              <SubmissionNotice submission={submission} words={signInWords} hidden={isWrong} className="mt-4" />
              {hasFactor ? (
                <CodeField
                  kind="either"
                  label="Code"
                  autoFocus
                  hint="From your authenticator app, or one of your backup codes."
                  error={isWrong ? "The code is wrong, or was used before." : undefined}
                />
              ) : (
                <>
                  <input type="text" autoComplete="username" value={user.email} readOnly hidden />
                  <PasswordField
                    name="password"
                    autoComplete="current-password"
                    autoFocus
                    error={isWrong ? "This is not your password." : undefined}
                  />
                </>
              )}
              <div className="mt-5 flex justify-end gap-2">
                <Dialog.Close render={<Button size="medium" />}>Cancel</Dialog.Close>
                <Button type="submit" variant="primary" size="medium" busy={busy}>
                  {busy ? "Confirming…" : "Confirm"}
                </Button>
              </div>
            </form>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
