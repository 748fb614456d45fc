import { useLocation } from "@tanstack/react-router";
import { Notice } from "../../forms/notice.tsx";

/** For who came back from a provider's pages without having confirmed there that it is still them. */
export function UnconfirmedNotice({ className }: { className?: string }) {
  const isShown = useLocation({ select: ({ search }) => "unconfirmed" in search });
  return (
    isShown && (
      <Notice tone="warn" role="alert" className={className}>
        You did not confirm there that it is still you, so nothing was done.
      </Notice>
    )
  );
}
