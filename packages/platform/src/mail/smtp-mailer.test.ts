import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startSmtpServer } from "../testing/smtp-server.ts";
import { MailRefused } from "./mail.ts";
import { createSmtpMailer } from "./smtp-mailer.ts";

const from = "Parley <parley@example.com>";
const mail = { to: "ada@example.com", subject: "Grüße", text: "Hello, Ada: ü", html: "<p>Hello, Ada: ü</p>" };

let server: Awaited<ReturnType<typeof startSmtpServer>>;
beforeAll(async () => {
  server = await startSmtpServer();
});
afterEach(() => {
  server.accept();
  server.received.splice(0);
  server.attempts.splice(0);
});
afterAll(() => server.stop());

test("a mail reaches the server with both its parts, its subject and an id that stays the same", async () => {
  const mailer = createSmtpMailer({ url: server.url, from });
  await mailer.send(mail, { id: "8f14e45f" });

  expect(server.received).toMatchObject([{ from: "parley@example.com", to: ["ada@example.com"], text: mail.text }]);
  const raw = server.received[0]?.raw ?? "";
  expect(raw).toContain("Message-ID: <8f14e45f@example.com>");
  expect(raw).toContain("Auto-Submitted: auto-generated");
  expect(raw).toMatch(/Subject: =\?UTF-8\?/i);
  expect(raw).toContain("Content-Type: text/html");
});

test.each([
  ["a line break in the subject", { subject: "Hello\r\nBcc: eve@example.com" }],
  ["a line feed alone in the subject", { subject: "Hello\nBcc: eve@example.com" }],
  ["a NUL in the subject", { subject: "Hello\0" }],
  ["a line break in the address", { to: "ada@example.com\r\nBcc: eve@example.com" }],
  ["a second address", { to: "ada@example.com, eve@example.com" }],
  ["a second command in the address", { to: "ada@example.com>\r\nRCPT TO:<eve@example.com" }],
  ["an address with a name", { to: "Eve <eve@example.com>" }],
  ["no address", { to: "ada" }],
])("[I12] with %s nothing is sent at all", async (_, fault) => {
  const mailer = createSmtpMailer({ url: server.url, from });
  await expect(mailer.send({ ...mail, ...fault })).rejects.toMatchObject({ name: "ZodError" });
  expect(server.attempts).toEqual([]);
});

test("[I12 + control] what the text says is never a header, whatever it looks like", async () => {
  const mailer = createSmtpMailer({ url: server.url, from });
  const text = "\r\nBcc: eve@example.com\r\n.\r\nRCPT TO:<eve@example.com>\r\n";
  await mailer.send({ ...mail, text });
  expect(server.attempts).toEqual(["ada@example.com"]);
  expect(server.received[0]?.raw.split("\r\n\r\n")[0]).not.toContain("eve@");
});

test("a refusal for good is told apart from one for now, and neither repeats the address", async () => {
  const mailer = createSmtpMailer({ url: server.url, from });
  server.refuse(550, "no such user");
  const forGood = await mailer.send(mail).catch((error) => error);
  expect(forGood).toBeInstanceOf(MailRefused);
  server.refuse(451, "try later");
  const forNow = await mailer.send(mail).catch((error) => error);
  expect(forNow).toBeInstanceOf(Error);
  expect(forNow).not.toBeInstanceOf(MailRefused);
  expect(`${forGood} ${forNow}`).not.toContain(mail.to);
});

test("a server that wants a login and is given a wrong one may take the mail later", async () => {
  const strict = await startSmtpServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) =>
      password === "right+" ? done(null, { user: "parley" }) : done(new Error("wrong")),
  });
  try {
    const wrong = createSmtpMailer({ url: `smtp://parley:wrong@127.0.0.1:${strict.port}`, from });
    const failure = await wrong.send(mail).catch((error) => error);
    expect(failure).not.toBeInstanceOf(MailRefused);
    expect(String(failure)).not.toContain("wrong@");
    await createSmtpMailer({ url: `smtp://parley:right%2B@127.0.0.1:${strict.port}`, from }).send(mail);
    expect(strict.received).toHaveLength(1);
  } finally {
    await strict.stop();
  }
});

test("a server that never says a word is given up", async () => {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  try {
    const mailer = createSmtpMailer({ url: `smtp://127.0.0.1:${port}`, from, timeoutMs: 100 });
    const failure = await mailer.send(mail).catch((error) => error);
    expect(String(failure)).toMatch(/did not take it: .*(greeting|timeout)/i);
  } finally {
    silent.close();
  }
});

test("a server elsewhere that has no TLS gets neither login nor mail, unless that is asked for", async () => {
  // A name of this machine that doesn't look like it.
  const url = server.url.replace("127.0.0.1", "0.0.0.0");
  await expect(createSmtpMailer({ url, from }).send(mail)).rejects.toThrow(/TLS/);
  expect(server.attempts).toEqual([]);
  await createSmtpMailer({ url: `${url}?tls=off`, from }).send(mail);
  expect(server.received).toHaveLength(1);
});
