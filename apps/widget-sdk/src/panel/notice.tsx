import type { Message } from "@parley/contracts";
import { strings } from "../strings.ts";

export function noticeText({ notice, authorName, text }: Message): string {
  switch (notice) {
    case "handed_off":
      return strings.handedOff;
    case "taken_over":
      return strings.takenOver(authorName ?? strings.aMember);
    case "returned":
      return strings.returned;
    case "resolved":
      return strings.resolved;
    default:
      return text;
  }
}

export function NoticeLine({ message }: { message: Message }) {
  return <div class="notice">{noticeText(message)}</div>;
}
