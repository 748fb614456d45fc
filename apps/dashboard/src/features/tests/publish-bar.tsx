import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { type HeldChanges, useChangeActions } from "./use-changes.ts";

/** Puts in use what waits, or forgets it. */
export function PublishBar({ changes, seen }: { changes: HeldChanges; seen: string }) {
  const { publish, discard } = useChangeActions();
  const [asked, setAsked] = useState<"publish" | "discard">();
  const { check, tests } = changes;
  const isPassed = tests === 0 || (check?.status === "finished" && check.isCurrent && check.failed === 0);
  const close = () => setAsked(undefined);
  return (
    <div className="flex flex-wrap gap-2">
      {isPassed ? (
        <Button
          variant="primary"
          size="medium"
          busy={publish.isPending}
          onClick={() => publish.mutate({ seen, anyway: false })}
        >
          {publish.isPending ? "Publishing…" : "Publish"}
        </Button>
      ) : (
        <Button size="medium" onClick={() => setAsked("publish")}>
          Publish anyway
        </Button>
      )}
      <Button size="medium" variant="quiet" onClick={() => setAsked("discard")}>
        Discard
      </Button>
      {publish.isError && asked !== "publish" && <ErrorNotice error={publish.error} className="w-full" />}
      {asked === "publish" && (
        <ConfirmDialog
          title="Publish these changes anyway?"
          action="Publish anyway"
          busyAction="Publishing…"
          busy={publish.isPending}
          error={publish.isError && <ErrorNotice error={publish.error} />}
          onConfirm={() => publish.mutate({ seen, anyway: true }, { onSuccess: close })}
          onClosed={() => {
            close();
            publish.reset();
          }}
        >
          <p>
            {check?.isCurrent && check.failed > 0
              ? `${check.failed} ${check.failed === 1 ? "test fails" : "tests fail"} with them.`
              : "The tests have not been asked with all of them."}{" "}
            Visitors are answered from them at once.
          </p>
        </ConfirmDialog>
      )}
      {asked === "discard" && (
        <ConfirmDialog
          title="Discard these changes?"
          action="Discard"
          busyAction="Discarding…"
          busy={discard.isPending}
          error={discard.isError && <ErrorNotice error={discard.error} />}
          onConfirm={() => discard.mutate(seen, { onSuccess: close })}
          onClosed={() => {
            close();
            discard.reset();
          }}
        >
          <p>
            Answers go on as they are. Documents that would have been new are removed; of a site, they are left out
            until it says something else. This can't be undone.
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}
