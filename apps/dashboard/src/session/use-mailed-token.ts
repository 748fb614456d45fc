import { useLocation } from "@tanstack/react-router";

/** The secret of a link that was mailed: behind the #, where no server gets to see it. Empty when there is none. */
export function useMailedToken(): string {
  return useLocation({ select: ({ hash }) => hash });
}
