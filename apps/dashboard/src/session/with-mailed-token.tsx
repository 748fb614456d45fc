import { useRouteContext } from "@tanstack/react-router";
import type { ComponentType } from "react";

/**
 * A page that a mailed link opens, with the link's secret. Another link is another page, also in the same tab, where only what stands
 * behind the # changes: nothing is left of what the former link did.
 */
export function withMailedToken(Page: ComponentType<{ token: string }>) {
  return function MailedPage() {
    const token = useRouteContext({ strict: false, select: ({ mailedToken = "" }) => mailedToken });
    return <Page key={token} token={token} />;
  };
}
