import { useState } from "react";
import { Age, useNow } from "../../../components/age.tsx";
import { Button } from "../../../components/button.tsx";
import { ConfirmDialog } from "../../../components/confirm-dialog.tsx";
import { formatMoment } from "../../../components/format-time.ts";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { isUsable, type KeyState, stateOf } from "./key-state.ts";
import { scopeLabels } from "./scope-labels.ts";
import { type ListedKey, type MadeKey, useKeyActions } from "./use-api-keys.ts";

/** For how long a replaced key is good beside the new one, and the new one altogether. */
const overlapHours = 24;
const lifetimeDays = 90;

type ApiKeyRowProps = { apiKey: ListedKey; onMade: (made: MadeKey) => void };

export function ApiKeyRow({ apiKey, onMade }: ApiKeyRowProps) {
  const { id, name, hint, scopes, createdByName, lastUsedAt } = apiKey;
  const state = stateOf(apiKey, useNow());
  const { rotate, revoke } = useKeyActions(onMade);
  const [asked, setAsked] = useState<"rotate" | "revoke">();
  const close = () => {
    setAsked(undefined);
    rotate.reset();
    revoke.reset();
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3.5 md:px-5">
      <div className="min-w-0 flex-1 basis-64 text-sm">
        <p className="font-medium wrap-anywhere">
          <bdi>{name}</bdi>{" "}
          <code dir="ltr" className="font-mono text-xs font-normal text-ink-soft">
            …{hint}
          </code>
        </p>
        <p className="mt-0.5 text-ink-soft">{scopes.map((scope) => scopeLabels[scope].label).join(", ")}</p>
        <p className="mt-0.5 text-xs text-ink-soft">
          <KeyUntil state={state} apiKey={apiKey} />
          {" · "}
          {lastUsedAt ? (
            <>
              last used <Age at={lastUsedAt} />
            </>
          ) : (
            "never used"
          )}
          {createdByName && ` · made by ${createdByName}`}
        </p>
      </div>
      {isUsable(state) && (
        <div className="flex gap-2">
          {state === "good" && (
            <Button onClick={() => setAsked("rotate")}>
              Replace<span className="sr-only"> {name}</span>
            </Button>
          )}
          <Button onClick={() => setAsked("revoke")}>
            Revoke<span className="sr-only"> {name}</span>
          </Button>
        </div>
      )}
      {asked === "rotate" && (
        <ConfirmDialog
          title={`Replace ${name}?`}
          action="Replace"
          busyAction="Replacing…"
          busy={rotate.isPending}
          error={rotate.isError && <ErrorNotice error={rotate.error} />}
          onConfirm={() => rotate.mutate({ id, name, overlapHours, lifetimeDays }, { onSuccess: close })}
          onClosed={close}
        >
          <p>
            You get a new key that opens the same, for {lifetimeDays} days. This one goes on for {overlapHours} hours,
            so that you can change your programs over.
          </p>
        </ConfirmDialog>
      )}
      {asked === "revoke" && (
        <ConfirmDialog
          title={`Revoke ${name}?`}
          action="Revoke"
          busyAction="Revoking…"
          busy={revoke.isPending}
          error={revoke.isError && <ErrorNotice error={revoke.error} />}
          onConfirm={() => revoke.mutate(id, { onSuccess: close })}
          onClosed={close}
        >
          <p>It opens nothing from now on, and can't be brought back. Programs that use it stop working.</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

function KeyUntil({ state, apiKey }: { state: KeyState; apiKey: ListedKey }) {
  const { expiresAt, revokedAt } = apiKey;
  const moment = state === "revoked" && revokedAt ? revokedAt : expiresAt;
  const words = { good: "Good until", replaced: "Replaced, good until", expired: "Ran out on", revoked: "Revoked on" };
  return (
    <>
      {words[state]} <time dateTime={moment}>{formatMoment(moment)}</time>
    </>
  );
}
