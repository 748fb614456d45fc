import { type ComponentType, lazy, Suspense } from "react";
import type { ErrorBoxProps } from "./error-box.tsx";

// Most pages never show one: its words come when they are needed.
const ErrorBox = lazy(
  (): Promise<{ default: ComponentType<ErrorBoxProps> }> =>
    import("./error-box.tsx").then(
      ({ ErrorBox }) => ({ default: ErrorBox }),
      () => ({ default: () => <p role="alert">Something does not work, and why can't be shown. Reload the page.</p> }),
    ),
);

/** A failure, what to do about it, and the id that finds it in the server's log. */
export function ErrorNotice(props: ErrorBoxProps) {
  return (
    <Suspense>
      <ErrorBox {...props} />
    </Suspense>
  );
}
