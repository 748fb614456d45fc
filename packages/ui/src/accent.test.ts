import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accentStyles, contrast, parseColour } from "./accent.ts";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");

/** The custom properties of the nth rule that sets `--parley-accent`: light, dark by the system, dark by `data-theme`. */
function ruleOf(text: string, index: number): Map<string, string> {
  const bodies = [...text.matchAll(/\{([^{}]*--parley-accent:[^{}]*)\}/g)].map(([, body = ""]) => body);
  const pairs = [...(bodies[index] ?? "").matchAll(/--parley-([a-z0-9-]+):\s*([^;]+)/g)];
  return new Map(pairs.map(([, name = "", value = ""]) => [name, value.trim()]));
}

function ratio(rule: Map<string, string>, one: string, other: string): number {
  const [first, second] = [rule.get(one), rule.get(other)].map((value) => parseColour(value ?? ""));
  if (!first || !second) throw new Error(`${one} or ${other} is no colour`);
  return contrast(first, second);
}

test("black on white has the highest ratio there is", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
});

test("the two dark lists say the same", () => {
  const dark = ruleOf(css, 1);
  expect(dark.size).toBeGreaterThan(20);
  expect(Object.fromEntries(ruleOf(css, 2))).toEqual(Object.fromEntries(dark));
});

describe.each([
  ["light", ruleOf(css, 0)],
  ["dark", ruleOf(css, 1)],
])("%s", (_, rule) => {
  const texts = ["text", "text-muted", "accent-text", "danger", "warning", "success"];
  const grounds = ["sunken", "background", "surface"];
  test.each([
    ...texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)),
    ["on-accent", "accent"] as const,
    ["mark-text", "mark"] as const,
    ["danger", "danger-soft"] as const,
    ["warning", "warning-soft"] as const,
    ["success", "success-soft"] as const,
    ["text", "warning-soft"] as const,
    ["text", "danger-soft"] as const,
  ])("%s can be read on %s (4.5:1)", (text, ground) => {
    expect(ratio(rule, text, ground)).toBeGreaterThanOrEqual(4.5);
  });

  test("accented text can be read on its soft ground", () => {
    const share = Number(/(\d+)%/.exec(rule.get("accent-soft") ?? "")?.[1]) / 100;
    const [accent, surface, text] = ["accent", "surface", "accent-text"].map((name) =>
      parseColour(rule.get(name) ?? ""),
    );
    if (!accent || !surface || !text) throw new Error("no colour");
    const soft = accent.map((part, index) => part * share + (surface[index] ?? 0) * (1 - share));
    expect(contrast(text, soft as [number, number, number])).toBeGreaterThanOrEqual(4.5);
  });

  test.each(grounds)("the edge of a control shows on %s (3:1)", (ground) => {
    expect(ratio(rule, "border-strong", ground)).toBeGreaterThanOrEqual(3);
  });
});

describe("a tenant's accent", () => {
  test("can be read, whatever the colour: as text on every ground, and what is written on it", () => {
    const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);
    fc.assert(
      fc.property(colour, (accent) => {
        const styles = accentStyles(accent) ?? "";
        for (const [index, ground] of [
          [0, ruleOf(css, 0)],
          [1, ruleOf(css, 1)],
        ] as const) {
          const rule = new Map([...ground, ...ruleOf(styles, index)]);
          expect(rule.get("accent")).toBe(accent);
          expect(ratio(rule, "on-accent", "accent")).toBeGreaterThanOrEqual(4.5);
          for (const name of ["sunken", "background", "surface"]) {
            expect(ratio(rule, "accent-text", name)).toBeGreaterThanOrEqual(4.5);
          }
        }
      }),
    );
  });

  test.each(["", "red", "#12", "#1234567", "#ggg", "#fff;} * { display: none"])("%j is none", (accent) => {
    expect(accentStyles(accent)).toBeUndefined();
  });
});
