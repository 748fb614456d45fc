import type { Mail } from "./mail.ts";

export type MailContent = {
  to: string;
  subject: string;
  /** Each is plain text: what stands in it is never read as HTML. */
  paragraphs: readonly string[];
  /** What the mail asks for, after its first paragraph. */
  action?: { label: string; url: string };
};

/** A mail in the one look that all of ours have, as text and as HTML. */
export function writeMail({ to, subject, paragraphs, action }: MailContent): Mail {
  const [first = "", ...others] = paragraphs;
  const text = [first, ...(action ? [`${action.label}:\n${action.url}`] : []), ...others].join("\n\n");
  const button = action
    ? `<p><a href="${escapeHtml(action.url)}" style="display:inline-block;padding:10px 18px;border-radius:8px;background:#1f5f4a;color:#fff;text-decoration:none;font-weight:600">${escapeHtml(action.label)}</a></p>
<p style="font-size:13px;color:#555;word-break:break-all">${escapeHtml(action.url)}</p>`
    : "";
  const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${escapeHtml(subject)}</title>
<body style="margin:0;padding:24px;background:#fff;color:#1a1a1a;font:16px/1.55 system-ui,-apple-system,sans-serif">
<div style="max-width:34rem;margin:0 auto">${paragraph(first)}
${button}
${others.map(paragraph).join("\n")}
</div></body></html>
`;
  return { to, subject: oneLine(subject), text: `${text}\n`, html };
}

const paragraph = (text: string) => `<p>${escapeHtml(text).replaceAll("\n", "<br>")}</p>`;

/** A subject may hold a name that somebody chose. */
const oneLine = (text: string) =>
  Array.from(text.replace(/\p{Cc}+/gu, " "))
    .slice(0, 150)
    .join("");

/** What people call themselves, as a stranger's mail shows it: programs make links of whatever looks like an address. */
export function withoutLinks(name: string): string {
  return name.replace(/:\/\//g, " ").replace(/\.(?=[\p{L}\p{N}])/gu, ". ");
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
