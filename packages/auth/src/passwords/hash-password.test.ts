import { expect, test, vi } from "vitest";
import { hashPassword, verifyPassword } from "./hash-password.ts";

const underWay = vi.hoisted(() => ({ now: 0, most: 0, total: 0, real: true }));
vi.mock("@node-rs/argon2", async (original) => {
  const real = await original<typeof import("@node-rs/argon2")>();
  return {
    ...real,
    async hash(...given: Parameters<typeof real.hash>) {
      underWay.now += 1;
      underWay.total += 1;
      underWay.most = Math.max(underWay.most, underWay.now);
      try {
        if (underWay.real) return await real.hash(...given);
        return await new Promise<string>((resolve) => setImmediate(resolve, "a hash"));
      } finally {
        underWay.now -= 1;
      }
    },
  };
});

test("is Argon2id with OWASP's parameters, and never the same twice", async () => {
  const [one, other] = await Promise.all([hashPassword("vexing otters"), hashPassword("vexing otters")]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(other);
});

test("[A4] two passwords that are the same for 72 bytes are two", async () => {
  const twins = ["x", "y"].map((end) => "vexing otters at noon ".repeat(4).slice(0, 72) + end);
  const hash = await hashPassword(twins[0] ?? "");
  expect(await verifyPassword({ hash, password: twins[0] ?? "" })).toBe(true);
  expect(await verifyPassword({ hash, password: twins[1] ?? "" })).toBe(false);
});

test("the same characters are the same password, however a keyboard composes them", async () => {
  const hash = await hashPassword("Schlüssel am Fluß 1");
  expect(await verifyPassword({ hash, password: "Schlu\u0308ssel am Fluß 1" })).toBe(true);
  expect(await verifyPassword({ hash, password: "Schlüssel am Fluß １" })).toBe(true);
  expect(await verifyPassword({ hash, password: "Schlussel am Fluß 1" })).toBe(false);
  expect(await verifyPassword({ hash, password: " Schlüssel am Fluß 1" })).toBe(false);
});

test("of many at once a few are computed at a time, and whoever comes when too many wait is sent away", async () => {
  Object.assign(underWay, { most: 0, total: 0, real: false });
  const all = await Promise.allSettled(Array.from({ length: 300 }, (_, index) => hashPassword(`password ${index}`)));
  const refused = all.filter((result) => result.status === "rejected");
  expect(underWay.most).toBeLessThanOrEqual(4);
  expect(underWay.total + refused.length).toBe(300);
  expect(refused.length).toBeGreaterThan(50);
  expect(refused[0]).toMatchObject({ reason: { statusCode: 503, body: { code: "service.busy" } } });
});
