import { expect, test } from "vitest";
import { names, parseAllowedHost } from "./allowed-hosts.ts";

const isNamed = (entry: string, hostname: string, address = hostname) => {
  const host = parseAllowedHost(entry);
  return host && names(host, { hostname, address });
};

test("a host is named by its name, its address or its network", () => {
  expect(isNamed("Wiki.Example.com", "wiki.example.com", "10.0.0.1")).toBe(true);
  expect(isNamed("10.0.0.1", "10.0.0.1")).toBe(true);
  expect(isNamed("10.0.0.0/8", "wiki.example.com", "10.200.0.1")).toBe(true);
  expect(isNamed("[fd00::/8]:8080", "fd00::1")).toBe(true);
  expect(isNamed("fd00::1", "fd00::1")).toBe(true);
  expect(parseAllowedHost("[fd00::1]:8080")).toMatchObject({ port: 8080 });
  expect(parseAllowedHost("localhost:1")).toEqual({ name: "localhost", port: 1 });
});

test("it is not named by another name, a name's beginning or end, or an address of another kind", () => {
  expect(isNamed("wiki.example.com", "www.wiki.example.com", "10.0.0.1")).toBe(false);
  expect(isNamed("wiki.example.com", "wiki.example.com.evil.example", "10.0.0.1")).toBe(false);
  expect(isNamed("10.0.0.0/8", "11.0.0.1")).toBe(false);
  expect(isNamed("10.0.0.0/8", "::ffff:10.0.0.1")).toBe(false);
  expect(isNamed("0.0.0.0/0", "::1")).toBe(false);
});

test("a name does not open where clouds keep their keys; the address itself does", () => {
  expect(isNamed("wiki.example.com", "wiki.example.com", "169.254.169.254")).toBe(false);
  expect(isNamed("wiki.example.com", "wiki.example.com", "fe80::1")).toBe(false);
  expect(isNamed("169.254.169.254", "169.254.169.254")).toBe(true);
});

test.each([
  "",
  "*",
  "*.example.com",
  "http://example.com",
  "example.com/path",
  "10.0.0.0/33",
  "fd00::/129",
  "10.0.0.0/",
  "10.0.0/8",
  "10.1",
  "2130706433",
  "example.com:0",
  "example.com:65536",
  "example.com:http",
  "[example.com]",
  "a b",
])("%j names nothing", (entry) => {
  expect(parseAllowedHost(entry)).toBeUndefined();
});
