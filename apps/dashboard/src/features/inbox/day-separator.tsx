import { useNow } from "../../components/age.tsx";
import { formatDay } from "../../components/format-time.ts";

export function DaySeparator({ at }: { at: string }) {
  return (
    <div className="flex items-center gap-3 py-2 text-xs font-medium text-ink-soft">
      <span aria-hidden className="h-px grow bg-line" />
      {formatDay(at, useNow())}
      <span aria-hidden className="h-px grow bg-line" />
    </div>
  );
}
