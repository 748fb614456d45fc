// Runs in the pages that are measured. Times are milliseconds since 1970 by the page's own clock: what the tool that clicks takes
// before and after is not the product's time.
const now = () => performance.timeOrigin + performance.now();

/** When somebody clicks next. */
globalThis.nextClick = () => ({
  at: new Promise((resolve) => {
    document.addEventListener("click", () => resolve(now()), { capture: true, once: true });
  }),
});

/** When the element shows the words once more than now, painted. */
globalThis.nextMention = (element, words) => {
  const count = () => (element.textContent ?? "").split(words).length;
  const before = count();
  return {
    at: new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (count() === before) return;
        observer.disconnect();
        // In the frame that paints it; and the one after it, which comes when that is done.
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(now())));
      });
      observer.observe(element, { childList: true, subtree: true, characterData: true });
    }),
  };
};
