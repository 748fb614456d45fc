import { MessagesSquare } from "lucide-react";
import { EmptyState } from "../../components/empty-state.tsx";
import { Kbd } from "../../components/kbd.tsx";

/** Beside the list, while no conversation is chosen. */
export function NoConversation() {
  return (
    <div className="m-auto">
      <EmptyState icon={MessagesSquare} title="Choose a conversation">
        <p>Read along while the assistant answers, and take over whenever you like.</p>
        <p className="mt-4 flex items-center justify-center gap-1.5">
          <Kbd>J</Kbd> next <Kbd>K</Kbd> previous <Kbd>?</Kbd> all shortcuts
        </p>
      </EmptyState>
    </div>
  );
}
