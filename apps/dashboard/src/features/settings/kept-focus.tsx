import { type ReactNode, useEffect, useRef } from "react";

/**
 * Keeps the focus in a page whose parts come and go. When what had the focus is taken away (a row that was removed, a form that was
 * left), the heading of its section has it, or the page's when the section has gone as well: not the top of everything.
 */
export function KeptFocus({ className, children }: { className?: string; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = place.current;
    if (!root) return;
    let focused: Element | undefined;
    let section: Element | null = null;
    const note = ({ target }: FocusEvent) => {
      focused = target as Element;
      section = focused.closest("section");
    };
    const observer = new MutationObserver(() => {
      const isLost = focused && !focused.isConnected && document.activeElement === document.body;
      if (!isLost) return;
      focused = undefined;
      const heading =
        section?.isConnected && root.contains(section) ? section.querySelector("h2, h3") : document.querySelector("h1");
      if (!(heading instanceof HTMLElement)) return;
      heading.tabIndex = -1;
      heading.focus();
    });
    root.addEventListener("focusin", note);
    observer.observe(root, { childList: true, subtree: true });
    return () => {
      root.removeEventListener("focusin", note);
      observer.disconnect();
    };
  }, []);
  return (
    <div ref={place} className={className}>
      {children}
    </div>
  );
}
