import { useEffect, useState } from "preact/hooks";

/** As in panel.css. */
const phone = "(max-width: 560px), (max-height: 480px)";

/**
 * Whether the panel covers the whole page, and then where: iOS lays its keyboard over a page without telling the layout, only the
 * visual viewport knows what is left.
 */
export function useFullScreen(isOpen: boolean): { isFullScreen: boolean; style: Record<string, string> } {
  const [isFullScreen, setFullScreen] = useState(() => matchMedia(phone).matches);
  const [style, setStyle] = useState<Record<string, string>>({});

  useEffect(() => {
    const query = matchMedia(phone);
    const onChange = () => setFullScreen(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, []);

  useEffect(() => {
    const viewport = window.visualViewport;
    if (!isOpen || !isFullScreen || !viewport) {
      setStyle({});
      return undefined;
    }
    const fit = () => setStyle({ height: `${viewport.height}px`, top: `${viewport.offsetTop}px` });
    fit();
    viewport.addEventListener("resize", fit);
    viewport.addEventListener("scroll", fit);
    return () => {
      viewport.removeEventListener("resize", fit);
      viewport.removeEventListener("scroll", fit);
    };
  }, [isOpen, isFullScreen]);

  return { isFullScreen, style };
}
