import { UserRound } from "lucide-react";
import { classNames } from "./class-names.ts";
import { hueOf, initialsOf } from "./person-look.ts";

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
