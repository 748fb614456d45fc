const here = "https://dashboard.invalid";

/** Where to go after signing in: a path within this app, or the inbox when it is anything else, whatever a browser makes of it. */
export function safeDestination(wanted: unknown): string {
  if (typeof wanted !== "string" || !wanted.startsWith("/")) return "/inbox";
  const url = URL.parse(wanted, here);
  return url?.origin === here && !url.pathname.startsWith("/sign-in") ? wanted : "/inbox";
}
