import { openLauncher } from "./strings.ts";

/** What the widget puts on the page: one element, and everything else in its shadow. */
export type Launcher = { host: HTMLElement; root: ShadowRoot; button: HTMLButtonElement };

// The sign is a shape: a picture would need the page's leave to load, and elements the bytes to make them.
const styles =
  ":host{all:initial!important;position:fixed!important;z-index:2147483000!important}" +
  ":host>button{position:fixed;inset-inline-end:20px;bottom:20px;padding:14px;border:0;border-radius:20px;cursor:pointer;background:#0d6553}" +
  ':host>button:before{content:"";display:block;width:28px;height:28px;background:#fff;clip-path:path(evenodd,"M3 4h22v17H14l-6 5v-5H3zM8 9h12v2H8zM8 14h8v2H8z")}';

export function createLauncher(accent: string | undefined): Launcher {
  const host = document.createElement("parley-widget");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets.push(sheet);
  const button = document.createElement("button");
  button.ariaLabel = openLauncher;
  if (accent) button.style.background = accent;
  root.append(button);
  return { host, root, button };
}
