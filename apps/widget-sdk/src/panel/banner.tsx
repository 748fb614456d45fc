import type { SessionState } from "../session/session.ts";
import { strings } from "../strings.ts";

/** Says when words may not get through. A short break goes by unsaid: the style sheet lets the line appear after a while. */
export function Banner({ isOnline, link }: Pick<SessionState, "isOnline" | "link">) {
  if (!isOnline) return <div class="banner">{strings.offline}</div>;
  if (link === "connecting") return <div class="banner late">{strings.reconnecting}</div>;
  return null;
}
