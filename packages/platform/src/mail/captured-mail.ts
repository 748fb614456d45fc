import { randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { Mail, type Mailer } from "./mail.ts";

const CapturedMail = Mail.extend({ id: z.string(), at: z.iso.datetime() });
/** A mail that was kept instead of sent. */
export type CapturedMail = z.infer<typeof CapturedMail>;

/** Keeps mails as files, for an installation without a mail server: nobody gets them but who looks into the folder. */
export type MailCapture = Mailer & {
  /** Newest first. */
  list(): Promise<CapturedMail[]>;
  find(id: string): Promise<CapturedMail | undefined>;
};

/** Mails that are kept; the oldest go first. */
const kept = 200;
const idPattern = /^\d{13}-[0-9a-f-]{36}$/;

/** @param options.onCaptured is told of every new mail */
export function captureMail(options: { folder: string; onCaptured(mail: CapturedMail): void }): MailCapture {
  const { folder, onCaptured } = options;
  const fileOf = (id: string) => path.join(folder, `${id}.json`);

  async function listIds(): Promise<string[]> {
    const files = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    const ids = files.filter((file) => file.endsWith(".json")).map((file) => path.basename(file, ".json"));
    return ids
      .filter((id) => idPattern.test(id))
      .sort()
      .reverse();
  }

  async function find(id: string): Promise<CapturedMail | undefined> {
    if (!idPattern.test(id)) return undefined;
    const text = await readFile(fileOf(id), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    return text === undefined ? undefined : CapturedMail.parse(JSON.parse(text));
  }

  return {
    find,
    async send(mail) {
      const now = Date.now();
      const captured = { ...Mail.parse(mail), id: `${now}-${randomUUID()}`, at: new Date(now).toISOString() };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Whole or not at all, and for the owner alone: a mail may hold a way into an account.
      const draft = path.join(folder, `${captured.id}.draft`);
      await writeFile(draft, `${JSON.stringify(captured, null, 2)}\n`, { mode: 0o600 });
      await chmod(draft, 0o600);
      await rename(draft, fileOf(captured.id));
      for (const old of (await listIds()).slice(kept)) await rm(fileOf(old), { force: true });
      onCaptured(captured);
    },
    async list() {
      const mails = await Promise.all((await listIds()).map(find));
      return mails.filter((mail) => mail !== undefined);
    },
    async close() {},
  };
}
