import type { Text } from "@parley/ui/markdown/markdown-tree";
import { splitCitations } from "@parley/ui/markdown/split-citations";
import { Fragment, type ReactNode, useCallback } from "react";
import { Markdown } from "../../components/markdown.tsx";

type AnswerTextProps = {
  text: string;
  isCited: (number: number) => boolean;
  /** The chip that stands for `[number]`. Keep both functions between renderings. */
  renderChip: (number: number) => ReactNode;
};

/** The assistant's words, with a chip for each citation. */
export function AnswerText({ text, isCited, renderChip }: AnswerTextProps) {
  const renderText = useCallback(
    ({ value }: Text) =>
      splitCitations(value, isCited).map((part, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change places
        typeof part === "string" ? part : <Fragment key={index}>{renderChip(part)}</Fragment>,
      ),
    [isCited, renderChip],
  );
  return <Markdown source={text} renderText={renderText} />;
}
