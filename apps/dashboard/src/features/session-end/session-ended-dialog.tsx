import { Dialog } from "@base-ui/react/dialog";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { Logo } from "../../components/logo.tsx";
import { Notice } from "../../forms/notice.tsx";
import { tellOtherPages } from "../../session/pages.ts";
import { loadSession, useSession } from "../../session/session.ts";
import { sessionEnd } from "../../session/session-end.ts";
import { ProviderButtons } from "../sign-in/provider-buttons.tsx";
import { SecondFactorForm } from "../sign-in/second-factor-form.tsx";
import { SignInForm } from "../sign-in/sign-in-form.tsx";

/**
 * Covers the app when its session has ended: who passes by sees nothing of it, and whoever signs in here with their password finds it
 * as it was, with what they had typed.
 */
export function SessionEndedDialog() {
  const { user } = useSession();
  const queryClient = useQueryClient();
  const router = useRouter();
  const { href } = useLocation();
  const [step, setStep] = useState<"password" | "factor">("password");

  async function goOn() {
    // A page that is loaded anew takes over when it is somebody else: nothing of what this one holds is theirs.
    await loadSession(router.options.context, { anew: true });
    sessionEnd.write(false);
    tellOtherPages();
    await router.invalidate();
    await queryClient.invalidateQueries();
  }

  return (
    <Dialog.Root open>
      <Dialog.Portal>
        <Dialog.Popup className="fixed inset-0 z-50 flex overflow-y-auto bg-canvas px-6 py-8 outline-none">
          <title>Session ended · Parley</title>
          <div className="m-auto w-full max-w-90">
            <Logo className="mb-5 size-9" />
            <Dialog.Title className="text-2xl font-semibold tracking-tight">
              {step === "factor" ? "One more step" : "Sign in to go on"}
            </Dialog.Title>
            {step === "factor" ? (
              <SecondFactorForm onDone={goOn} onRestart={() => setStep("password")} />
            ) : (
              <>
                <SignInForm
                  email={user.email}
                  notice={
                    <Notice tone="warn" role="status" className="mt-6">
                      Your session has ended. Sign in to go on where you were.
                    </Notice>
                  }
                  onDone={goOn}
                  onFactor={() => setStep("factor")}
                />
                <ProviderButtons to={href} />
              </>
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
