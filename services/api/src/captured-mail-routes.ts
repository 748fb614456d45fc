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

/**
 * The mails that an installation without a mail server keeps, for whoever sits at its machine. Mails open accounts: nobody else.
 * An api that has an address in the net has no such pages: a proxy on the same machine makes everybody come from there.
 */
export async function capturedMailRoutes(
  app: FastifyInstance,
  { capturedMail, apiUrl }: { capturedMail: MailCapture; apiUrl: string },
): Promise<void> {
  if (!showsCapturedMail(apiUrl)) return;

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

/** Whether an api with this address shows kept mails to anybody: it has to be on this machine. */
export const showsCapturedMail = (apiUrl: string): boolean => isLoopback(new URL(apiUrl).hostname);

/** What a proxy adds that says for whom it asks; one that rewrites `Host` to ours gives itself away by these. */
const ofProxies = /^(x-forwarded-.*|x-real-ip|forwarded|via)$/;

/**
 * By its own address, in its own name and with nothing in between: a page elsewhere whose name was made to lead here has another
 * `Host`, and who comes through a proxy may be anybody.
 */
function isAtThisMachine({ raw, hostname }: FastifyRequest): boolean {
  const isDirect = !Object.keys(raw.headers).some((name) => ofProxies.test(name));
  return isDirect && isLoopback(raw.socket.remoteAddress ?? "") && isLoopback(hostname);
}

/** @param host a name or an address, one of IPv6 with its brackets or without */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").replace(/^::ffff:/, "");
  return bare === "localhost" || bare === "::1" || (isIP(bare) === 4 && bare.startsWith("127."));
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
