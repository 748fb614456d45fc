import { expect, test } from "vitest";
import { Mail } from "./mail.ts";
import { writeMail } from "./write-mail.ts";

test("what people chose, as a name, is text in a mail and never a part of its page, its address or its headers", () => {
  const name = `<img src=x onerror=alert(1)>"'&\r\nBcc: eve@example.com`;
  const mail = writeMail({
    to: "ada@example.com",
    subject: `${name} invites you`,
    paragraphs: [`${name} invites you.`, "Bye"],
    action: { label: name, url: `https://app.example.com/x?a="><script>` },
  });
  expect(Mail.safeParse(mail).success).toBe(true);
  expect(mail.subject).not.toMatch(/[\r\n]/);
  expect(mail.html).not.toMatch(/<img|<script|x onerror=alert\(1\)>/);
  expect(mail.text).toContain("Bye");
});
