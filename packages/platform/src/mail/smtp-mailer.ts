import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import { createTransport } from "nodemailer";
import { Mail, type Mailer, MailRefused } from "./mail.ts";

export type SmtpOptions = {
  /** `smtps://` is TLS from the first byte; `smtp://` changes over to TLS, unless the server is this machine or says `?tls=off`. */
  url: string;
  /** `Name <address>`, or the address alone. */
  from: string;
  /** For each of: connecting, the greeting, and every answer. */
  timeoutMs?: number;
};

/** Sends over SMTP, a connection a mail. */
export function createSmtpMailer({ url, from, timeoutMs = 15_000 }: SmtpOptions): Mailer {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === "smtps:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const plain = !secure && (isThisMachine(host) || searchParams.get("tls") === "off");
  const transport = createTransport({
    host,
    port: port ? Number(port) : secure ? 465 : 587,
    secure,
    requireTLS: !secure && !plain,
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A mail is made of what it says, never of files or addresses that somebody names in it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? "localhost";

  return {
    async send(mail, { id = randomUUID() } = {}) {
      const { to, subject, text, html } = Mail.parse(mail);
      try {
        await transport.sendMail({
          from,
          // As an object: a text would be read as a list of addresses.
          to: { name: "", address: to },
          subject,
          text,
          html,
          messageId: `<${id}@${domain}>`,
          headers: { "Auto-Submitted": "auto-generated" },
        });
      } catch (error) {
        // What a server says may repeat the address, and the log is no place for it.
        const said = String((error as Error).message).replaceAll(to, "[hidden]");
        throw isForGood(error) ? new MailRefused(said) : new Error(`the mail server did not take it: ${said}`);
      }
    },
    async close() {
      transport.close();
    },
  };
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** A 5xx about the address or the mail. One about our login is ours to mend, and then the mail goes out. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, responseCode = 0 } = error as { code?: string; responseCode?: number };
  return (code === "EENVELOPE" || code === "EMESSAGE") && responseCode >= 500;
}
