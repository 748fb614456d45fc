import { UserRound } from "lucide-react";
import { classNames } from "./class-names.ts";

const sizes = { small: "size-6 text-2xs", medium: "size-8 text-xs", large: "size-10 text-sm" };

type AvatarProps = {
  /** Without a name, a figure stands for the person. */
  name: string | null;
  /** Always the same colour for the same person. */
  personId: string;
  size?: keyof typeof sizes;
};

/** A person's initials. Their name stands beside it, so it says nothing to a screen reader. */
export function Avatar({ name, personId, size = "medium" }: AvatarProps) {
  return (
    <span
      aria-hidden
      data-hue={hueOf(personId)}
      className={classNames("avatar grid shrink-0 place-items-center rounded-full font-semibold", sizes[size])}
    >
      {name ? initialsOf(name) : <UserRound className="size-[55%]" strokeWidth={2} />}
    </span>
  );
}

/** The first letters of the first and the last word, in capitals. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return ends.map((word) => [...(word ?? "")][0]?.toLocaleUpperCase() ?? "").join("");
}

/** One of the six colours of styles.css. */
export function hueOf(personId: string): number {
  let sum = 0;
  for (const character of personId) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return sum % 6;
}
