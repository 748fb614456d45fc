import { createParley } from "./create-parley.ts";
import type { Parley } from "./types.ts";

export type { Parley, ParleyEvents, ParleyOptions } from "./types.ts";

const widget = createParley(() => import("./panel/mount-panel.tsx"));

/** The widget for pages that bundle their scripts. Importing it does nothing; on a server, neither does `boot`. */
export const parley: Parley = {
  ...widget,
  boot(options) {
    if (typeof document !== "undefined") widget.boot(options);
  },
};
