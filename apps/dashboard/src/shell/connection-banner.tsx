import { CloudOff, LoaderCircle, WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { useRealtime } from "../realtime/realtime-provider.tsx";

/** A break shorter than this is not worth a word. */
const patienceMs = 1_500;

/** Says when what is shown may be out of date. */
export function ConnectionBanner() {
  const { status } = useRealtime();
  const online = useOnline();
  const reconnecting = useLasting(status === "connecting", patienceMs);
  return (
    <div role="status" className="empty:hidden">
      {!online ? (
        <Banner icon={<WifiOff aria-hidden className="size-4 shrink-0" />}>
          You are offline. What you write is sent when you are back.
        </Banner>
      ) : status === "refused" ? (
        <Banner icon={<CloudOff aria-hidden className="size-4 shrink-0" />}>
          The server refuses live updates for this page. Reload it, and sign in again if that does not help.
        </Banner>
      ) : (
        reconnecting && (
          <Banner icon={<LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin" />}>
            Reconnecting… What you see may be a little old until then.
          </Banner>
        )
      )}
    </div>
  );
}

function Banner({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-1.5 text-sm text-warn">
      {icon}
      {children}
    </p>
  );
}

function useOnline(): boolean {
  return useSyncExternalStore(subscribeOnline, () => navigator.onLine);
}

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

/** True once the condition has held for so long. */
function useLasting(condition: boolean, durationMs: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!condition) return;
    const timer = setTimeout(() => setLasting(true), durationMs);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [condition, durationMs]);
  return lasting;
}
