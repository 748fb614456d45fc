import type { ComponentProps } from "react";
import { FieldFrame } from "./field.tsx";

type TextAreaFieldProps = ComponentProps<"textarea"> &
  Pick<ComponentProps<typeof FieldFrame>, "label" | "hint" | "error">;

/** Several lines of text; it grows with them where the browser can. */
export function TextAreaField({ label, hint, error, className, ...props }: TextAreaFieldProps) {
  return (
    <FieldFrame label={label} hint={hint} error={error} className={className}>
      {(field) => (
        <textarea
          dir="auto"
          rows={3}
          {...field}
          {...props}
          className="field mt-1.5 block field-sizing-content max-h-120 w-full resize-y px-3 py-2"
        />
      )}
    </FieldFrame>
  );
}
