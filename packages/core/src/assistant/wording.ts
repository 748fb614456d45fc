/** What the assistant says of itself. It never promises what it can't do, and always offers a person. */
export const wording = {
  unknown: "I couldn't find the answer to that in what I know, and I won't guess. Would you like to talk to a person?",
  cutOff: "My answer was cut off here. Ask me again, or ask for a person.",
  failed: "Something went wrong and I can't answer right now. Please ask me again in a moment, or ask for a person.",
} as const;
