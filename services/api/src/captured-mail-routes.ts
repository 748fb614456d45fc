import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { AppError } from "@parley/core/app-error";
import type { CapturedMail, MailCapture } from "@parley/platform/mail/captured-mail";
import { escapeHtml } from "@parley/platform/mail/write-mail";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
li { margin-block: .75rem; } time, .to { opacity: .75; }
iframe { width: 100%; height: 28rem; border: 1px solid #8888; border-radius: 8px; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
`;
const styleHash = `'sha256-${createHash("sha256").update(style).digest("base64")}'`;
const pagePolicy = `default-src 'none'; style-src ${styleHash}; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
// A mail runs nothing, loads nothing, and its links open elsewhere: also when it is opened by itself.
const sandbox = "allow-popups allow-popups-to-escape-sandbox";
const mailPolicy = `sandbox ${sandbox}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'`;

const InMail = z.object({ id: z.string().max(60) });

/** The mails that an installation without a mail server keeps, for whoever sits at its machine. Mails open accounts: nobody else. */
export async function capturedMailRoutes(
  app: FastifyInstance,
  { capturedMail }: { capturedMail: MailCapture },
): Promise<void> {
  app.addHook("onRequest", async (request) => {
    if (!isAtThisMachine(request)) throw new AppError("auth.forbidden");
  });

  async function mailOf(request: FastifyRequest): Promise<CapturedMail | undefined> {
    const { data } = InMail.safeParse(request.params);
    return data && capturedMail.find(data.id);
  }

  app.get("/mail", async (_request, reply) => {
    const mails = await capturedMail.list();
    const items = mails.map(
      ({ id, to, subject, at }) =>
        `<li><a href="/mail/${escapeHtml(id)}">${escapeHtml(subject)}</a><br><span class="to">to ${escapeHtml(to)}</span>, ${moment(at)}</li>`,
    );
    const none = "<p>None yet. What Parley would send stands here.</p>";
    return page(reply, "Kept mail", `<h1>Kept mail</h1>${items.length > 0 ? `<ul>${items.join("")}</ul>` : none}`);
  });

  app.get("/mail/:id", async (request, reply) => {
    const mail = await mailOf(request);
    if (!mail) return page(reply.code(404), "No such mail", '<h1>No such mail</h1><p><a href="/mail">All mail</a></p>');
    const { id, to, subject, at, text } = mail;
    return page(
      reply,
      subject,
      `<p><a href="/mail">All mail</a></p><h1>${escapeHtml(subject)}</h1><p class="to">to ${escapeHtml(to)}, ${moment(at)}</p>
<iframe title="The mail" sandbox="${sandbox}" src="/mail/${escapeHtml(id)}/html"></iframe>
<h2>As text</h2><pre>${withLinks(escapeHtml(text))}</pre>`,
    );
  });

  app.get("/mail/:id/html", async (request, reply) => {
    const mail = await mailOf(request);
    reply.type("text/html; charset=utf-8").header("content-security-policy", mailPolicy);
    return mail ? `<!doctype html><base target="_blank">${mail.html}` : reply.code(404).send("No such mail");
  });
}

/** By its own address and in its own name: a page elsewhere whose name was made to lead here has another `Host`. */
function isAtThisMachine({ raw, hostname }: FastifyRequest): boolean {
  const address = raw.socket.remoteAddress ?? "";
  const local = address === "::1" || /^(::ffff:)?127\./.test(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  return local && (host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127.")));
}

function page(reply: FastifyReply, title: string, body: string) {
  return reply
    .type("text/html; charset=utf-8")
    .headers({ "content-security-policy": pagePolicy, "referrer-policy": "no-referrer" })
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)} · Parley</title><style>${style}</style><body>${body}</body></html>`,
    );
}

const moment = (at: string) =>
  `<time datetime="${escapeHtml(at)}">${escapeHtml(at.replace("T", " ").slice(0, 16))} UTC</time>`;

/** @param text already escaped */
const withLinks = (text: string) =>
  text.replace(/https?:\/\/[^\s<>"]+/g, (url) => `<a href="${url}" target="_blank" rel="noreferrer">${url}</a>`);
