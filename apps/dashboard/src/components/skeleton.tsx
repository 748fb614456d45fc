import { classNames } from "./class-names.ts";

/** A grey shape in the place of what is being loaded. Say once, around them, what that is. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={classNames("block animate-pulse rounded-md bg-sunken", className)} />;
}
