import { randomUUID } from "node:crypto";
import { TenantId } from "@parley/contracts";
import { describe, expect, test } from "vitest";
import { countedAddress, limitKey } from "./limit-key.ts";

describe("[R4] an address", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::FFFF:c000:0207", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
  ])("%s is counted as %s", (address, counted) => {
    expect(countedAddress(address)).toBe(counted);
  });
});

describe("[T8] a counter's name", () => {
  const tenantId = TenantId.parse(randomUUID());

  test("begins with the tenant as the hash tag", () => {
    expect(limitKey({ tenantId, of: ["a", "b"] })).toBe(`{${tenantId}}:a:b`);
    expect(limitKey({ tenantId, of: [] })).toBe(`{${tenantId}}`);
  });

  test.each([["a:b"], ["*"], ["a\r\nDEL x"], [`x}{${tenantId}`], ["a b"], ["[ab]?"], ["ä"], ["\0"], ["%3a"]])(
    "holds nothing that %j could mean to Redis",
    (name) => {
      expect(limitKey({ of: [name] })).toMatch(/^[\w.%-]+$/);
      expect(limitKey({ of: [name] })).not.toBe(limitKey({ of: [`${name}x`] }));
    },
  );

  test("is not the same for other parts that look alike when joined", () => {
    const names = [["a:b"], ["a", "b"], ["a%3ab"], [`{${tenantId}}`, "a"]].map((of) => limitKey({ of }));
    expect(new Set([...names, limitKey({ tenantId, of: ["a"] })]).size).toBe(5);
  });

  test("is short, however long what it stands for", () => {
    expect(limitKey({ of: ["x".repeat(100_000)] }).length).toBeLessThan(100);
    expect(limitKey({ of: ["x".repeat(1_000)] })).not.toBe(limitKey({ of: ["x".repeat(1_001)] }));
  });
});
