import { createParley } from "./create-parley.ts";
import type { Parley, ParleyOptions } from "./types.ts";

/** The panel's file, beside this one; the build fills it in. */
declare const __PANEL_FILE__: string;

type Call = { [Name in keyof Parley]: [Name, ...Parameters<Parley[Name]>] }[keyof Parley];
declare global {
  interface Window {
    /** Calls that came before the widget, as `["open"]`; then the widget itself, whose `push` takes the same. */
    parley?: Call[] | (Parley & { push(call: Call): unknown });
  }
}

const script = document.currentScript as HTMLScriptElement;
const waiting = window.parley;

// A second script tag finds the widget there and leaves it alone.
if (!waiting || !("boot" in waiting)) {
  // A script's own address is no base for `import` when it came from another site. The number makes a failed file be asked for anew.
  const parley = createParley(
    (attempt) => import(/* @vite-ignore */ new URL(`${__PANEL_FILE__}?${attempt}`, script.src).href),
  );
  const push = ([name, ...parameters]: Call) => (parley[name] as (...all: unknown[]) => unknown)(...parameters);
  window.parley = { ...parley, push };
  const { dataset } = script;
  if (dataset.key) parley.boot({ ...dataset, suggestions: dataset.suggestions?.split("|") } as ParleyOptions);
  waiting?.forEach(push);
}
