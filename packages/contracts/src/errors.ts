/**
 * Every failure that a client may see, with the HTTP status of its answer. Clients switch on the code, never on the text.
 * The list in docs/protocol.md is generated from here.
 */
export const errorCodes = {
  "auth.required": { status: 401, meaning: "No valid sign-in, visitor token or API key came with the request." },
  "auth.expired": { status: 401, meaning: "The visitor token or the realtime ticket has expired: get a new one." },
  "auth.forbidden": { status: 403, meaning: "Signed in, but this is not allowed." },
  "origin.not_allowed": { status: 403, meaning: "The page's origin is not on the list of the inbox, or the app's." },
  "input.invalid": { status: 400, meaning: "The request does not have the documented shape; `issues` says where." },
  "input.too_large": { status: 413, meaning: "The request is larger than the documented limit." },
  "method.not_allowed": { status: 405, meaning: "Not with this method: `Allow` says with which." },
  "address.not_found": { status: 404, meaning: "There is nothing at this address." },
  "inbox.not_found": { status: 404, meaning: "No inbox has this publishable key." },
  "conversation.not_found": { status: 404, meaning: "No such conversation, or not yours." },
  "conversation.id_taken": { status: 409, meaning: "That conversation id is in use: choose another." },
  "conversation.not_owned": { status: 409, meaning: "Take the conversation over before you answer in it." },
  "message.not_found": { status: 404, meaning: "No such message, or not yours." },
  "message.id_taken": { status: 409, meaning: "That id names another message: choose another." },
  "citation.not_found": { status: 404, meaning: "No such citation, or not yours." },
  "run.not_found": { status: 404, meaning: "No such run, or not yours." },
  "api_key.not_found": { status: 404, meaning: "No such API key, or not yours." },
  "api_key.id_taken": { status: 409, meaning: "That API key id is in use: choose another." },
  "api_key.not_in_use": { status: 409, meaning: "The API key is replaced, revoked or expired already." },
  "api_key.too_many": { status: 409, meaning: "The workspace has as many API keys as it may: revoke one." },
  "api_key.in_address": {
    status: 400,
    meaning: "An API key in an address ends up in logs: send it in the Authorization header, and replace this one.",
  },
  "tenant.not_found": { status: 404, meaning: "No such workspace." },
  "document.not_found": { status: 404, meaning: "No such document, or not yours." },
  "document.empty": { status: 422, meaning: "The document holds no text." },
  "document.too_large": { status: 413, meaning: "The document is larger than 10 MB." },
  "document.not_text": {
    status: 422,
    meaning: "The document is not text: it holds binary data or is in an unknown encoding.",
  },
  "document.type_unknown": { status: 415, meaning: "Only Markdown and plain text can be read." },
  "channel.not_found": { status: 404, meaning: "No such channel, or not yours." },
  "channel.too_many": { status: 429, meaning: "Too many subscriptions on one socket." },
  "rate.exceeded": { status: 429, meaning: "Too many requests; `Retry-After` says how many seconds to wait." },
  "service.busy": { status: 503, meaning: "The server cannot take this now: try again shortly." },
  internal: { status: 500, meaning: "A fault of ours. The request id finds it in the log." },
} as const satisfies Record<string, { status: number; meaning: string }>;
export type ErrorCode = keyof typeof errorCodes;

/** The body of every HTTP error and the payload of a socket's `error` frame. */
export type ErrorBody = {
  error: { code: ErrorCode; message: string; requestId?: string; issues?: { path: string; message: string }[] };
};
