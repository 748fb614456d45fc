import { type ReactNode, type Ref, useEffect, useRef } from "react";
import { Logo } from "../components/logo.tsx";

type EntranceLayoutProps = {
  title: string;
  heading: string;
  lead?: ReactNode;
  /** Beside it, where there is room. */
  picture?: ReactNode;
  /** The page has no field to begin with: its heading has the focus, so that a screen reader begins there. */
  focusHeading?: boolean;
  children: ReactNode;
};

/** A page for who is not in a workspace (yet): one column, and one thing to do. */
export function EntranceLayout({ title, heading, lead, picture, focusHeading = false, children }: EntranceLayoutProps) {
  const headingRef = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focusHeading) headingRef.current?.focus();
  }, [focusHeading]);
  return (
    <div
      className={picture ? "grid min-h-dvh bg-surface lg:grid-cols-[minmax(26rem,1fr)_1.15fr]" : "min-h-dvh bg-surface"}
    >
      <title>{`${title} · Parley`}</title>
      <main className="flex min-h-dvh flex-col px-6 py-8 sm:px-12">
        <div className="flex items-center gap-2.5">
          <Logo className="size-8" />
          <span className="text-lg font-semibold tracking-tight">Parley</span>
        </div>
        <div className="m-auto w-full max-w-90 py-10">
          <Heading ref={headingRef} focusable={focusHeading}>
            {heading}
          </Heading>
          {lead && <div className="mt-2 text-ink-soft wrap-anywhere">{lead}</div>}
          {children}
        </div>
      </main>
      {picture}
    </div>
  );
}

function Heading({ ref, focusable, children }: { ref: Ref<HTMLHeadingElement>; focusable: boolean; children: string }) {
  return (
    <h1
      ref={ref}
      {...(focusable && { tabIndex: -1 })}
      className="text-2xl font-semibold tracking-tight text-balance outline-none"
    >
      {children}
    </h1>
  );
}
