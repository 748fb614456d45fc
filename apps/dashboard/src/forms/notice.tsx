import { CircleCheck, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../components/class-names.ts";

const looks: Record<"good" | "plain" | "warn" | "bad", { icon: LucideIcon; frame: string; sign: string }> = {
  good: { icon: CircleCheck, frame: "border-transparent bg-good-soft", sign: "text-good" },
  plain: { icon: Info, frame: "border-line bg-sunken", sign: "text-ink-soft" },
  warn: { icon: TriangleAlert, frame: "border-transparent bg-warn-soft", sign: "text-warn" },
  bad: { icon: TriangleAlert, frame: "border-bad-line bg-bad-soft", sign: "text-bad" },
};

type NoticeProps = {
  tone: keyof typeof looks;
  /** Announced when it appears: at once as an alert, or when there is a pause, as a status. */
  role?: "alert" | "status";
  className?: string | undefined;
  children: ReactNode;
};

/** A few words that somebody should not miss. */
export function Notice({ tone, role, className, children }: NoticeProps) {
  const { icon: Icon, frame, sign } = looks[tone];
  return (
    <div role={role} className={classNames("flex gap-2.5 rounded-control border p-3 text-sm", frame, className)}>
      <Icon aria-hidden className={classNames("mt-0.5 size-4 shrink-0", sign)} />
      <div className="min-w-0 grow wrap-anywhere">{children}</div>
    </div>
  );
}

export function RequestId({ id }: { id: string | null }) {
  if (!id) return null;
  return (
    <p className="mt-1 text-xs text-ink-soft">
      Request id <code className="font-mono break-all select-all">{id}</code>
    </p>
  );
}
