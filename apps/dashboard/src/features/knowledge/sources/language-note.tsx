import { Link } from "@tanstack/react-router";
import { Notice } from "../../../forms/notice.tsx";
import { useEmbedder } from "../embedder/use-embedder.ts";
import { languagePhrase } from "./language-phrase.ts";
import { type ListedSource, useMayManage } from "./use-sources.ts";

/** Says that the sources' documents are, for the most part, in languages that the embedder does not know; and where to change that. */
export function LanguageNote({ sources, className }: { sources: readonly ListedSource[]; className: string }) {
  const mayManage = useMayManage();
  const known = useEmbedder().data?.current.language;
  const phrase = known && languagePhrase(sources, known);
  if (!phrase) return null;
  return (
    <Notice tone="plain" className={className}>
      <p>
        {phrase}: the built-in embedder knows English. Questions find them by the words that they share with them, not
        by what they mean.{" "}
        {mayManage && (
          <Link to="/knowledge/embedder" className="link">
            Choose a multilingual embedder
          </Link>
        )}
      </p>
    </Notice>
  );
}
