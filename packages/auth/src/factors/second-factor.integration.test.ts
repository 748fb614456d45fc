import { accountEndpoints, SignInAnswer } from "@parley/contracts";
import { sql } from "drizzle-orm";
import { afterAll, beforeEach, expect, test } from "vitest";
import { codeOf } from "../testing/authenticator.ts";
import { createBrowser, origin, password } from "../testing/browser.ts";
import { openTestAccounts } from "../testing/test-accounts.ts";

const { db, accounts, mails, events, forgetTold, close, ...world } = await openTestAccounts();
beforeEach(forgetTold);
afterAll(close);

const run = (statement: ReturnType<typeof sql>) => db.authDatabase().execute(statement);
/** As if the codes so far had been of another hour. */
const letCodesPass = (userId: string) => run(sql`update auth.factor set last_step = 0 where user_id = ${userId}`);
const grow = (userId: string, time: string) =>
  run(sql`update auth.session set proven_at = proven_at - ${time}::interval where user_id = ${userId}`);
const types = () => events.map(({ type }) => type);

async function person() {
  const { email, userId } = await world.person();
  const browser = createBrowser(accounts);
  await browser.signIn(email);
  return { email, userId, browser };
}

/** Somebody who has set up an authenticator app, in the browser in which they did. */
async function personWithFactor() {
  const somebody = await person();
  const prepared = await somebody.browser.post("/factor/prepare");
  const { secret: totpSecret } = accountEndpoints["POST /api/auth/factor/prepare"].answer.parse(prepared.body);
  const enabled = await somebody.browser.post("/factor/enable", { code: codeOf(totpSecret) });
  const { backupCodes } = accountEndpoints["POST /api/auth/factor/enable"].answer.parse(enabled.body);
  await letCodesPass(somebody.userId);
  return { ...somebody, totpSecret, backupCodes };
}

/** A browser in which the password was given, and nothing else yet. */
async function halfway(email: string) {
  const browser = createBrowser(accounts);
  const answer = await browser.signIn(email);
  expect(SignInAnswer.parse(answer.body)).toEqual({ secondFactor: true });
  return browser;
}

test("an app is set up with a code of it: other devices are signed out, and ten backup codes of 80 bits come, once", async () => {
  const { email, userId, browser } = await person();
  const other = createBrowser(accounts);
  await other.signIn(email);
  const before = await browser.session();
  expect((await browser.get("/factor")).body).toEqual({
    enabled: false,
    usedNow: false,
    backupCodesLeft: 0,
    trustedDevices: [],
  });
  const { body } = await browser.post("/factor/prepare");
  expect(body.otpauthUri).toMatch(new RegExp(`^otpauth://totp/Parley:.*secret=${body.secret}`));
  expect((await browser.post("/factor/enable", { code: "000000" })).body.code).toBe("INVALID_CODE");
  expect((await other.session())?.session).toBeDefined();

  const enabled = await browser.post("/factor/enable", { code: codeOf(String(body.secret)) });
  const codes = enabled.body.backupCodes as string[];
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/);
  const after = await browser.session();
  expect(after?.session).toMatchObject({ secondFactor: true });
  expect(after?.session.id).not.toBe(before?.session.id);
  expect(await other.session()).toBeUndefined();
  expect(types()).toContain("factor.enabled");
  expect((await browser.get("/factor")).body).toMatchObject({ enabled: true, usedNow: true, backupCodesLeft: 10 });
  expect((await browser.post("/factor/prepare")).body.code).toBe("FACTOR_ALREADY_ENABLED");

  const { rows } =
    await run(sql`select (f.*)::text || (b.*)::text as text from auth.factor f join auth.backup_code b using (user_id)
    where user_id = ${userId}`);
  expect(rows).toHaveLength(10);
  for (const { text } of rows) {
    expect(String(text)).not.toContain(body.secret);
    for (const code of codes) expect(String(text)).not.toContain(code.replaceAll("-", ""));
  }
});

test("[A8] a password alone gives no session: what comes with it opens nothing", async () => {
  const { email } = await personWithFactor();
  events.length = 0;
  const browser = await halfway(email);
  expect([...browser.jar.keys()]).toEqual(["parley.challenge"]);
  expect(await browser.session()).toBeUndefined();
  const challenge = browser.jar.get("parley.challenge") ?? "";
  expect(await accounts.findSession(new Headers({ cookie: `parley.session_token=${challenge}` }))).toBeUndefined();
  expect((await browser.get("/devices")).status).toBe(401);
  expect((await browser.get("/factor")).status).toBe(401);
  for (const path of ["/devices/revoke-all", "/factor/disable", "/factor/backup-codes", "/factor/prepare"]) {
    expect((await browser.post(path)).status).toBe(401);
  }
  expect((await browser.post("/confirm", { password })).status).toBe(401);
  // Somebody knows the password: the log has that.
  expect(types()).toEqual(["factor.asked"]);
});

test("[A8 control] [S1] with the code it becomes a session that knows of the second factor, once", async () => {
  const { email, userId, totpSecret } = await personWithFactor();
  const browser = await halfway(email);
  const planted = browser.jar.get("parley.challenge") ?? "";
  events.length = 0;
  expect((await browser.post("/factor/verify", { code: codeOf(totpSecret) })).body).toEqual({ status: true });
  expect((await browser.session())?.session).toMatchObject({ secondFactor: true, fresh: true });
  expect(types()).toEqual(["user.signed_in"]);
  expect(browser.jar.has("parley.challenge")).toBe(false);

  await letCodesPass(userId);
  const thief = createBrowser(accounts);
  thief.jar.set("parley.challenge", planted);
  expect((await thief.post("/factor/verify", { code: codeOf(totpSecret) })).body.code).toBe("CHALLENGE_EXPIRED");
});

test("a challenge lasts for ten minutes", async () => {
  const { email, totpSecret, userId } = await personWithFactor();
  const browser = await halfway(email);
  await run(
    sql`update auth.challenge set ends_at = ends_at - interval '10 minutes 1 second' where user_id = ${userId}`,
  );
  expect((await browser.post("/factor/verify", { code: codeOf(totpSecret) })).body.code).toBe("CHALLENGE_EXPIRED");
});

test("[A6 + control] a code is accepted once, also of two who come with it at once; nor is an older one after it", async () => {
  const { email, userId, totpSecret } = await personWithFactor();
  const both = await Promise.all([halfway(email), halfway(email)]);
  // Of now and of the half minute to come: both stay right for as long as this takes.
  const older = codeOf(totpSecret);
  const code = codeOf(totpSecret, -1);
  const answers = await Promise.all(both.map((browser) => browser.post("/factor/verify", { code })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  const third = await halfway(email);
  expect((await third.post("/factor/verify", { code })).body.code).toBe("INVALID_CODE");
  expect((await third.post("/factor/verify", { code: older })).body.code).toBe("INVALID_CODE");
  await letCodesPass(userId);
  expect((await third.post("/factor/verify", { code: older })).status).toBe(200);
});

test("a backup code is accepted once, however it is written, also of two who come with it at once", async () => {
  const { email, backupCodes, browser } = await personWithFactor();
  const code = ` ${backupCodes[3]?.toLowerCase().replaceAll("-", " ")}`;
  const both = await Promise.all([halfway(email), halfway(email)]);
  const answers = await Promise.all(both.map((half) => half.post("/factor/verify", { code })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  expect((await browser.get("/factor")).body.backupCodesLeft).toBe(9);

  const renewed = (await browser.post("/factor/backup-codes")).body.backupCodes as string[];
  const half = await halfway(email);
  expect((await half.post("/factor/verify", { code: backupCodes[4] })).body.code).toBe("INVALID_CODE");
  expect((await half.post("/factor/verify", { code: renewed[0] })).status).toBe(200);
});

test("[A7 + control] five wrong codes lock, however often the sign-in begins anew; the right one is refused then, and the person is told", async () => {
  const { email, userId, totpSecret } = await personWithFactor();
  mails.length = 0;
  for (let count = 0; count < 5; count++) {
    const answer = await (await halfway(email)).post("/factor/verify", { code: "000000" });
    expect(answer).toMatchObject({ status: 401, body: { code: "INVALID_CODE" } });
  }
  const browser = await halfway(email);
  expect(await browser.post("/factor/verify", { code: codeOf(totpSecret) })).toMatchObject({
    status: 429,
    body: { code: "TOO_MANY_ATTEMPTS" },
  });
  expect(mails).toMatchObject([{ to: email }]);
  expect(types().filter((type) => type === "factor.failed")).toHaveLength(6);
  const token = /#([\w-]{43})$/m.exec(mails[0]?.text ?? "")?.[1];
  await browser.post("/unlock", { token });
  await letCodesPass(userId);
  expect((await browser.post("/factor/verify", { code: codeOf(totpSecret) })).status).toBe(200);
});

test("[S3] whoever runs the installation takes a lost factor away: every device is signed out, a mail says so, and the password is enough", async () => {
  const { email, browser } = await personWithFactor();
  mails.length = 0;
  expect(await accounts.resetFactor(` ${email.toUpperCase()} `, "192.0.2.9")).toBe("reset");
  expect(await browser.session()).toBeUndefined();
  expect(mails).toMatchObject([{ to: email, subject: "Your second factor was taken away" }]);
  expect(events.at(-1)).toMatchObject({ type: "factor.reset", ip: "192.0.2.9" });
  const anew = createBrowser(accounts);
  expect(SignInAnswer.parse((await anew.signIn(email)).body)).toMatchObject({ user: { email } });
  expect((await anew.get("/factor")).body).toMatchObject({ enabled: false, backupCodesLeft: 0, trustedDevices: [] });

  events.length = 0;
  mails.length = 0;
  expect(await accounts.resetFactor(email)).toBe("no_factor");
  expect(await anew.session(), "who has none stays signed in").toBeDefined();
  expect(await accounts.resetFactor("nobody@example.com")).toBe("no_account");
  expect([mails, types()]).toEqual([[], []]);
});

test("a password that was enough beside a lost factor alone ends with it; another one is chosen by a link that is mailed", async () => {
  const { email, browser } = await personWithFactor();
  const short = "kd8f!waNu2";
  expect((await browser.post("/change-password", { currentPassword: password, newPassword: short })).status).toBe(200);
  mails.length = 0;
  expect(await accounts.resetFactor(email)).toBe("password_ended");
  expect(mails).toMatchObject([{ to: email, subject: expect.stringContaining("choose a new password") }]);
  expect(mails[0]?.text).toContain(`${origin}/forgot-password`);
  const anew = createBrowser(accounts);
  expect(await anew.signIn(email, short)).toMatchObject({ status: 401, body: { code: "INVALID_EMAIL_OR_PASSWORD" } });

  await anew.post("/request-password-reset", { email });
  const [, token] = /reset-password#([\w-]+)/.exec(mails.at(-1)?.text ?? "") ?? [];
  expect((await anew.post("/reset-password", { token, newPassword: short })).body.code).toBe("PASSWORD_TOO_SHORT");
  const long = "vexing otters at noon";
  expect((await anew.post("/reset-password", { token, newPassword: long })).status).toBe(200);
  expect(SignInAnswer.parse((await anew.signIn(email, long)).body)).toMatchObject({ user: { email } });
});

test("of ten wrong codes at once five are looked at", async () => {
  const { email } = await personWithFactor();
  const browser = await halfway(email);
  const codes = Array.from({ length: 10 }, (_, index) => `00000${index}`);
  const answers = await Promise.all(codes.map((code) => browser.post("/factor/verify", { code })));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
});

test("a browser that is trusted is not asked again, for 30 days and by the same person, until it is trusted no more", async () => {
  const { email, userId, totpSecret, browser } = await personWithFactor();
  const own = await halfway(email);
  await own.post("/factor/verify", { code: codeOf(totpSecret), trustDevice: true });
  await own.post("/sign-out");
  expect(SignInAnswer.parse((await own.signIn(email)).body)).toMatchObject({ user: { email } });
  expect((await own.session())?.session.secondFactor).toBe(true);

  const other = await personWithFactor();
  expect((await own.signIn(other.email)).body).toEqual({ secondFactor: true });

  const [device] = (await browser.get("/factor")).body.trustedDevices as { id: string }[];
  expect(device).toMatchObject({ browser: "Firefox", system: "Linux" });
  await other.browser.post("/factor/trusted-devices/revoke", { id: device?.id });
  expect((await own.signIn(email)).body).toMatchObject({ user: { email } });
  await browser.post("/factor/trusted-devices/revoke", { id: device?.id });
  expect((await own.signIn(email)).body).toEqual({ secondFactor: true });

  await letCodesPass(userId);
  await own.post("/factor/verify", { code: codeOf(totpSecret), trustDevice: true });
  await run(
    sql`update auth.trusted_device set ends_at = ends_at - interval '30 days 1 second' where user_id = ${userId}`,
  );
  expect((await own.signIn(email)).body).toEqual({ secondFactor: true });
});

test("a new password takes the account back: nobody who began with the old one goes on, and no browser is trusted any more", async () => {
  const { email, userId, totpSecret, browser } = await personWithFactor();
  const another = "a quite different phrase of words";
  const trusted = await halfway(email);
  await trusted.post("/factor/verify", { code: codeOf(totpSecret), trustDevice: true });
  const replaced = {
    async reset() {
      await createBrowser(accounts).post("/request-password-reset", { email });
      const token = /#([\w-]{43})$/m.exec(mails.at(-1)?.text ?? "")?.[1];
      return createBrowser(accounts).post("/reset-password", { token, newPassword: another });
    },
    change: () => browser.post("/change-password", { currentPassword: another, newPassword: password }),
  };
  await letCodesPass(userId);
  const half = await halfway(email);
  expect((await replaced.reset()).status).toBe(200);
  expect((await half.post("/factor/verify", { code: codeOf(totpSecret) })).body.code).toBe("CHALLENGE_EXPIRED");
  expect((await trusted.signIn(email, another)).body).toEqual({ secondFactor: true });

  await trusted.post("/factor/verify", { code: codeOf(totpSecret), trustDevice: true });
  expect((await trusted.signIn(email, another)).body).toMatchObject({ user: { email } });
  await browser.signIn(email, another);
  await letCodesPass(userId);
  await browser.post("/factor/verify", { code: codeOf(totpSecret) });
  const next = createBrowser(accounts);
  await next.signIn(email, another);
  await letCodesPass(userId);
  expect((await replaced.change()).status).toBe(200);
  expect((await next.post("/factor/verify", { code: codeOf(totpSecret) })).body.code).toBe("CHALLENGE_EXPIRED");
  expect((await trusted.signIn(email)).body).toEqual({ secondFactor: true });
});

test("whoever has the account is told by mail, and the log, when the factor, its codes or a trusted browser change", async () => {
  const { email, browser, totpSecret, userId } = await personWithFactor();
  expect((await browser.post("/factor/backup-codes")).status).toBe(200);
  const other = await halfway(email);
  await other.post("/factor/verify", { code: codeOf(totpSecret), trustDevice: true });
  await other.post("/factor/trusted-devices/revoke", { id: "of nobody" });
  await other.post("/factor/trusted-devices/revoke");
  await browser.post("/factor/disable");
  expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
    [email, "A second factor was turned on"],
    [email, "You have new backup codes"],
    [email, "Your second factor was turned off"],
  ]);
  const told = events.filter((event) => event.userId === userId && !event.type.startsWith("user."));
  expect(told.map(({ type }) => type)).toEqual([
    "factor.enabled",
    "backup_codes.renewed",
    "factor.asked",
    "device.trusted",
    "device.distrusted",
    "factor.disabled",
  ]);
});

test("[S4 + control] the factor is changed by who has just proved who they are; a password is proof enough only without one", async () => {
  const { userId, browser, totpSecret } = await personWithFactor();
  await grow(userId, "10 minutes 1 second");
  for (const path of ["/factor/disable", "/factor/backup-codes"]) {
    expect(await browser.post(path)).toMatchObject({ status: 403, body: { code: "auth.confirmation_required" } });
  }
  expect((await browser.post("/confirm", { password })).body.code).toBe("INVALID_CODE");
  const before = await browser.session();
  expect((await browser.post("/confirm", { code: codeOf(totpSecret) })).status).toBe(200);
  expect(await browser.session()).toMatchObject({ session: { id: before?.session.id, fresh: true } });
  expect(events.at(-1)).toMatchObject({ type: "identity.confirmed", userId });
  expect((await browser.post("/factor/disable")).status).toBe(200);
  expect(types()).toContain("factor.disabled");
  expect((await browser.session())?.session.secondFactor).toBe(false);
  expect((await browser.get("/factor")).body).toMatchObject({ enabled: false, trustedDevices: [] });

  await grow(userId, "10 minutes 1 second");
  expect((await browser.post("/factor/prepare")).body.code).toBe("auth.confirmation_required");
  expect((await browser.post("/confirm", { password: "wrong horse battery staple" })).body.code).toBe(
    "INVALID_PASSWORD",
  );
  expect((await browser.post("/confirm", { password })).status).toBe(200);
  expect((await browser.post("/factor/prepare")).status).toBe(200);
});

test("[S4 + control] a password alone is no proof beside a factor, where it is changed and in a browser that is trusted", async () => {
  const { email, userId, browser, totpSecret } = await personWithFactor();
  const another = "a quite different phrase of words";
  const ask = (page: typeof browser) =>
    Promise.all(["/factor/disable", "/factor/backup-codes"].map((path) => page.post(path)));
  const refused = { status: 403, body: { code: "auth.confirmation_required" } };
  await grow(userId, "11 minutes");
  const changed = await browser.post("/change-password", { currentPassword: password, newPassword: another });
  expect(changed.status).toBe(200);
  expect((await browser.session())?.session).toMatchObject({ secondFactor: true, fresh: false });
  expect(await ask(browser)).toMatchObject([refused, refused]);

  const trusted = createBrowser(accounts);
  await trusted.signIn(email, another);
  await trusted.post("/factor/verify", { code: codeOf(totpSecret), trustDevice: true });
  expect((await trusted.session())?.session.fresh).toBe(true);
  await trusted.post("/sign-out");
  expect((await trusted.signIn(email, another)).body).toMatchObject({ user: { email } });
  expect(await ask(trusted)).toMatchObject([refused, refused]);
  expect((await trusted.post("/confirm", { password: another })).body.code).toBe("INVALID_CODE");

  await letCodesPass(userId);
  expect((await trusted.post("/confirm", { code: codeOf(totpSecret) })).status).toBe(200);
  expect((await trusted.post("/factor/disable")).status).toBe(200);
});

test("[S4] so it is where the address is changed: the password alone mails nobody", async () => {
  const { userId, browser, totpSecret } = await personWithFactor();
  await grow(userId, "11 minutes");
  mails.length = 0;
  const change = () => browser.post("/change-email", { newEmail: `${userId}@example.com`, password });
  expect((await change()).body.code).toBe("auth.confirmation_required");
  expect(mails).toEqual([]);
  expect((await browser.post("/confirm", { code: codeOf(totpSecret) })).status).toBe(200);
  expect((await change()).status).toBe(200);
  expect(mails).toHaveLength(2);
});

test("the factor stays as long as the password beside it is too short to be all that is asked for", async () => {
  const { browser, totpSecret, userId } = await personWithFactor();
  const short = "kd8f!waNu2";
  expect((await browser.post("/change-password", { currentPassword: password, newPassword: short })).status).toBe(200);
  await letCodesPass(userId);
  expect((await browser.post("/confirm", { code: codeOf(totpSecret) })).status).toBe(200);
  expect(await browser.post("/factor/disable")).toMatchObject({ status: 409, body: { code: "LONGER_PASSWORD_FIRST" } });
  expect((await browser.get("/factor")).body).toMatchObject({ enabled: true });

  const long = "kd8f!waNu2 and more";
  expect((await browser.post("/change-password", { currentPassword: short, newPassword: long })).status).toBe(200);
  await letCodesPass(userId);
  expect((await browser.post("/confirm", { code: codeOf(totpSecret) })).status).toBe(200);
  expect((await browser.post("/factor/disable")).status).toBe(200);
  const shorter = { currentPassword: long, newPassword: short };
  expect((await browser.post("/change-password", shorter)).body.code).toBe("PASSWORD_TOO_SHORT");
});

test("of a password from before its length was noted, the next sign-in notes it, and the factor stays or goes accordingly", async () => {
  const { email, browser, totpSecret, userId } = await personWithFactor();
  const short = "kd8f!waNu2";
  const note = (value: boolean) =>
    run(sql`update auth.account set password_short = ${value} where user_id = ${userId}`);
  const signInAgain = async (given: string) => {
    await letCodesPass(userId);
    const again = createBrowser(accounts);
    await again.signIn(email, given);
    expect((await again.post("/factor/verify", { code: codeOf(totpSecret) })).status).toBe(200);
    return again;
  };
  await browser.post("/change-password", { currentPassword: password, newPassword: short });
  await note(false);
  const first = await signInAgain(short);
  expect(await first.post("/factor/disable")).toMatchObject({ status: 409, body: { code: "LONGER_PASSWORD_FIRST" } });

  await first.post("/change-password", { currentPassword: short, newPassword: password });
  await note(true);
  const second = await signInAgain(password);
  expect((await second.post("/factor/disable")).status).toBe(200);
});
