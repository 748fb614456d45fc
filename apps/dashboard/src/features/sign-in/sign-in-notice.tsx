import { Notice } from "../../forms/notice.tsx";
import type { SignInNotice as Reason } from "./sign-in-search.ts";

const words: Record<Reason, string> = {
  reset: "Your password was changed, and every device was signed out. Sign in with the new one.",
  unlocked: "Your account is unlocked. Sign in with your password.",
  refused:
    "Signing in there came to nothing. Try again, or sign in with your password: an account that you have already is not linked by itself.",
  changed: "Your e-mail address was changed. From now on you sign in with the new one.",
};

export function SignInNotice({ notice }: { notice: Reason }) {
  return (
    <Notice tone={notice === "refused" ? "warn" : "good"} role="status" className="mt-6">
      {words[notice]}
    </Notice>
  );
}
