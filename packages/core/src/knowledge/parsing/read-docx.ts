import { zipSync } from "fflate";
import { fromHtml } from "hast-util-from-html";
import mammoth from "mammoth";
import { openArchive } from "./open-archive.ts";
import { type Parsed, Refusal } from "./parsed.ts";
import { htmlToMarkdown } from "./to-markdown.ts";

const isWanted = (name: string) =>
  /^(?:\[Content_Types\]\.xml|_rels\/\.rels|word\/(?:_rels\/)?[\w.-]+\.(?:xml|rels))$/.test(name);

/** A Word document's headings, paragraphs, lists, tables, links and notes as Markdown, without its pictures, comments and changes. */
export async function readDocx(bytes: Uint8Array): Promise<Parsed> {
  const files = openArchive(bytes, isWanted);
  if (!Object.keys(files).some((name) => name.startsWith("word/"))) throw new Refusal("document.mismatch");
  // Its parser sees what was unpacked here, and nothing of the file's own.
  const buffer = Buffer.from(zipSync(files, { level: 0 }));
  const { value } = await mammoth.convertToHtml(
    { buffer },
    {
      styleMap: ["p[style-name='Title'] => h1:fresh"],
      includeEmbeddedStyleMap: false,
      externalFileAccess: false,
      convertImage: mammoth.images.imgElement(async () => ({ src: "" })),
    },
  );
  return { mediaType: "text/markdown", text: htmlToMarkdown(fromHtml(value, { fragment: true })) };
}
