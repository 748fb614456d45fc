import type { IncomingMessage } from "node:http";

const session = /(?:^|;)\s*(?:__Host-)?parley\.session_token=/;

/**
 * Whether another site's page opens the socket with a member's session cookie. Sockets are opened by tokens alone, so the cookie would
 * be of no use; that it came along at all means that something is wrong.
 */
export function isFromOtherSite({ headers }: Pick<IncomingMessage, "headers">, dashboardOrigin: string): boolean {
  if (!session.test(headers.cookie ?? "")) return false;
  const { origin = "" } = headers;
  // By its host: cookies know no ports, so the page of the widget's demo brings the dashboard's along.
  return !URL.canParse(origin) || new URL(origin).hostname !== new URL(dashboardOrigin).hostname;
}
