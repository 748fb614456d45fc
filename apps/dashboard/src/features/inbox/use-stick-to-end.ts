import { useEffect, useRef, useState } from "react";

/** As near to the end as counts as there, in pixels. */
const endMargin = 48;

/**
 * Keeps a scroller at its end while what is in it grows, unless one has scrolled up.
 *
 * @param own what one has just put there oneself: when it changes, the end is shown in any case
 */
export function useStickToEnd(own: string | undefined) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticking = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  useEffect(() => {
    const element = scroller.current;
    const inside = content.current;
    if (!element || !inside) return;
    let top = 0;
    const look = () => {
      const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < endMargin;
      // More may have come before the browser says that it has scrolled to where the end was: only upwards is away from it.
      if (isNear) sticking.current = true;
      else if (element.scrollTop < top) sticking.current = false;
      top = element.scrollTop;
      setAtEnd(isNear || sticking.current);
    };
    // More words come, or a keyboard takes room away.
    const observer = new ResizeObserver(() => {
      if (sticking.current) element.scrollTop = element.scrollHeight;
      look();
    });
    // What one unfolds oneself stays where it is; it is not pushed out of sight to show what follows.
    const onClick = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest("[aria-expanded]")) sticking.current = false;
    };
    observer.observe(inside);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    inside.addEventListener("click", onClick);
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
      inside.removeEventListener("click", onClick);
    };
  }, []);

  useEffect(() => {
    if (!own || !scroller.current) return;
    sticking.current = true;
    scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [own]);

  const scrollToEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "smooth" });
  return { scroller, content, atEnd, scrollToEnd };
}
