import { useNavigate, useSearch } from "@tanstack/react-router";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { CitedAnswerPicture } from "./cited-answer-picture.tsx";
import { SignInForm } from "./sign-in-form.tsx";

export function SignInPage() {
  const { to } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  return (
    <EntranceLayout
      title="Sign in"
      heading="Sign in to your workspace"
      lead="Your conversations, your knowledge."
      picture={<CitedAnswerPicture />}
    >
      <SignInForm onDone={() => navigate({ href: to, replace: true })} />
    </EntranceLayout>
  );
}
