import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { beginAnew } from "../../session/begin-anew.ts";
import { wantedPath } from "../../session/wanted-path.ts";
import { EntranceLayout } from "../../shell/entrance-layout.tsx";
import { CitedAnswerPicture } from "./cited-answer-picture.tsx";
import { ProviderButtons } from "./provider-buttons.tsx";
import { SecondFactorForm } from "./second-factor-form.tsx";
import { SignInForm } from "./sign-in-form.tsx";
import { SignInNotice } from "./sign-in-notice.tsx";

export function SignInPage() {
  const { to: named, notice, step: begun = "password" } = useSearch({ from: "/sign-in" });
  // A provider has led back here, who names no place.
  const to = begun === "factor" || notice === "refused" ? wantedPath.read() : named;
  const [step, setStep] = useState<"password" | "factor">(begun);
  // Whoever was here before may have been somebody else.
  const leave = () => beginAnew(to);

  if (step === "factor") {
    return (
      <EntranceLayout key={step} title="Second factor" heading="One more step" picture={<CitedAnswerPicture />}>
        <SecondFactorForm onDone={leave} onRestart={() => setStep("password")} />
      </EntranceLayout>
    );
  }
  return (
    <EntranceLayout
      key={step}
      title="Sign in"
      heading="Sign in to your workspace"
      lead="Your conversations, your knowledge."
      picture={<CitedAnswerPicture />}
    >
      <SignInForm
        notice={notice && <SignInNotice notice={notice} />}
        onDone={leave}
        onFactor={() => setStep("factor")}
      />
      <ProviderButtons to={to} />
      <p className="mt-6 text-center text-sm text-ink-soft">
        New here?{" "}
        <Link to="/sign-up" className="link">
          Create a workspace
        </Link>
      </p>
    </EntranceLayout>
  );
}
