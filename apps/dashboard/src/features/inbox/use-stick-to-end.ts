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
  const [atEnd, setAtEnd] = useState(true);

  useEffect(() => {
    const element = scroller.current;
    if (!element || !content.current) return;
    let sticking = true;
    const onScroll = () => {
      sticking = element.scrollHeight - element.scrollTop - element.clientHeight < endMargin;
      setAtEnd(sticking);
    };
    // More words come, or a keyboard takes room away.
    const observer = new ResizeObserver(() => {
      if (sticking) element.scrollTop = element.scrollHeight;
    });
    observer.observe(content.current);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, []);

  useEffect(() => {
    if (own && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [own]);

  const scrollToEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "smooth" });
  return { scroller, content, atEnd, scrollToEnd };
}
