import { Button } from "../../../components/button.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { errorWords } from "../../../errors/error-words.ts";
import { ConfirmIdentityProvider } from "../../settings/confirm-identity.tsx";
import { KnowledgeFrame } from "../knowledge-frame.tsx";
import { useMayManage } from "../sources/use-sources.ts";
import { ChooseEmbedder } from "./choose-embedder.tsx";
import { describeEmbedder, embedderNames } from "./embedder-names.ts";
import { type EmbedderSettings, useEmbedder, useEmbedderActions } from "./use-embedder.ts";

/** What tells which passages mean what a question means, and the change to another one. */
export function EmbedderPage() {
  const query = useEmbedder();
  const mayManage = useMayManage();
  const { data } = query;
  return (
    <KnowledgeFrame
      title="Embedder"
      lead="The model that tells what passages and questions mean, so that one finds the other."
    >
      {query.isLoading && <Skeleton className="h-28 w-full !rounded-card" />}
      {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {data && (
        <>
          <Current current={data.current} />
          {data.next && <Change next={data.next} mayManage={mayManage} />}
          {mayManage && (!data.next || data.next.givenUp) && (
            <ConfirmIdentityProvider>
              <ChooseEmbedder settings={data} />
            </ConfirmIdentityProvider>
          )}
        </>
      )}
    </KnowledgeFrame>
  );
}

function Current({ current }: Pick<EmbedderSettings, "current">) {
  const { kind, failure, keyHint, dimensions } = current;
  const facts = [dimensions && `${dimensions} dimensions`, keyHint && `key that ends in ${keyHint}`].filter(Boolean);
  return (
    <section aria-labelledby="current" className="rounded-card border border-line bg-surface p-4 md:p-5">
      <h2 id="current" className="font-semibold">
        {describeEmbedder(current)}
      </h2>
      <p className="mt-1 text-sm text-ink-soft">{embedderNames[kind].means}</p>
      {facts.length > 0 && <p className="mt-1 text-sm text-ink-soft">{facts.join(", ")}</p>}
      {failure && failure !== "internal" && (
        <p role="status" className="mt-3 text-sm text-bad">
          {errorWords[failure].title}. Until it answers again, questions are searched by their words alone.
        </p>
      )}
    </section>
  );
}

function Change({ next, mayManage }: { next: NonNullable<EmbedderSettings["next"]>; mayManage: boolean }) {
  const { cancel } = useEmbedderActions();
  const { done, total, failure, givenUp } = next;
  const ready = `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`;
  return (
    <section aria-labelledby="next" className="mt-4 rounded-card border border-line bg-surface p-4 md:p-5">
      <h2 id="next" className="font-semibold">
        {givenUp ? `The change to ${describeEmbedder(next)} was given up` : `Changing to ${describeEmbedder(next)}`}
      </h2>
      <p className="mt-1 text-sm text-ink-soft">
        {givenUp
          ? `It failed too often, and is not tried again. Questions are searched as before. ${ready} passages were ready.`
          : `Questions are searched as before until every passage is ready. ${ready} are.`}
      </p>
      <progress
        aria-label="Passages that are ready"
        className="mt-3 h-1.5 w-full accent-accent"
        max={Math.max(total, 1)}
        value={done}
      />
      {failure && (
        <p role="status" className="mt-3 text-sm text-bad">
          {failure === "internal" ? "Something went wrong on this server" : errorWords[failure].title}.{" "}
          {!givenUp && "It is tried again by itself. "}
          {failure !== "internal" && errorWords[failure].advice}
        </p>
      )}
      {mayManage && (
        <div className="mt-4 flex justify-end">
          <Button size="medium" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {cancel.isPending ? "Cancelling…" : givenUp ? "Clear it away" : "Cancel the change"}
          </Button>
        </div>
      )}
      {cancel.isError && <ErrorNotice error={cancel.error} className="mt-4" />}
    </section>
  );
}
