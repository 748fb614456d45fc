import { formatClock, formatMoment } from "./format-time.ts";

/** When something was, to the minute; the date as well on hover. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatMoment(at)} className="tabular-nums">
      {formatClock(at)}
    </time>
  );
}
