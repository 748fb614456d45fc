import { expect, test } from "vitest";
import { Refusal } from "./parsed.ts";
import { readHtml } from "./read-html.ts";

const read = (html: string) => readHtml(new TextEncoder().encode(html));

test("a page's headings, lists, tables, links and code are kept, and its menus, forms and scripts are not", () => {
  const { title, mediaType, text } = read(`<!doctype html>
    <html><head><title>Returns &amp;
      refunds</title><style>p { color: red }</style></head>
    <body>
      <header>The shop</header><nav><a href="/">Home</a></nav>
      <h1>Returns</h1>
      <p>Within <b>30 days</b>: see <a href="https://example.com/terms">the terms</a>.</p>
      <table><tr><th>Country</th><th>Costs</th></tr><tr><td>Norway</td><td>5 | 6 €</td></tr></table>
      <ul><li>One<ul><li>Two</li></ul></li></ul>
      <pre><code>npm start</code></pre>
      <img src="x" alt="a picture" onerror="alert(1)"><script>alert(2)</script>
      <p hidden>Not yet</p><!-- not ever -->
      <form><label>Mail <input value="me"></label><button>Send</button></form>
      <footer>Imprint</footer>
    </body></html>`);
  expect({ title, mediaType }).toEqual({ title: "Returns & refunds", mediaType: "text/markdown" });
  expect(text).toBe(`# Returns

Within **30 days**: see [the terms](https://example.com/terms).

| Country | Costs |
| - | - |
| Norway | 5 \\| 6 € |

- One
  - Two

\`\`\`
npm start
\`\`\`
`);
});

test.each([
  ["its main part", "<div>Menu</div><main><header><h1>Title</h1></header><p>Words.</p></main><div>More</div>"],
  ["its only article", "<div>Menu</div><article><h1>Title</h1><p>Words.</p></article>"],
  ["all of it where nothing is marked", "<h1>Title</h1><p>Words.</p>"],
])("of a page is read %s", (_which, html) => {
  expect(read(html).text).toBe("# Title\n\nWords.\n");
});

test.each([
  [
    "a form that the whole page stands in",
    "<form><h1>Title</h1><p>Words.</p><label>Mail</label><button>Send</button></form>",
  ],
  [
    "a heading that opens and shuts what is below it",
    "<main><h1><button>Title</button></h1><p hidden=until-found>Words.</p></main>",
  ],
  ["the one main part of several that is shown", "<main hidden>Not yet</main><main><h1>Title</h1><p>Words.</p></main>"],
])("what is in %s is read", (_what, html) => {
  expect(read(html).text).toBe("# Title\n\nWords.\n");
});

test("paragraphs, lists and tables within a table's cell or a heading stay apart from each other, and in one line", () => {
  const days = "<td><p>Monday</p><p>Tuesday</p></td><td><ul><li>closed</li><li>9 <b>to</b> 17</li></ul></td>";
  const nested = "<td>A<table><tr><td>1</td><td>2</td></tr></table>B</td><td><pre>C\nD</pre></td>";
  const { text } = read(
    `<h2><div>Opening</div><div>hours</div></h2><table><tr><th>Days</th><th>Hours</th></tr><tr>${days}</tr><tr>${nested}</tr></table>`,
  );
  expect(text).toBe(`## Opening hours

| Days | Hours |
| - | - |
| Monday Tuesday | closed 9 **to** 17 |
| A 1 2 B | C D |
`);
});

test("of several articles each is read", () => {
  expect(read("<article>One.</article><article>Two.</article>").text).toBe("One.\n\nTwo.\n");
});

test("what would be Markdown by chance stays the words that it is", () => {
  expect(read("<p># 1 *and* &lt;b> [x](y)</p>").text).toBe("\\# 1 \\*and\\* \\<b> \\[x]\\(y)\n");
});

test("a page in another encoding says so itself", () => {
  const page = Buffer.from('<meta charset="iso-8859-1"><p>Gr\u00fc\u00dfe</p>', "latin1");
  expect(readHtml(page).text).toBe("Grüße\n");
  expect(() => readHtml(Buffer.from("<p>Gr\u00fc\u00dfe</p>", "latin1"))).toThrow("document.not_text");
  expect(() => readHtml(Buffer.from('<meta charset="no-such"><p>x</p>'))).toThrow("document.not_text");
});

test("what holds no tag is no page", () => {
  expect(() => read("Only words, 1 < 2.")).toThrow(new Refusal("document.mismatch"));
});
