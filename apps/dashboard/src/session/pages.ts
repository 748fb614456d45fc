/**
 * The pages of one browser share its session: where somebody else signs in, or out, or the same person again, the others are told, and
 * become theirs, or nobody's. Each sign-in and sign-out ends with a page that is loaded, or goes on.
 */
export const pages = new BroadcastChannel("parley-pages");

export const tellOtherPages = () => pages.postMessage("opened");
