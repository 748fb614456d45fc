import { createLauncher, type Launcher } from "./launcher.ts";
import type { PanelHandle, PanelModule } from "./panel/mount-panel.tsx";
import { launcherNotLoaded } from "./strings.ts";
import type { Parley, ParleyEvents, ParleyOptions } from "./types.ts";

type Widget = Launcher & { options: ParleyOptions; panel?: Promise<PanelHandle> | undefined };

/**
 * The widget as a page sees it. Nothing happens before `boot`.
 *
 * @param load fetches the panel; `attempt` counts the ones that failed before
 */
export function createParley(load: (attempt: number) => Promise<PanelModule>): Parley {
  const listeners = new Set<readonly [name: string, listener: (detail: never) => void]>();
  let widget: Widget | undefined;
  let failures = 0;

  const emit = <Name extends keyof ParleyEvents>(name: Name, detail?: ParleyEvents[Name]) => {
    for (const [known, listener] of listeners) {
      // What a listener throws is the page's affair: it must not stop the widget.
      if (known === name) queueMicrotask(() => listener(detail as never));
    }
  };

  /** The panel, loaded once; after a failure the next call tries again. */
  const withPanel = (use: (panel: PanelHandle) => void) => {
    const current = widget;
    if (!current) return;
    current.panel ??= load(failures).then((module) => module.mountPanel({ ...current, emit }));
    current.panel.then(use, () => {
      failures++;
      current.panel = undefined;
      current.button.ariaLabel = launcherNotLoaded;
      emit("error", { code: "widget.not_loaded" });
    });
  };

  /** @param forget also what this browser keeps */
  const end = (forget: boolean) => {
    withPanel((panel) => panel.end(forget));
    widget?.host.remove();
    widget = undefined;
  };

  const parley: Parley = {
    boot(options) {
      if (widget?.options.key === options.key) return;
      end(false);
      widget = { ...createLauncher(options.accent), options };
      widget.button.onclick = () => withPanel((panel) => panel.toggle());
      parley.show();
      (window.requestIdleCallback ?? setTimeout)(() => withPanel(() => emit("ready")));
    },
    open: () => withPanel((panel) => panel.open()),
    close: () => withPanel((panel) => panel.close()),
    show() {
      // A script in the head may run before there is a body.
      if (widget) (document.body ?? document.documentElement).append(widget.host);
    },
    hide: () => widget?.host.remove(),
    shutdown: () => end(true),
    on(name, listener) {
      const entry = [name, listener] as const;
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
  return parley;
}
