import { useNavigate, useRouteContext, useSearch } from "@tanstack/react-router";
import { Eye, EyeOff, TriangleAlert } from "lucide-react";
import { type FormEvent, useId, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Logo } from "../../components/logo.tsx";
import { type SignInFailure, signIn } from "../../session/sign-in.ts";
import { CitedAnswerPicture } from "./cited-answer-picture.tsx";

const failures: Record<SignInFailure["reason"], string> = {
  wrong: "E-mail address or password is wrong. Check both and try again.",
  too_many: "Too many attempts. Wait a minute, then try again.",
  origin: "The server does not accept sign-ins from this address. Open the dashboard at its configured address.",
  server: "The server could not sign you in. Try again; if it happens again, report the request id.",
  unreachable: "The server can't be reached. Check your connection, and that the api is running, then try again.",
};

export function SignInPage() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const { to, ended } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const passwordField = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<SignInFailure>();

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(undefined);
    const result = await signIn(apiUrl, {
      email: String(form.get("email")).trim(),
      password: String(form.get("password")),
    });
    setBusy(false);
    if (result.ok) return navigate({ href: to, replace: true });
    setFailure(result);
    passwordField.current?.select();
  }

  return (
    <div className="grid min-h-dvh bg-surface lg:grid-cols-[minmax(26rem,1fr)_1.15fr]">
      <title>Sign in · Parley</title>
      <main className="flex flex-col px-6 py-8 sm:px-12">
        <div className="flex items-center gap-2.5">
          <Logo className="size-8" />
          <span className="text-lg font-semibold tracking-tight">Parley</span>
        </div>
        <form onSubmit={submit} aria-label="Sign in" className="m-auto w-full max-w-90 py-12">
          <h1 className="text-2xl font-semibold tracking-tight">Sign in to your workspace</h1>
          <p className="mt-2 text-ink-soft">Your conversations, your knowledge.</p>
          {ended && !failure && (
            <p role="status" className="mt-6 rounded-control bg-warn-soft p-3 text-sm text-warn">
              Your session has ended. Sign in to go on where you were.
            </p>
          )}
          {failure && (
            <div
              role="alert"
              className="mt-6 flex gap-2.5 rounded-control border border-bad-line bg-bad-soft p-3 text-sm"
            >
              <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
              <div className="min-w-0">
                <p>{failures[failure.reason]}</p>
                {failure.requestId && (
                  <p className="mt-1 text-xs text-ink-soft">
                    Request id <code className="font-mono break-all select-all">{failure.requestId}</code>
                  </p>
                )}
              </div>
            </div>
          )}
          <EmailField invalid={failure?.reason === "wrong"} />
          <PasswordField ref={passwordField} invalid={failure?.reason === "wrong"} />
          <Button type="submit" variant="primary" size="medium" busy={busy} className="mt-7 w-full">
            {busy ? "Signing in…" : "Sign in"}
          </Button>
        </form>
      </main>
      <CitedAnswerPicture />
    </div>
  );
}

function EmailField({ invalid }: { invalid: boolean }) {
  const id = useId();
  return (
    <div className="mt-7">
      <label htmlFor={id} className="text-sm font-medium">
        E-mail address
      </label>
      <input
        id={id}
        name="email"
        type="email"
        required
        // biome-ignore lint/a11y/noAutofocus: the page has one purpose, and this is where it begins
        autoFocus
        autoComplete="username"
        aria-invalid={invalid}
        className="field mt-1.5 h-10.5 w-full px-3"
      />
    </div>
  );
}

function PasswordField({ ref, invalid }: { ref: React.Ref<HTMLInputElement>; invalid: boolean }) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <div className="mt-4">
      <label htmlFor={id} className="text-sm font-medium">
        Password
      </label>
      <div className="relative mt-1.5">
        <input
          ref={ref}
          id={id}
          name="password"
          type={shown ? "text" : "password"}
          required
          autoComplete="current-password"
          aria-invalid={invalid}
          className="field h-10.5 w-full ps-3 pe-11"
        />
        <Button
          variant="quiet"
          size="icon"
          aria-pressed={shown}
          aria-label="Show password"
          title={shown ? "Hide password" : "Show password"}
          className="absolute inset-e-1 inset-y-0 my-auto"
          onClick={() => setShown(!shown)}
        >
          <Icon aria-hidden className="size-4.5" />
        </Button>
      </div>
    </div>
  );
}
