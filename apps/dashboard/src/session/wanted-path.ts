import { safeDestination } from "./safe-destination.ts";

const key = "parley.wanted";

/** Where somebody was going, for this tab, while they are at a provider's pages: these lead back to the sign-in page with less. */
export const wantedPath = {
  keep: (path: string): void => sessionStorage.setItem(key, path),
  read: (): string => safeDestination(sessionStorage.getItem(key)),
};
