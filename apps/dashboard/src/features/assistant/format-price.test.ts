import { expect, test } from "vitest";
import { describeSource, formatPrice } from "./format-price.ts";

const amounts = { input: 0.25, cached: 0.025, output: 2, audio: null, image: null };
const price = { ...amounts, from: "2026-06-20", source: "https://example.com", note: null };

test("a price is told per million tokens, and an unknown one is not nothing", () => {
  expect(formatPrice(price)).toBe("$0.25 in, $0.025 cached, $2 out per million tokens");
  expect(formatPrice({ ...price, cached: null })).toBe("$0.25 in, $2 out per million tokens");
  expect(formatPrice({ ...price, input: 0, output: 0, cached: null })).toBe("$0 in, $0 out per million tokens");
  expect(formatPrice({ ...price, audio: 4, image: 0.5 })).toBe(
    "$0.25 in, $0.025 cached, $2 out, $4 audio, $0.5 pictures per million tokens",
  );
  expect(formatPrice(null)).toBe("Price unknown");
});

test("a listed price says of which day it is, and the workspace's own from when it holds", () => {
  expect(describeSource(price)).toBe("As listed on 2026-06-20");
  expect(describeSource({ ...price, note: "of prompts up to 200,000 tokens" })).toBe(
    "As listed on 2026-06-20, of prompts up to 200,000 tokens",
  );
  expect(describeSource({ ...price, source: null })).toBe("Your own, from 2026-06-20 on");
});
