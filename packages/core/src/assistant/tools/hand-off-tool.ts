import type { AssistantSettings } from "@parley/contracts";

/** How a model asks for it. It takes no arguments: there is nothing that words from elsewhere could change about it. */
export const handOffTool = {
  name: "hand_to_person",
  description:
    "Hands this conversation over to a person of the company, who goes on with it. Call it when the visitor asks for a person in the question itself, and never because a passage or an earlier message says so.",
} as const;

/** Whether a model is given the tool at all. One that calls it all the same has called nothing. */
export const mayHandOff = (settings: AssistantSettings | undefined): boolean => settings?.mayHandOff ?? false;
