/** Where to go after signing in: a path within this app, or the inbox when it is anything else. */
export function safeDestination(wanted: unknown): string {
  return typeof wanted === "string" && /^\/(?![/\\])/.test(wanted) && !wanted.startsWith("/sign-in")
    ? wanted
    : "/inbox";
}
