import { expect, test } from "vitest";
import { parseHosts } from "./parse-hosts.ts";

test("hosts are entered as one likes, and what is none is told", () => {
  expect(parseHosts(" Docs.example.com, shop.example.com\n\nshop.example.com ")).toEqual({
    hosts: ["docs.example.com", "shop.example.com"],
    wrong: [],
  });
  expect(parseHosts("https://docs.example.com *.example.com").wrong).toEqual([
    "https://docs.example.com",
    "*.example.com",
  ]);
  expect(parseHosts("")).toEqual({ hosts: [], wrong: [] });
});
