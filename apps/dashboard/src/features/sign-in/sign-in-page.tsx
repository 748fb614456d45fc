import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { CitedAnswerPicture } from "./cited-answer-picture.tsx";
import { SignInForm } from "./sign-in-form.tsx";
import { SignInNotice } from "./sign-in-notice.tsx";

export function SignInPage() {
  const { to, notice } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const leave = () => navigate({ href: to, replace: true });

  return (
    <EntranceLayout
      title="Sign in"
      heading="Sign in to your workspace"
      lead="Your conversations, your knowledge."
      picture={<CitedAnswerPicture />}
    >
      <SignInForm notice={notice && <SignInNotice notice={notice} />} onDone={leave} />
      <p className="mt-6 text-center text-sm text-ink-soft">
        New here?{" "}
        <Link to="/sign-up" className="link">
          Create a workspace
        </Link>
      </p>
    </EntranceLayout>
  );
}
