import type { ComponentProps } from "react";
import { classNames } from "../components/class-names.ts";
import { FieldFrame } from "./field.tsx";

type TextAreaFieldProps = ComponentProps<"textarea"> &
  Pick<ComponentProps<typeof FieldFrame>, "label" | "hint" | "error"> & {
    /** It is for a program to read: every sign is as wide as the others, and nothing is taken for a misspelling. */
    isCode?: boolean;
  };

/** Several lines of text; it grows with them where the browser can. */
export function TextAreaField(given: TextAreaFieldProps) {
  const { label, hint, error, className, rows = 3, isCode = false, ...props } = given;
  return (
    <FieldFrame label={label} hint={hint} error={error} className={className}>
      {(field) => (
        <textarea
          dir={isCode ? "ltr" : "auto"}
          spellCheck={!isCode}
          rows={rows}
          // As high as it would be without growing, where `rows` is not asked.
          style={{ minHeight: `calc(${rows} * 1lh + 1.125rem)` }}
          {...field}
          {...props}
          className={classNames(
            "field mt-1.5 block field-sizing-content max-h-120 w-full resize-y px-3 py-2",
            isCode && "font-mono md:text-sm",
          )}
        />
      )}
    </FieldFrame>
  );
}
