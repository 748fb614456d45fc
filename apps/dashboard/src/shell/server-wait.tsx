import { lazy, Suspense, useSyncExternalStore } from "react";
import { serverWait } from "../session/server-wait.ts";

const ServerWaitNotice = lazy(async () => {
  const { ServerWaitNotice } = await import("./server-wait-notice.tsx");
  return { default: ServerWaitNotice };
});

/** On whichever page: says that the server asks for a pause, while it lasts. */
export function ServerWait() {
  const untilMs = useSyncExternalStore(serverWait.subscribe, serverWait.read);
  return (
    untilMs > 0 && (
      <Suspense>
        <ServerWaitNotice untilMs={untilMs} />
      </Suspense>
    )
  );
}
