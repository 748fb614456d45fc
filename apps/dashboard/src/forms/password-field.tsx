import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { Button } from "../components/button.tsx";
import { classNames } from "../components/class-names.ts";
import { FieldFrame } from "./field.tsx";

type PasswordFieldProps = Omit<ComponentProps<"input">, "type" | "autoComplete"> &
  Pick<ComponentProps<typeof FieldFrame>, "hint" | "error"> & {
    label?: string;
    autoComplete: "current-password" | "new-password";
  };

/** A password, which can be looked at; it may be pasted, and filled in by a password manager. */
export function PasswordField({ label = "Password", hint, error, className, ...props }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  const what = label.toLowerCase();
  return (
    <FieldFrame label={label} hint={hint} error={error} className={classNames("mt-4", className)}>
      {(field) => (
        <div className="relative mt-1.5">
          <input
            required
            autoCapitalize="none"
            spellCheck={false}
            {...field}
            {...props}
            type={shown ? "text" : "password"}
            className="field h-10.5 w-full ps-3 pe-11"
          />
          <Button
            variant="quiet"
            size="icon"
            aria-pressed={shown}
            aria-label={`Show ${what}`}
            title={shown ? `Hide ${what}` : `Show ${what}`}
            className="absolute inset-e-1 inset-y-0 my-auto"
            onClick={() => setShown(!shown)}
          >
            <Icon aria-hidden className="size-4.5" />
          </Button>
        </div>
      )}
    </FieldFrame>
  );
}
