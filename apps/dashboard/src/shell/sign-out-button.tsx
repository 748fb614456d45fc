import { Button } from "../components/button.tsx";
import { Notice } from "../forms/notice.tsx";
import { useSignOut } from "../session/use-sign-out.ts";

export function SignOutButton({ className }: { className?: string }) {
  const { start, busy, failed } = useSignOut();
  return (
    <>
      {failed && (
        <Notice tone="bad" role="alert" className="mb-4">
          You are still signed in: the server could not be reached, or did not do it. Try again.
        </Notice>
      )}
      <Button size="medium" busy={busy} className={className} onClick={() => void start()}>
        {busy ? "Signing out…" : "Sign out"}
      </Button>
    </>
  );
}
