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
 * Rules that put a tenant's accent in the place of Parley's, to follow tokens.css. What is written on the accent is light or dark,
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
    `:root,:host{${rules("light")}}` +
    `@media (prefers-color-scheme:dark){:root:not([data-theme="light"]),:host(:not([data-theme="light"])){${dark}}}` +
    `:root[data-theme="dark"],:host([data-theme="dark"]){${dark}}`
  );
}

/** WCAG's ratio, from 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** `#rgb` or `#rrggbb`. */
export function parseColour(text: string): Colour | undefined {
  const [, short, long] = /^#(?:([\da-f]{3})|([\da-f]{6}))$/i.exec(text.trim()) ?? [];
  const digits = long ?? short?.replace(/./g, "$&$&");
  if (!digits) return undefined;
  const value = Number.parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function readableOn(colour: Colour, theme: keyof typeof grounds): Colour {
  const ground = grounds[theme];
  const soft = mix(ground, colour, softShare[theme]);
  const end = theme === "light" ? ink : white;
  for (let share = 0; share < 1; share += 0.05) {
    const shade = mix(colour, end, share);
    if (contrast(shade, ground) >= readable && contrast(shade, soft) >= readable) return shade;
  }
  return end;
}

function mix(one: Colour, other: Colour, share: number): Colour {
  const part = (index: 0 | 1 | 2) => Math.round(one[index] * (1 - share) + other[index] * share);
  return [part(0), part(1), part(2)];
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function format(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
