import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatDollars } from "./budget-words.ts";
import type { Sum } from "./spending-sums.ts";
import type { SpentInConversation } from "./use-costs.ts";

const head = "px-3 py-2 font-medium first:ps-0 last:pe-0";
const cell = "px-3 py-2 first:ps-0 last:pe-0";

type Line = { key: string; name: ReactNode; sum: Sum };

/** What was spent, line by line, each with its part of the whole. */
export function SumTable({ caption, of, lines }: { caption: string; of: string; lines: readonly Line[] }) {
  const whole = lines.reduce((total, { sum }) => total + sum.costMicros, 0);
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-ink-soft">
            <th scope="col" className={`${head} text-start`}>
              {of}
            </th>
            <th scope="col" className={`${head} text-end`}>
              Requests
            </th>
            <th scope="col" className={`${head} text-end max-sm:hidden`}>
              Tokens
            </th>
            <th scope="col" className={`${head} text-end`}>
              Cost
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {lines.map(({ key, name, sum }) => (
            <tr key={key}>
              <th scope="row" className={`${cell} w-full max-w-0 text-start font-normal`}>
                <span className="block truncate" dir="auto">
                  {name}
                </span>
                {whole > 0 && (
                  <meter
                    aria-hidden
                    className="score-meter mt-1 block !w-full max-w-60"
                    min={0}
                    max={1}
                    value={sum.costMicros / whole}
                  />
                )}
              </th>
              <td className={`${cell} text-end tabular-nums`}>{sum.requests.toLocaleString("en")}</td>
              <td className={`${cell} text-end whitespace-nowrap tabular-nums max-sm:hidden`}>
                {sum.estimated > 0 && "about "}
                {sum.tokens.toLocaleString("en")}
              </td>
              <td className={`${cell} text-end whitespace-nowrap tabular-nums`}>
                <Cost sum={sum} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Of what has no price, no cost is told, and beside what has one that there is more. */
function Cost({ sum: { costMicros, unpriced, requests } }: { sum: Pick<Sum, "costMicros" | "unpriced" | "requests"> }) {
  if (requests > 0 && unpriced === requests) return <span className="text-ink-soft">unknown</span>;
  return (
    <>
      {formatDollars(costMicros)}
      {unpriced > 0 && (
        <span className="block text-xs text-ink-soft">and {unpriced.toLocaleString("en")} unpriced</span>
      )}
    </>
  );
}

/** What was spent in each conversation, with the way to it. */
export function ConversationTable({ conversations }: { conversations: readonly SpentInConversation[] }) {
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">Spent per conversation</caption>
      <thead>
        <tr className="border-b border-line text-xs text-ink-soft">
          <th scope="col" className={`${head} text-start`}>
            Conversation
          </th>
          <th scope="col" className={`${head} text-end`}>
            Answers
          </th>
          <th scope="col" className={`${head} text-end`}>
            Cost
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {conversations.map(({ id, contactName, answers, ...spent }) => (
          <tr key={id}>
            <th scope="row" className={`${cell} w-full max-w-0 truncate text-start font-normal`}>
              <Link to="/inbox/$conversationId" params={{ conversationId: id }} className="link" dir="auto">
                {contactName ?? `Visitor ${id.slice(0, 4)}`}
              </Link>
            </th>
            <td className={`${cell} text-end tabular-nums`}>{answers.toLocaleString("en")}</td>
            <td className={`${cell} text-end whitespace-nowrap tabular-nums`}>
              <Cost sum={spent} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
