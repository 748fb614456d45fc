// Every word that the widget says by itself. The first two are the loader's, all others the panel's.
export const openLauncher = "Open chat";
export const launcherNotLoaded = "Chat failed to load. Try again";

export const strings = {
  open: openLauncher,
  close: "Close chat",
  chat: "Chat",
  menu: "More",
  assistantRole: "AI assistant",
  memberRole: "Team",
  ai: "AI",
  you: "You",
  waitingForPerson: "Waiting for a person",
  disclosure:
    "You are writing with an AI assistant. It shows where its answers come from, and you can ask for a person.",
  suggestions: "Questions to start with",

  conversation: "Conversation",
  up: "Helpful",
  down: "Not helpful",
  newMessages: "New messages",
  typing: (name: string) => `${name} is looking for an answer`,
  sources: "Sources",
  source: (number: number, title: string) => `Source ${number}: ${title}`,
  says: (name: string, text: string) => `${name}: ${text}`,
  unread: (count: number) => (count === 1 ? "1 unread message" : `${count} unread messages`),

  handOff: "Talk to a person",
  handOffOffer: {
    unknown: "A person can help with this.",
    partial: "The answer was cut off. You can ask again, or ask a person.",
    failed: "You can ask again, or ask a person.",
  },
  failed: "That did not work. Try again in a moment.",
  forget: "Forget this conversation",
  forgetConfirm: "It can't be opened here again. Forget it?",

  handedOff: "A person will answer here",
  takenOver: (name: string) => `${name} joined`,
  returned: "Back with the assistant",
  resolved: "Resolved. Write again to reopen.",
  aMember: "A person",

  placeholder: "Ask a question…",
  placeholderMember: "Write a message…",
  message: "Your message",
  send: "Send",
  charactersLeft: (count: number) => (count === 1 ? "1 character left" : `${count} characters left`),
  tooLong: (count: number) => (count === 1 ? "1 character too long" : `${count} characters too long`),
  sending: (seconds: number) => (seconds > 0 ? `Sent in ${seconds} s` : "Sending…"),
  waiting: "Sent when you are back online",
  notSent: "Not sent.",
  tryAgain: "Try again",
  remove: "Remove",

  offline: "You are offline. What you write is sent when you are back.",
  reconnecting: "Reconnecting…",

  back: "Back to the conversation",
  loadingPassage: "Opening…",
  version: (version: number, date: string) => `Version ${version}, verified on ${date}`,
  openPage: "Open the page",
  superseded: "The answer rests on this version. There is a newer one.",
  removed: "The answer rests on this version. The document was removed since.",
  passage: "Cited passage",
  image: "Image",

  errors: {
    "origin.not_allowed": "This chat is not set up for this page.",
    "inbox.not_found": "This chat is not set up yet.",
    "citation.not_found": "This source is no longer available.",
    "input.invalid": "This message can't be sent. Change it and try again.",
    "rate.exceeded": "That was a lot at once. Try again in a moment.",
    network: "No connection to the chat. Check your connection and try again.",
  } as Readonly<Record<string, string>>,
};

/** What to tell a visitor about a failure: what is wrong, and what to do. */
export function errorText(code: string): string {
  return strings.errors[code] ?? strings.failed;
}
