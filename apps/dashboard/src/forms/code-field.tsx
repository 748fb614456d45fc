import type { ComponentProps } from "react";
import { TextField } from "./field.tsx";

type CodeFieldProps = Pick<
  ComponentProps<typeof TextField>,
  "label" | "hint" | "error" | "autoFocus" | "ref" | "name"
> & {
  /** Of an authenticator app: six digits. Of the list of backup codes: letters and digits. Or either of them. */
  kind: "authenticator" | "backup" | "either";
};

/** A code that is good for once. The device may fill it in. */
export function CodeField({ kind, name = "code", ...props }: CodeFieldProps) {
  return (
    <TextField
      {...props}
      name={name}
      required
      minLength={6}
      dir="ltr"
      type="text"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={32}
      autoComplete={kind === "backup" ? "off" : "one-time-code"}
      {...(kind === "authenticator" && { inputMode: "numeric" })}
    />
  );
}
