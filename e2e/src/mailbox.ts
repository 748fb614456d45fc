import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "@playwright/test";
import type { Place } from "./fixtures.ts";

type Mail = { to: string; subject: string; text: string; at: string };

/** The mails that the installation kept instead of sending them. */
export function mailbox({ installation }: Pick<Place, "installation">) {
  const folder = path.join(installation.folder, "mail");

  async function mailsTo(address: string, subject: RegExp): Promise<Mail[]> {
    const names = await readdir(folder).catch((): string[] => []);
    const files = names.filter((name) => name.endsWith(".json")).sort();
    const mails = await Promise.all(
      files.map(async (file): Promise<Mail> => JSON.parse(await readFile(path.join(folder, file), "utf8"))),
    );
    return mails.filter((mail) => mail.to === address && subject.test(mail.subject));
  }

  return {
    /** The link of the newest such mail, once there are as many as `count`. */
    async linkTo(address: string, subject: RegExp, count = 1): Promise<string> {
      await expect.poll(async () => (await mailsTo(address, subject)).length).toBeGreaterThanOrEqual(count);
      const newest = (await mailsTo(address, subject)).at(-1);
      const link = newest?.text.match(/https?:\/\/\S+/)?.[0];
      if (!link) throw new Error(`the mail ${newest?.subject} has no link`);
      return link;
    },
  };
}

let people = 0;

/** Somebody whom the installation does not know. */
export function newPerson(name: string) {
  return {
    name,
    email: `${name.toLowerCase().replace(/[^a-z]+/g, ".")}.${Date.now()}.${people++}@example.com`,
    password: "copper walrus below the lantern",
  };
}
export type Person = ReturnType<typeof newPerson>;
