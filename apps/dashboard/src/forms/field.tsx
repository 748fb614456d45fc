import { CircleAlert } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { classNames } from "../components/class-names.ts";

type FieldFrameProps = {
  label: string;
  hint?: ReactNode;
  /** What is wrong with what was entered, and how to mend it. */
  error?: string | undefined;
  className?: string | undefined;
  children: (props: FieldInputProps) => ReactNode;
};

/** What ties an input to its label, hint and error. */
export type FieldInputProps = { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined };

/** A label above an input, and beside it what is expected or wrong. */
export function FieldFrame({ label, hint, error, className, children }: FieldFrameProps) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": described || undefined })}
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1.5 flex gap-1.5 text-sm text-bad">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {error}
        </p>
      )}
      {hint && (
        <div id={`${id}-hint`} className="mt-1.5 text-sm text-ink-soft">
          {hint}
        </div>
      )}
    </div>
  );
}

type TextFieldProps = ComponentProps<"input"> & Pick<FieldFrameProps, "label" | "hint" | "error">;

export function TextField({ label, hint, error, className, ...props }: TextFieldProps) {
  return (
    <FieldFrame label={label} hint={hint} error={error} className={classNames("mt-4", className)}>
      {(field) => <input dir="auto" {...field} {...props} className="field mt-1.5 h-10.5 w-full px-3" />}
    </FieldFrame>
  );
}
