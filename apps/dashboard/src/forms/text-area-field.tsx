import type { ComponentProps } from "react";
import { FieldFrame } from "./field.tsx";

type TextAreaFieldProps = ComponentProps<"textarea"> &
  Pick<ComponentProps<typeof FieldFrame>, "label" | "hint" | "error">;

/** Several lines of text; it grows with them where the browser can. */
export function TextAreaField({ label, hint, error, className, rows = 3, ...props }: TextAreaFieldProps) {
  return (
    <FieldFrame label={label} hint={hint} error={error} className={className}>
      {(field) => (
        <textarea
          dir="auto"
          rows={rows}
          // As high as it would be without growing, where `rows` is not asked.
          style={{ minHeight: `calc(${rows} * 1lh + 1.125rem)` }}
          {...field}
          {...props}
          className="field mt-1.5 block field-sizing-content max-h-120 w-full resize-y px-3 py-2"
        />
      )}
    </FieldFrame>
  );
}
