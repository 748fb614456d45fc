import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { ErrorNotice } from "./error-notice.tsx";

/** Stands in for a page that could not be shown. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queryErrors = useQueryErrorResetBoundary();
  const retry = () => {
    queryErrors.reset();
    reset();
    void router.invalidate();
  };
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas p-6">
      <title>Error · Parley</title>
      <ErrorNotice error={error} onRetry={retry} className="max-w-110" />
    </main>
  );
}
