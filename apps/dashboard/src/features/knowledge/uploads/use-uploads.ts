import type { SourceId } from "@parley/contracts";
import { useRouteContext } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { useTRPCClient } from "../../../trpc.ts";
import { secondsToHold } from "./upload-failure.ts";
import { uploadFile } from "./upload-file.ts";
import { createUploadQueue } from "./upload-queue.ts";

/** What files are sent with; of the page, which is about one workspace for as long as it is there. */
let place: Parameters<typeof uploadFile>[0] | undefined;

const queue = createUploadQueue(
  (upload, options) => {
    if (!place) throw new Error("no page has files to send");
    return uploadFile(place, upload, options);
  },
  { secondsToHold },
);

/** Whoever leaves the dashboard, from whichever of its pages, is asked: a file that was sent in part is not there. */
const ask = (event: BeforeUnloadEvent) => event.preventDefault();
queue.subscribe(() => {
  const isUnderWay = queue.read().some(({ state }) => state.is === "waiting" || state.is === "sending");
  if (isUnderWay) window.addEventListener("beforeunload", ask);
  else window.removeEventListener("beforeunload", ask);
});

/** The files on their way into the source; they go on while another page of the dashboard is shown. */
export function useUploads(sourceId: SourceId) {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const client = useTRPCClient();
  const uploads = useSyncExternalStore(queue.subscribe, queue.read);
  return {
    uploads: uploads.filter((upload) => upload.sourceId === sourceId),
    add(files: readonly File[]) {
      place = { apiUrl, client };
      queue.add(sourceId, files);
    },
    cancel: queue.cancel,
    cancelAll: () => queue.cancelAll(sourceId),
    retry: queue.retry,
    clear: () => queue.clear(sourceId),
  };
}
