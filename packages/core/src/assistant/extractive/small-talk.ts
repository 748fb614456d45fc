const greeting = /^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings)(?: there| all| everyone)?$/;
const thanks =
  /^(?:thanks|thank you|thx|ty|cheers|great|perfect|ok|okay|cool|nice)(?: (?:a lot|so much|very much|you|thanks))*$/;

/** A reply to a greeting or to thanks; undefined for everything else. */
export function findSmallTalk(text: string): string | undefined {
  const said = text
    .toLowerCase()
    .replace(/[^\p{L}\s]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (greeting.test(said))
    return "Hello! What would you like to know? I answer from this company's own documents and show where they say so.";
  if (thanks.test(said)) return "You're welcome. Ask me anything else, or ask for a person at any time.";
  return undefined;
}
