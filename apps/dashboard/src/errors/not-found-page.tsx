import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { EmptyState } from "../components/empty-state.tsx";

export function NotFoundPage() {
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas">
      <title>Not found · Parley</title>
      <EmptyState heading="h1" icon={Compass} title="There is nothing at this address">
        <p>The link may be wrong, or what it led to was deleted.</p>
        <Link
          to="/inbox"
          className="mt-5 inline-flex h-10 items-center rounded-control bg-accent px-4 font-medium text-on-accent hover:bg-accent-strong"
        >
          Go to the inbox
        </Link>
      </EmptyState>
    </main>
  );
}
