export type { AccountEvent, AccountEventType, OnAccountEvent } from "./account-events.ts";
export {
  type AccountProduct,
  type Accounts,
  type AccountsOptions,
  createAccounts,
  type User,
} from "./accounts.ts";
export { type Csrf, type CsrfOptions, type CsrfRefusal, createCsrf } from "./csrf.ts";
export { findLoginByEmail, findLogins, type Login } from "./find-logins.ts";
export type { SignInProvider } from "./oauth/openid-provider.ts";
export { findCookieOwner } from "./sessions/find-cookie-owner.ts";
export { findLiveSessions, renewSessions, type Session } from "./sessions/sessions.ts";
export type { NewWorkspace } from "./sign-up/workspaces.ts";
export { sweepAccounts } from "./sweep-accounts.ts";
export {
  AuthError,
  recogniseVisitor,
  type SocketCaller,
  signTicket,
  signVisitorToken,
  type Ticket,
  tokenLifetimes,
  type Visitor,
  verifySocketToken,
  verifyVisitorToken,
} from "./tokens.ts";
