import { useMutation } from "@tanstack/react-query";
import { Link, useRouteContext } from "@tanstack/react-router";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { FieldFrame } from "../../forms/field.tsx";
import { placeOf } from "../inbox/place-of.ts";
import { previewOf } from "../inbox/preview-of.ts";
import { ReceiptFigures } from "../inbox/receipt.tsx";
import { useChangeCount, useLiveHeldDocuments } from "../tests/use-changes.ts";
import { askPlayground, type PlaygroundAnswer } from "./ask-playground.ts";
import { AssistantFrame } from "./assistant-frame.tsx";

const outcomes: Record<PlaygroundAnswer["outcome"], string> = {
  answered: "Answered",
  partial: "Broke off",
  unknown: "Not answered",
  failed: "Failed",
};

const layout = "mt-5 grid grid-cols-1 items-start gap-5 lg:grid-cols-2";
const card = "rounded-card border border-line bg-surface p-4 shadow-xs md:p-5";

/** A question is asked as a visitor would, answered while it is written, and told with all that it took. Nothing of it is kept but its cost. */
export function PlaygroundPage() {
  const { apiUrl } = useRouteContext({ from: "__root__" });
  const leave = useRef<AbortController>(undefined);
  useEffect(() => () => leave.current?.abort(), []);
  const [isCancelled, setIsCancelled] = useState(false);
  const [words, setWords] = useState("");
  const ask = useMutation({
    // Without a network it fails at once: a question that waited for one would be paid for when nobody looks any more.
    networkMode: "always",
    mutationFn: (input: { question: string; before?: string; held: boolean }) => {
      leave.current = new AbortController();
      setWords("");
      const onWords = (more: string) => setWords((known) => known + more);
      return askPlayground(apiUrl, input, { signal: leave.current.signal, onWords });
    },
  });
  function cancel() {
    leave.current?.abort();
    ask.reset();
    setIsCancelled(true);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (ask.isPending) return;
    setIsCancelled(false);
    const form = new FormData(event.currentTarget);
    const before = String(form.get("before")).trim();
    const question = String(form.get("question")).trim();
    ask.mutate({ question, held: form.has("held"), ...(before !== "" && { before }) });
  }

  return (
    <AssistantFrame
      title="Playground"
      lead="Ask as a visitor would, and see who answered, why, and what it cost. Nothing is kept but the cost."
    >
      <form onSubmit={submit} aria-label="Ask" className={card}>
        <FieldFrame label="Question">
          {(field) => (
            <textarea
              {...field}
              name="question"
              required
              maxLength={4_000}
              rows={2}
              dir="auto"
              className="field mt-1.5 w-full px-3 py-2"
            />
          )}
        </FieldFrame>
        <FieldFrame label="What was asked before it" hint="If the question goes on from another one." className="mt-4">
          {(field) => (
            <input {...field} name="before" maxLength={4_000} dir="auto" className="field mt-1.5 h-10.5 w-full px-3" />
          )}
        </FieldFrame>
        <HeldChoice />
        <div className="mt-4 flex flex-wrap items-center gap-3">
          <Button type="submit" variant="primary" size="medium" busy={ask.isPending}>
            {ask.isPending ? "Asking…" : "Ask"}
          </Button>
          {ask.isPending && (
            <>
              <Button size="medium" onClick={cancel}>
                Cancel
              </Button>
              <Elapsed />
            </>
          )}
          <span role="status" className="text-sm text-ink-soft">
            {isCancelled && "Cancelled. What the model had said until then is paid for."}
            {ask.data && <span className="sr-only">{outcomes[ask.data.outcome]}</span>}
          </span>
        </div>
      </form>
      {ask.isError && <ErrorNotice error={ask.error} className="mt-5" />}
      {words !== "" && !ask.data && (
        <Words
          title={ask.isPending ? "Being written…" : isCancelled ? "Cancelled" : outcomes.partial}
          words={words}
          isBusy={ask.isPending}
        />
      )}
      {ask.data && <Told answer={ask.data} held={ask.variables.held} />}
    </AssistantFrame>
  );
}

/** While something waits to be published, the question can be asked as if it were. */
function HeldChoice() {
  useLiveHeldDocuments();
  const { data } = useChangeCount();
  if (!data?.waiting) return null;
  return (
    <label className="mt-4 flex items-start gap-2.5 text-sm">
      <input type="checkbox" name="held" className="mt-0.5 size-4 shrink-0 accent-accent" />
      <span>
        As it would be once{" "}
        {data.waiting === 1
          ? "the change that waits is"
          : `the ${data.waiting.toLocaleString("en")} changes that wait are`}{" "}
        published
      </span>
    </label>
  );
}

/** How long somebody has waited, so that a slow model is not taken for one that says nothing. */
function Elapsed() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((known) => known + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span aria-hidden className="text-sm text-ink-soft tabular-nums">
      {seconds} s{seconds >= 10 && ", at most a minute or so"}
    </span>
  );
}

/** What has come of an answer, where the whole one will stand. */
function Words({ title, words, isBusy }: { title: string; words: string; isBusy: boolean }) {
  return (
    <div className={layout}>
      <section aria-label="Answer" aria-busy={isBusy} className={card}>
        <h2 className="text-sm font-medium text-ink-soft">{title}</h2>
        <div className="mt-2" dir="auto">
          <Markdown source={words} />
        </div>
      </section>
    </div>
  );
}

function Told({ answer, held }: { answer: PlaygroundAnswer; held: boolean }) {
  const { outcome, text, citations, receipt } = answer;
  const title = useId();
  return (
    <section aria-labelledby={title} className={layout}>
      <div className={card}>
        <h2 id={title} className="text-sm font-medium text-ink-soft">
          {outcomes[outcome]}
          {held && ", as it would be once the changes are published"}
        </h2>
        <div className="mt-2" dir="auto">
          <Markdown source={text} />
        </div>
        {citations.length > 0 && (
          <ol aria-label="Citations" className="mt-4 space-y-2 border-t border-line pt-3 text-sm">
            {citations.map(({ number, title: document, headingPath, text: quote, documentId, place }) => (
              <li key={number} className="flex gap-2">
                <span className="text-ink-soft tabular-nums">[{number}]</span>
                <span className="min-w-0">
                  {place ? (
                    <Link
                      to="/knowledge/$documentId"
                      params={{ documentId }}
                      search={{ version: place.version, chunk: place.ordinal }}
                      // The answer is kept nowhere: it stays where it is.
                      target="_blank"
                      className="link wrap-anywhere"
                    >
                      {placeOf(document, headingPath)}
                    </Link>
                  ) : (
                    <span className="font-medium wrap-anywhere">{placeOf(document, headingPath)}</span>
                  )}
                  <span className="mt-0.5 line-clamp-3 block text-ink-soft wrap-anywhere" dir="auto">
                    {previewOf(quote)}
                  </span>
                </span>
              </li>
            ))}
          </ol>
        )}
      </div>
      <section aria-label="Receipt" className="rounded-card border border-line bg-surface text-sm shadow-xs">
        <ReceiptFigures receipt={receipt} />
      </section>
    </section>
  );
}
