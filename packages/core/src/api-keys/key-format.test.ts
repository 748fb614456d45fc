import { randomUUID } from "node:crypto";
import { TenantId } from "@parley/contracts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findApiKey, hashApiKey, makeApiKey, tenantOfApiKey } from "./key-format.ts";

const tenantId = TenantId.parse(randomUUID());

describe("[K1] an API key", () => {
  test("names its tenant, whatever the tenant's id", () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const key = makeApiKey(TenantId.parse(id));
        expect(key).toMatch(/^parley_[0-9A-Za-z]{71}$/);
        expect(tenantOfApiKey(key)).toBe(id);
      }),
    );
  });

  test("is never the same twice", () => {
    expect(new Set(Array.from({ length: 1_000 }, () => makeApiKey(tenantId))).size).toBe(1_000);
  });

  test("with any one character wrong, two swapped, or cut short is none", () => {
    const key = makeApiKey(tenantId);
    for (let at = 0; at < key.length; at++) {
      const other = key[at] === "x" ? "y" : "x";
      expect(tenantOfApiKey(key.slice(0, at) + other + key.slice(at + 1))).toBeUndefined();
      if (key[at] === key[at + 1] || at + 1 === key.length) continue;
      expect(tenantOfApiKey(key.slice(0, at) + key[at + 1] + key[at] + key.slice(at + 2))).toBeUndefined();
    }
    for (const text of ["", "parley_", key.slice(0, -1), `${key}x`, ` ${key}`, `${key}\n`]) {
      expect(tenantOfApiKey(text)).toBeUndefined();
    }
  });

  test("is found in a longer text, as in an address", () => {
    const key = makeApiKey(tenantId);
    expect(findApiKey(`/v1/conversations?key=${key}&limit=1`)).toBe(key);
    expect(findApiKey("/v1/conversations?key=parley_short")).toBeUndefined();
  });

  test("is stored as its SHA-256", () => {
    expect(hashApiKey("abc").toString("hex")).toMatch(/^ba7816bf/);
  });
});
