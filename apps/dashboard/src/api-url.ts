/** Where a checkout's own api listens: what `vite dev`, which fills no page in, talks to. */
const developmentUrl = "http://localhost:3001";

/** The api's address, as the server of this page wrote it into the page; without a trailing slash. */
export function readApiUrl(page: Pick<Document, "querySelector">): string {
  const content = page.querySelector('meta[name="parley-api"]')?.getAttribute("content") ?? "";
  return /^https?:\/\//.test(content) ? content.replace(/\/+$/, "") : developmentUrl;
}
