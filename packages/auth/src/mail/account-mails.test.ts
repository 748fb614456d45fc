import { expect, test } from "vitest";
import * as lockedMails from "../lockout/locked-mail.ts";
import * as accountMails from "./account-mails.ts";

const person = { to: "ada@example.com", name: "https://evil.example/now" };
const particulars = { url: "https://app.example.com/page#token", newEmail: "new@example.com", provider: "Our sign-in" };

test.each(Object.entries({ ...accountMails, ...lockedMails }))(
  "%s greets by name, and a name that looks like an address is no link",
  (_name, write) => {
    const { subject, text, html } = write({ ...person, ...particulars });
    expect(text).toMatch(/^Hello https evil\. example\/now,\n\n/);
    for (const words of [subject, text, html]) expect(words).not.toMatch(/https:\/\/evil|evil\.example/);
  },
);
