import { deflateSync } from "node:zlib";

/** A PDF with so many pages, each of this stream, which comes deflated. */
export function makePdf(stream: Uint8Array, pages = 1): Uint8Array {
  const kids = Array.from({ length: pages }, (_, index) => `${index + 4} 0 R`);
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${pages} /Kids [${kids.join(" ")}] >>`,
    `<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n${Buffer.from(stream).toString("latin1")}\nendstream`,
    ...kids.map(
      () =>
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /Contents 3 0 R >>",
    ),
  ].map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`);
  return Buffer.from(`%PDF-1.7\n${objects.join("")}trailer\n<< /Root 1 0 R /Size ${pages + 4} >>\n%%EOF\n`, "latin1");
}

/** A page that says this, as `makePdf` wants it. */
export const pageOf = (words: string) => deflateSync(`BT /F1 12 Tf 50 750 Td (${words}) Tj ET`);
