import type { SourceId } from "@parley/contracts";
import { useRouteContext } from "@tanstack/react-router";
import { useEffect, useSyncExternalStore } from "react";
import { useTRPCClient } from "../../../trpc.ts";
import { uploadFile } from "./upload-file.ts";
import { createUploadQueue } from "./upload-queue.ts";

/** What files are sent with; of the page, which is about one workspace for as long as it is there. */
let place: Parameters<typeof uploadFile>[0] | undefined;

const queue = createUploadQueue((upload, options) => {
  if (!place) throw new Error("no page has files to send");
  return uploadFile(place, upload, options);
});

/** The files on their way into the source; they go on while another page of the dashboard is shown. */
export function useUploads(sourceId: SourceId) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const client = useTRPCClient();
  const uploads = useSyncExternalStore(queue.subscribe, queue.read);
  const isUnderWay = uploads.some(({ state }) => state.is === "waiting" || state.is === "sending");
  // Whoever leaves the dashboard is asked: a file that was sent in part is not there.
  useEffect(() => {
    if (!isUnderWay) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isUnderWay]);
  return {
    uploads: uploads.filter((upload) => upload.sourceId === sourceId),
    add(files: readonly File[]) {
      place = { apiUrl, client };
      queue.add(sourceId, files);
    },
    cancel: queue.cancel,
    retry: queue.retry,
    clear: () => queue.clear(sourceId),
  };
}
