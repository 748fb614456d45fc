import { useEffect, useRef } from "react";
import { Button } from "../../../components/button.tsx";
import { CopyButton } from "../../../components/copy-button.tsx";

type ShownOnceProps = { name: string; secret: string; onKept: () => void };

/** A key that was just made; nobody can show it again. */
export function ShownOnce({ name, secret, onKept }: ShownOnceProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section aria-labelledby="new-key" className="rounded-card border border-accent-line bg-accent-soft p-4 md:p-5">
      <h2 ref={heading} id="new-key" tabIndex={-1} className="font-semibold wrap-anywhere outline-none">
        The key {name}
      </h2>
      <p className="mt-0.5 text-sm">Copy it now: it is stored nowhere and not shown again.</p>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <code
          dir="ltr"
          className="min-w-0 flex-1 basis-64 rounded-control border border-edge bg-surface px-3 py-2 font-mono text-sm wrap-anywhere select-all"
        >
          {secret}
        </code>
        <CopyButton text={secret} what="the key" />
      </div>
      <Button variant="primary" size="medium" className="mt-4" onClick={onKept}>
        I have kept it
      </Button>
    </section>
  );
}
