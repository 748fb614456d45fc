import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";

const variants = {
  primary: "bg-accent text-on-accent shadow-xs hover:bg-accent-strong",
  secondary: "border border-edge bg-surface text-ink shadow-xs hover:bg-hover",
  danger: "bg-bad text-on-bad shadow-xs hover:opacity-90",
  quiet: "text-ink-soft hover:bg-hover hover:text-ink",
};
const sizes = {
  medium: "h-10 gap-2 px-4 text-base",
  small: "h-8.5 gap-1.5 px-3 text-sm",
  icon: "size-9 justify-center",
};

type ButtonProps = ComponentProps<"button"> & {
  variant?: keyof typeof variants;
  size?: keyof typeof sizes;
  /** Something is under way that the button began: it can't be pressed again, but keeps the focus. */
  busy?: boolean;
};

export function Button({ variant = "secondary", size = "small", busy = false, className, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      {...props}
      {...(busy && { "aria-disabled": true, onClick: undefined })}
      className={classNames(
        "inline-flex shrink-0 items-center justify-center rounded-control font-medium whitespace-nowrap transition-colors",
        "disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-progress aria-disabled:opacity-70",
        variants[variant],
        sizes[size],
        className,
      )}
    />
  );
}
