import { useRouteContext } from "@tanstack/react-router";
import { useState } from "react";
import { beginAnew } from "./begin-anew.ts";
import { signOut } from "./sign-in.ts";

/** Ends the session, and goes to the sign-in page with a page that remembers nothing of it. `failed`: still signed in. */
export function useSignOut(): { start: () => Promise<void>; busy: boolean; failed: boolean } {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  async function start() {
    if (state === "busy") return;
    setState("busy");
    try {
      await signOut(apiUrl);
    } catch {
      // Whoever pressed it sees that it did not work, and can press it again.
      return setState("failed");
    }
    await beginAnew("/sign-in");
  }
  return { start, busy: state === "busy", failed: state === "failed" };
}
