import type { ExplainedSearch } from "./use-explained-search.ts";

/** What the question's words are worth: the rarer, the more. */
export function WordTable({ words }: Pick<ExplainedSearch, "words">) {
  return (
    <section aria-labelledby="words" className="rounded-card border border-line bg-surface p-4 shadow-xs md:p-5">
      <h2 id="words" className="font-semibold">
        The words that are looked for
      </h2>
      {words.length === 0 ? (
        <p className="mt-2 text-sm text-ink-soft">
          None: the question has no word that says something by itself. What is found, is found by its meaning.
        </p>
      ) : (
        <table className="mt-2 w-full text-sm">
          <caption className="sr-only">Words of the question</caption>
          <thead>
            <tr className="text-xs text-ink-soft">
              <th className="py-1.5 pe-3 text-start font-medium">Word</th>
              <th className="px-3 py-1.5 text-end font-medium">Worth</th>
              <th className="py-1.5 ps-3 text-end font-medium">Passages with it</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {words.map(({ word, worth, chunks }) => (
              <tr key={word}>
                <td className="py-1.5 pe-3 font-medium wrap-anywhere" dir="auto">
                  {word}
                </td>
                <td className="px-3 py-1.5 text-end text-ink-soft tabular-nums">{worth.toFixed(1)}</td>
                <td className="py-1.5 ps-3 text-end text-ink-soft tabular-nums">
                  {chunks === 0 ? "none" : chunks.toLocaleString()}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
