import type { ComponentProps } from "react";
import { FieldFrame } from "./field.tsx";

type SelectFieldProps = ComponentProps<"select"> & Pick<ComponentProps<typeof FieldFrame>, "label" | "hint" | "error">;

/** The device's own list of choices, which every keyboard and screen reader knows. */
export function SelectField({ label, hint, error, className, ...props }: SelectFieldProps) {
  return (
    <FieldFrame label={label} hint={hint} error={error} className={className}>
      {(field) => <select {...field} {...props} className="field mt-1.5 block h-10.5 w-full ps-3" />}
    </FieldFrame>
  );
}
