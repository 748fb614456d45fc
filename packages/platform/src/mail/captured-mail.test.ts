import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { captureMail } from "./captured-mail.ts";

const mail = { to: "ada@example.com", subject: "Hello", text: "Hello, Ada", html: "<p>Hello, Ada</p>" };
let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), "parley-mail-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test("a mail is kept for its owner's eyes alone, announced, and found again", async () => {
  const onCaptured = vi.fn();
  const folder = path.join(home, "mail");
  const capture = captureMail({ folder, onCaptured });
  expect(await capture.list()).toEqual([]);
  await capture.send(mail);

  const [kept] = await capture.list();
  expect(kept).toMatchObject(mail);
  expect(onCaptured).toHaveBeenCalledExactlyOnceWith(kept);
  expect(await capture.find(kept?.id ?? "")).toEqual(kept);
  const [file = ""] = await readdir(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(folder, file))).mode & 0o777).toBe(0o600);
});

test("[K6] an id that leads elsewhere finds nothing", async () => {
  const capture = captureMail({ folder: path.join(home, "mail"), onCaptured: () => {} });
  await capture.send(mail);
  for (const id of ["../secrets", "..", "", "/etc/passwd", "1".repeat(13)]) {
    expect(await capture.find(id)).toBeUndefined();
  }
});

test("what is no mail is not kept", async () => {
  const capture = captureMail({ folder: home, onCaptured: () => {} });
  await expect(capture.send({ ...mail, subject: "a\r\nBcc: eve@example.com" })).rejects.toMatchObject({
    name: "ZodError",
  });
  expect(await readdir(home)).toEqual([]);
});
