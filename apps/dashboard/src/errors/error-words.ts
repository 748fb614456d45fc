import type { ErrorCode } from "@parley/contracts";

/** What did not work, and what the person can do about it. */
export type Words = { title: string; advice: string };

const signedOut: Words = { title: "You are signed out", advice: "Sign in again to go on." };
const notThere = (what: string, advice: string): Words => ({ title: `This ${what} does not exist`, advice });

/** For each refusal that a server may answer with. A fault of the server's own is another matter. */
export const errorWords: Record<Exclude<ErrorCode, "internal">, Words> = {
  "auth.required": signedOut,
  "auth.expired": signedOut,
  "auth.confirmation_required": { title: "This was not confirmed", advice: "Try again, and confirm it." },
  "auth.forbidden": {
    title: "You are not allowed to do this",
    advice: "Ask an owner or admin of the workspace for access.",
  },
  "auth.factor_required": {
    title: "This workspace asks for a second factor",
    advice: "Set one up in the settings of your account, and sign in with it.",
  },
  "origin.not_allowed": {
    title: "The server does not accept requests from this address",
    advice: "Open the dashboard at its configured address, or add this one to DASHBOARD_URL.",
  },
  "csrf.invalid": {
    title: "The server did not know this page any more",
    advice: "Reload it and try again. If that does not help, let the browser keep cookies of this address.",
  },
  "input.invalid": { title: "The server did not accept this", advice: "Change what you entered and try again." },
  "input.too_large": { title: "This is too long", advice: "Shorten it and try again." },
  "method.not_allowed": {
    title: "The server does not know what this page asked",
    advice: "The page may be older than the server: reload it.",
  },
  "address.not_found": {
    title: "The server does not know what this page asked for",
    advice: "The page may be older than the server: reload it.",
  },
  "tool.not_found": notThere("tool", "Load the page anew to see which there are."),
  "tool.name_taken": { title: "Another tool has this name", advice: "Choose another one." },
  "tool.too_many": { title: "There are as many tools as there may be", advice: "Remove one that nobody needs." },
  "tool.schema_invalid": {
    title: "These arguments are described in a way that can't be taken",
    advice: "Write a JSON Schema of an object, without patterns, formats and references.",
  },
  "tool.address_invalid": {
    title: "This address has no fixed host",
    advice: "Arguments stand behind the host, as in https://shop.example/orders/{order}.",
  },
  "tool.header_missing": {
    title: "A header has no value",
    advice: "Enter it. Values are not taken along to another scheme, host or port.",
  },
  "assistant.settings_changed": {
    title: "Somebody else has changed the settings meanwhile",
    advice: "Keep a copy of what you wrote, and load the page anew to see theirs.",
  },
  "assistant.version_not_found": notThere("version", "Load the page anew to see which there are."),
  "inbox.not_found": notThere("inbox", "Its key may be wrong, or the inbox was deleted."),
  "conversation.not_found": notThere(
    "conversation",
    "It may have been deleted, or belongs to another workspace. Choose one from the inbox.",
  ),
  "conversation.id_taken": { title: "The conversation could not be begun", advice: "Reload the page and try again." },
  "conversation.not_owned": {
    title: "Somebody else has this conversation",
    advice: "Take it over before you answer.",
  },
  "message.not_found": notThere("message", "It may have been deleted. Reload the page to see what there is."),
  "message.id_taken": {
    title: "The message could not be sent",
    advice: "Copy its text, discard it and send it again.",
  },
  "citation.not_found": notThere("citation", "Close the panel and open the citation again from its answer."),
  "run.not_found": { title: "There is no receipt for this answer", advice: "It may have been deleted." },
  "model_provider.not_found": notThere("provider", "Reload the page to see what there is."),
  "model_provider.id_taken": { title: "The provider could not be added", advice: "Reload the page and try again." },
  "model_provider.key_needed": {
    title: "The provider's API key is needed",
    advice: "Enter it. A key that was given for one address is never sent to another one.",
  },
  "model_provider.too_many": {
    title: "The workspace has as many providers as it may have",
    advice: "Remove one that is not needed any more.",
  },
  "model.not_found": notThere("model", "Reload the page to see what there is."),
  "model.known": { title: "This model is there already", advice: "Change the one that is in the list." },
  "model.too_many": {
    title: "The workspace has as many models as it may have",
    advice: "Remove one that is not needed any more.",
  },
  "model.too_many_prices": {
    title: "This model has as many prices as it may have",
    advice: "Remove one that does not hold any more.",
  },
  "api_key.not_found": notThere("key", "Reload the page to see what there is."),
  "api_key.id_taken": { title: "The key could not be made", advice: "Reload the page and try again." },
  "api_key.not_in_use": {
    title: "This key is not in use any more",
    advice: "It was replaced, revoked or has run out. Reload the page to see what there is.",
  },
  "api_key.too_many": {
    title: "There are as many keys as a workspace can have",
    advice: "Revoke one that nothing uses any more.",
  },
  "api_key.in_address": {
    title: "A key stood in an address, where logs keep it",
    advice: "Replace the key, and send the new one in the Authorization header.",
  },
  "audit.too_much": {
    title: "The log is too long for one file",
    advice: "Choose a shorter time, and take it along in several files.",
  },
  "tenant.not_found": {
    title: "You are not in this workspace any more",
    advice: "Reload the page to go on where you still are. Only an invitation brings you back.",
  },
  "tenant.required": {
    title: "It is not clear which workspace this is about",
    advice: "Reload the page and choose one.",
  },
  "tenant.key_used": {
    title: "You made this workspace once, and have left it",
    advice: "Reload the page to make another one.",
  },
  "tenant.founding_closed": {
    title: "New workspaces are not made here",
    advice: "Ask to be invited to one, or whoever runs this installation to open it for new workspaces.",
  },
  "tenant.too_many": {
    title: "You are in as many workspaces as one person can be",
    advice: "Leave one that you don't need any more.",
  },
  "member.not_found": {
    title: "This person is not a member any more",
    advice: "They have left or were removed. Reload the page to see who is there.",
  },
  "member.known": {
    title: "This person is a member already",
    advice: "Change their role in the list instead.",
  },
  "member.last_owner": {
    title: "A workspace needs an owner",
    advice: "Make somebody else an owner first, or hand your ownership over.",
  },
  "invitation.not_found": {
    title: "This invitation does not work any more",
    advice: "It was accepted or withdrawn, or is over. Invite again, or ask whoever invited you to.",
  },
  "invitation.id_taken": { title: "The invitation could not be sent", advice: "Reload the page and try again." },
  "invitation.other_address": {
    title: "The invitation is for another address",
    advice: "Sign in with the address that it was sent to.",
  },
  "invitation.too_many": {
    title: "Too many invitations were sent",
    advice: "A workspace sends only so many a day, and the same one only a few times. Try again tomorrow.",
  },
  "email.not_verified": {
    title: "Your e-mail address is not confirmed yet",
    advice: "Open the link in the mail that we sent to it.",
  },
  "embedder.refused": {
    title: "The embedder's server refused this",
    advice: "Check the key, the model's name and the address.",
  },
  "embedder.limited": {
    title: "The embedder's server takes no more requests at the moment",
    advice: "Wait a minute and try again.",
  },
  "embedder.unreachable": {
    title: "The embedder's server can't be reached",
    advice: "Check its address, and that it is open to this installation.",
  },
  "embedder.faulty": {
    title: "The embedder's server does not answer as expected",
    advice: "Check that it is a server of embeddings, and the number of dimensions.",
  },
  "embedder.unavailable": {
    title: "This installation does not have that embedder any more",
    advice: "Choose another one.",
  },
  "embedder.incomplete": {
    title: "Something is missing",
    advice: "A server needs its address and a model; OpenAI needs a key.",
  },
  "embedder.same": { title: "The workspace has this embedder already", advice: "Choose another one, or leave it." },
  "embedder.change_under_way": {
    title: "The embedder is being changed",
    advice: "Wait until that is done, or cancel it.",
  },
  "document.not_found": notThere("document", "It may have been deleted. Choose one from the list."),
  "gap.not_found": notThere("gap", "Choose one from the list."),
  "gap.closed": { title: "This gap is closed", advice: "Open it again first." },
  "gap.draft_changed": {
    title: "Somebody else has changed the draft meanwhile",
    advice: "What you wrote is still here. Look at theirs, or keep yours.",
  },
  "gap.no_answer": { title: "The article has no answer", advice: "Write one, then publish it." },
  "test.not_found": notThere("test", "It may have been removed. Choose one from the list."),
  "test.run_not_found": notThere("run of the tests", "Load the page anew to see which there are."),
  "test.id_taken": { title: "This test was made already", advice: "Look for it in the list." },
  "test.no_answer": { title: "This is no answer of the assistant's", advice: "Pin one of its answers." },
  "test.too_many": {
    title: "There are as many tests as there may be",
    advice: "Remove one that is not needed any more.",
  },
  "changes.none": { title: "No change waits to be published", advice: "Load the page anew to see how things stand." },
  "changes.held": { title: "Changes wait to be published", advice: "Publish or discard them first." },
  "changes.moved": { title: "The changes are others by now", advice: "Look at them again." },
  "changes.unchecked": {
    title: "The tests have not passed with these changes",
    advice: "Wait for them, or publish anyway.",
  },
  "source.not_found": notThere("source", "It may have been removed. Choose one from the list."),
  "source.id_taken": { title: "This source was made already", advice: "Look for it in the list, or make another." },
  "source.name_taken": { title: "Another source has this name", advice: "Choose another name." },
  "source.wrong_kind": { title: "This source is of another kind", advice: "Choose a source that it can be done with." },
  "source.too_many": { title: "There are as many sources as there may be", advice: "Remove one that is not needed." },
  "document.no_original": { title: "There is no file to download", advice: "Read the document's text instead." },
  "document.queue_full": {
    title: "Too many documents wait to be read in",
    advice: "Wait until some are ready, then go on.",
  },
  "document.storage_full": {
    title: "The workspace's files take as much as they may",
    advice: "Remove documents that are not needed.",
  },
  "crawl.under_way": { title: "The site is being read already", advice: "Wait until that is done, or cancel it." },
  "crawl.not_under_way": { title: "The site is not being read", advice: "It may be done: look at the list." },
  "document.not_under_way": { title: "Nothing is being read in", advice: "It may be done: look at the list." },
  "document.not_failed": { title: "The document has not failed", advice: "Look at its state in the list." },
  "document.given_up": {
    title: "The document could not be read in",
    advice: "Try again. If it fails again, report its name.",
  },
  "document.overtaken": { title: "A newer version came", advice: "Look at the newest version." },
  "document.stopped": { title: "Its reading was stopped", advice: "Try again to have it read in." },
  "document.discarded": { title: "The version was discarded", advice: "Have it read in again, or add another one." },
  "document.removed": { title: "The document was removed", advice: "Add it again if it is needed." },
  "document.id_taken": { title: "This document was made already", advice: "Look for it in the list, or make another." },
  "document.newer_version": {
    title: "Somebody else has changed this meanwhile",
    advice: "Keep a copy of what you wrote, cancel, and change theirs.",
  },
  "document.empty": { title: "The document holds no text", advice: "Choose one that has some." },
  "document.too_large": {
    title: "The document is too large",
    advice: "Divide it into several: a file may have 25 MB, its text 10 MB.",
  },
  "document.not_alone": {
    title: "The file can't be taken like this",
    advice: "Send its bytes alone, neither packed nor as a form.",
  },
  "document.not_text": {
    title: "The document is not text",
    advice: "Save it as Markdown or plain text, in UTF-8.",
  },
  "document.type_unknown": {
    title: "Documents of this kind can't be read",
    advice: "Save it as Markdown, plain text, HTML, CSV, DOCX, XLSX or PDF.",
  },
  "document.mismatch": {
    title: "The file is not what its name says",
    advice: "Give its name the ending of what it is, or export it again.",
  },
  "document.locked": { title: "A password protects the file", advice: "Save it without one, and add that." },
  "document.scanned": {
    title: "The file holds pictures of pages, and no text",
    advice: "Have a program recognise its text first.",
  },
  "document.broken": {
    title: "The file is damaged",
    advice: "Open it in the program that made it, and save it again.",
  },
  "document.too_complex": {
    title: "The document takes too long to read",
    advice: "Divide it into several, or save it in a simpler form.",
  },
  "budget.unpriced": {
    title: "A budget can't hold models without a price",
    advice: "Give them a price under Assistant, or confirm that what they cost is not counted.",
  },
  "channel.not_found": {
    title: "There are no live updates for this",
    advice: "Reload the page to see how things stand.",
  },
  "channel.too_many": {
    title: "This page listens to too many things at once",
    advice: "Close some of its windows, and reload it.",
  },
  "rate.exceeded": { title: "Too many requests", advice: "Wait a minute, then try again." },
  "service.busy": { title: "The server is busy", advice: "Nothing is lost. Try again in a few seconds." },
};
