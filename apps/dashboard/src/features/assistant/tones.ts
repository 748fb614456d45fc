import type { AssistantTone } from "@parley/contracts";

/** How an answer may sound, and what that means. */
export const tones: readonly { tone: AssistantTone; label: string; means: string }[] = [
  { tone: "plain", label: "Plain", means: "short and matter-of-fact" },
  { tone: "warm", label: "Warm", means: "short and friendly" },
  { tone: "formal", label: "Formal", means: "with a polite distance" },
  { tone: "brief", label: "Brief", means: "as few words as can be" },
];
