import type { Element, Root, RootContent } from "hast";
import { fromHtml } from "hast-util-from-html";
import { decodeText } from "./decode-text.ts";
import { type Parsed, Refusal } from "./parsed.ts";
import { htmlToMarkdown } from "./to-markdown.ts";

/** What surrounds a page's text, and what no reader sees. */
const around = new Set([
  "nav",
  "header",
  "footer",
  "aside",
  "dialog",
  "button",
  "label",
  "select",
  "script",
  "style",
  "template",
  "noscript",
]);

/** What holds one of these is the page and no form: some programs put all that they write into one. */
const ofPages = ["main", "article", "h1", "h2", "p"];
const headings = new Set(["h1", "h2", "h3", "h4", "h5", "h6"]);

/**
 * A page's main text as Markdown: what its `main` or only `article` holds; without one, all but its menus, header, footer and forms.
 * Nothing that it names is fetched, nothing in it is run.
 */
export function readHtml(bytes: Uint8Array): Parsed {
  const html = decodeText(bytes, declaredEncoding(bytes));
  if (!/<[a-z!][^<>]*>/i.test(html)) throw new Refusal("document.mismatch");
  const page = fromHtml(html);
  const mains = find(page, "main").filter((main) => !isHidden(main));
  const articles = mains.length > 0 ? [] : find(page, "article");
  const [marked] = mains.length > 0 ? mains : articles.length === 1 ? articles : [];
  const main = marked ?? find(page, "body")[0] ?? page;
  // The heading of an article often stands in a header of its own, and of what can be opened and shut, in a button.
  prune(main, (element, parent) => {
    const isHeading = element.tagName === "header" ? marked : element.tagName === "button" && isHeadingTag(parent);
    return isHeading ? !isHidden(element) : !isAround(element);
  });
  return {
    title: titleOf(page),
    mediaType: "text/markdown",
    text: htmlToMarkdown({ type: "root", children: [...main.children] as RootContent[] }),
  };
}

const isAround = (element: Element) =>
  around.has(element.tagName) ||
  isHidden(element) ||
  (element.tagName === "form" && !ofPages.some((name) => find(element, name).length > 0));

const isHidden = ({ properties: { hidden = false, ariaHidden } }: Element) =>
  (hidden !== false && hidden !== "until-found") || ariaHidden === "true";
const isHeadingTag = (parent: Root | Element) => parent.type === "element" && headings.has(parent.tagName);

/** Without calls in calls: a page may be nested as deep as it is long. */
function* elementsOf(from: Root | Element): Generator<Root | Element> {
  const left = [from];
  for (let node = left.pop(); node; node = left.pop()) {
    yield node;
    for (const child of node.children.toReversed()) if (child.type === "element") left.push(child);
  }
}

const find = (page: Root | Element, name: string): Element[] =>
  [...elementsOf(page)].filter((node) => node.type === "element" && node.tagName === name) as Element[];

function prune(from: Root | Element, isKept: (element: Element, parent: Root | Element) => boolean): void {
  for (const node of elementsOf(from)) {
    node.children = node.children.filter(
      (child) => child.type !== "element" || isKept(child, node),
    ) as Element["children"];
  }
}

/** The first of them: a drawing may have one as well. */
function titleOf(page: Root): string {
  const words = find(page, "title")[0]?.children.map((child) => (child.type === "text" ? child.value : "")) ?? [];
  return words.join("").replace(/\s+/g, " ").trim();
}

function declaredEncoding(bytes: Uint8Array): string {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  return /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1] ?? "utf-8";
}
