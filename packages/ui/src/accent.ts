type Colour = readonly [red: number, green: number, blue: number];

const white: Colour = [255, 255, 255];
const black: Colour = [0, 0, 0];
const ink: Colour = [20, 18, 12];
/** What accented text stands on at worst: the back of tokens.css in light, its front in dark. */
const grounds = { light: [243, 241, 235], dark: [30, 33, 29] } as const;
/** WCAG 2.2 AA for text. */
const readable = 4.5;
/** How much of the accent `--parley-accent-soft` holds; the text on it has to stay readable too. */
const softShare = { light: 0.1, dark: 0.16 } as const;

/**
 * Rules that put a tenant's accent in the place of Parley's, in a shadow, to follow tokens.css. What is written on the accent is light or dark,
 * and the accent as text is darkened or lightened, so that both can be read.
 *
 * @param accent `#rgb` or `#rrggbb`
 * @returns undefined when it is no such colour
 */
export function accentStyles(accent: string): string | undefined {
  const colour = parseColour(accent);
  if (!colour) return undefined;
  const on = contrast(white, colour) >= readable ? white : black;
  const rules = (theme: keyof typeof grounds) =>
    `--parley-accent:${format(colour)};--parley-on-accent:${format(on)};--parley-accent-text:${format(readableOn(colour, theme))}`;
  const dark = rules("dark");
  return (
    `:host{${rules("light")}}` +
    `@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){${dark}}}` +
    `:host([data-theme=dark]){${dark}}`
  );
}

/** WCAG's ratio, from 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** `#rgb` or `#rrggbb`. */
export function parseColour(text: string): Colour | undefined {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text.trim())?.[1];
  if (!digits) return undefined;
  const value = Number.parseInt(digits.length === 3 ? digits.replace(/./g, "$&$&") : digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function readableOn(colour: Colour, theme: keyof typeof grounds): Colour {
  const ground = grounds[theme];
  const soft = mix(ground, colour, softShare[theme]);
  let shade = colour;
  for (let share = 0; contrast(shade, ground) < readable || contrast(shade, soft) < readable; share += 0.05) {
    shade = mix(colour, theme === "light" ? ink : white, share);
  }
  return shade;
}

function mix(one: Colour, other: Colour, share: number): Colour {
  return one.map((part, index) => Math.round(part + ((other[index] ?? 0) - part) * share)) as unknown as Colour;
}

function luminance(colour: Colour): number {
  const linear = (index: 0 | 1 | 2) => {
    const share = colour[index] / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2);
}

function format(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
