/**
 * Every failure that a client may see, with the HTTP status of its answer. Clients switch on the code, never on the text.
 * The list in docs/protocol.md is generated from here.
 */
export const errorCodes = {
  "auth.required": { status: 401, meaning: "No valid sign-in, visitor token or API key came with the request." },
  "auth.expired": { status: 401, meaning: "The visitor token or the realtime ticket has expired: get a new one." },
  "auth.forbidden": { status: 403, meaning: "Signed in, but this is not allowed." },
  "auth.factor_required": { status: 403, meaning: "This workspace asks for a second factor: sign in with one." },
  "auth.confirmation_required": {
    status: 403,
    meaning: "Confirm first that it is you, by `/api/auth/confirm`, and ask again.",
  },
  "origin.not_allowed": { status: 403, meaning: "The page's origin is not on the list of the inbox, or the app's." },
  "csrf.invalid": {
    status: 403,
    meaning: "The token in `x-csrf-token` is missing or another session's: get a new one from /api/csrf.",
  },
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
  "assistant.settings_changed": {
    status: 409,
    meaning: "The assistant's settings were changed since you read them: read them again.",
  },
  "assistant.version_not_found": { status: 404, meaning: "The assistant's settings have no such version." },
  "api_key.not_found": { status: 404, meaning: "No such API key, or not yours." },
  "api_key.id_taken": { status: 409, meaning: "That API key id is in use: choose another." },
  "api_key.not_in_use": { status: 409, meaning: "The API key is replaced, revoked or expired already." },
  "api_key.too_many": { status: 409, meaning: "The workspace has as many API keys as it may: revoke one." },
  "api_key.in_address": {
    status: 400,
    meaning: "An API key in an address ends up in logs: send it in the Authorization header, and replace this one.",
  },
  "tenant.not_found": { status: 404, meaning: "No such workspace, or not yours." },
  "tenant.required": { status: 400, meaning: "You belong to several workspaces: name one in `parley-tenant`." },
  "tenant.key_used": {
    status: 409,
    meaning: "A workspace was made with this key, and you have left it: choose another.",
  },
  "tenant.founding_closed": {
    status: 403,
    meaning: "New workspaces are not made here: `SIGN_UP` is not `open`.",
  },
  "tenant.too_many": { status: 409, meaning: "You belong to as many workspaces as one person can." },
  "member.not_found": { status: 404, meaning: "No such member, or not of this workspace." },
  "member.known": { status: 409, meaning: "Whoever has this address is a member already." },
  "member.last_owner": { status: 409, meaning: "A workspace needs an owner: make somebody else one first." },
  "invitation.not_found": {
    status: 404,
    meaning: "No such invitation: it was never sent, or is used, revoked or over.",
  },
  "invitation.id_taken": { status: 409, meaning: "That invitation id is in use: choose another." },
  "invitation.other_address": { status: 403, meaning: "The invitation is for another e-mail address than yours." },
  "invitation.too_many": { status: 429, meaning: "Too many invitations: wait before you send more." },
  "email.not_verified": { status: 403, meaning: "Your e-mail address has to be verified first." },
  "document.not_found": { status: 404, meaning: "No such document, or not yours." },
  "source.not_found": { status: 404, meaning: "No such source, or not yours." },
  "source.id_taken": { status: 409, meaning: "That source id is in use: choose another." },
  "source.name_taken": { status: 409, meaning: "Another source of the workspace has this name." },
  "source.wrong_kind": { status: 409, meaning: "That is not possible with a source of this kind." },
  "source.too_many": { status: 409, meaning: "The workspace has as many sources as it may: remove one." },
  "document.no_original": { status: 404, meaning: "There is no file that the document was read from." },
  "document.queue_full": {
    status: 429,
    meaning: "Too many documents of the workspace wait to be read in: wait until some are.",
  },
  "document.not_failed": { status: 409, meaning: "Only a document that failed can be tried again." },
  "document.given_up": {
    status: 422,
    meaning: "The document could not be read in, though it was tried 5 times.",
  },
  "document.overtaken": { status: 409, meaning: "A newer version of the document came before this one was read in." },
  "document.removed": { status: 409, meaning: "The document was removed while it was read in." },
  "document.empty": { status: 422, meaning: "The document holds no text that can be searched." },
  "document.too_large": { status: 413, meaning: "The file is larger than 25 MB, or its text larger than 10 MB." },
  "document.not_text": {
    status: 422,
    meaning: "The document is not text: it holds binary data or is in an unknown encoding.",
  },
  "document.type_unknown": {
    status: 415,
    meaning: "Only Markdown, plain text, HTML, CSV, DOCX, XLSX and PDF can be read.",
  },
  "document.mismatch": { status: 415, meaning: "The file is of another kind than the ending of its name says." },
  "document.locked": { status: 422, meaning: "A password protects the file: it can't be read." },
  "document.scanned": { status: 422, meaning: "The file holds pictures of pages, and no text." },
  "document.broken": { status: 422, meaning: "The file is damaged: it can't be read." },
  "document.too_complex": { status: 422, meaning: "Reading the file takes more time or memory than a document may." },
  "budget.unpriced": {
    status: 409,
    meaning: "Models without a price are in use, and no budget in dollars holds them: confirm that this is known.",
  },
  "test.not_found": { status: 404, meaning: "No such test, or not yours." },
  "test.run_not_found": { status: 404, meaning: "No such run of tests, or not yours." },
  "test.id_taken": { status: 409, meaning: "That test id is in use: choose another." },
  "test.no_answer": { status: 409, meaning: "Only an answer of the assistant's can be made a test." },
  "test.too_many": { status: 409, meaning: "The workspace has as many tests as it may: remove one." },
  "channel.not_found": { status: 404, meaning: "No such channel, or not yours." },
  "channel.too_many": { status: 429, meaning: "Too many subscriptions on one socket." },
  "audit.too_much": { status: 413, meaning: "More entries than one file may hold: choose a shorter time." },
  "rate.exceeded": { status: 429, meaning: "Too many requests; `Retry-After` says how many seconds to wait." },
  "service.busy": { status: 503, meaning: "The server cannot take this now: try again shortly." },
  internal: { status: 500, meaning: "A fault of ours. The request id finds it in the log." },
} as const satisfies Record<string, { status: number; meaning: string }>;
export type ErrorCode = keyof typeof errorCodes;

/** The body of every HTTP error and the payload of a socket's `error` frame. */
export type ErrorBody = {
  error: { code: ErrorCode; message: string; requestId?: string; issues?: { path: string; message: string }[] };
};
