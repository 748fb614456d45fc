import type { ComponentProps } from "react";
import { TextField } from "../../forms/field.tsx";
import { describeWrongWords } from "./words.ts";

type WordsFieldProps = Omit<ComponentProps<typeof TextField>, "label" | "error" | "onChange" | "value"> & {
  line: string;
  onLine: (line: string) => void;
};

/** Words in a line; what the server would refuse is told while it is written. */
export function WordsField({ line, onLine, ...props }: WordsFieldProps) {
  return (
    <TextField
      label="Words that the answer has to hold"
      autoComplete="off"
      {...props}
      value={line}
      error={describeWrongWords(line) || undefined}
      onChange={({ target }) => onLine(target.value)}
    />
  );
}
