import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useNow } from "../../../components/age.tsx";
import { Button } from "../../../components/button.tsx";
import { EmptyState } from "../../../components/empty-state.tsx";
import { Skeleton } from "../../../components/skeleton.tsx";
import { ErrorNotice } from "../../../errors/error-notice.tsx";
import { useMember } from "../../../session/session.ts";
import { managesMembers } from "../roles.ts";
import { SettingsPage, SettingsSection } from "../settings-page.tsx";
import { ApiKeyRow } from "./api-key-row.tsx";
import { CreateKeyForm } from "./create-key-form.tsx";
import { isUsable, stateOf } from "./key-state.ts";
import { ShownOnce } from "./shown-once.tsx";
import { type ListedKey, type MadeKey, useApiKeys } from "./use-api-keys.ts";

/** The keys by which the company's own programs get in. */
export function ApiKeysPage() {
  const query = useApiKeys();
  // Whoever comes by the address alone is told by the server that this is not theirs.
  const mayMake = managesMembers(useMember().member.role);
  const nowMs = useNow();
  const [isMaking, setIsMaking] = useState(false);
  // It is shown once, and stored nowhere.
  const [made, setMade] = useState<MadeKey>();
  const keys = query.data;
  const usable = keys?.filter((key) => isUsable(stateOf(key, nowMs)));
  const former = keys?.filter((key) => !isUsable(stateOf(key, nowMs)));

  return (
    <SettingsPage
      title="API keys"
      lead="With a key, programs of yours read what it is made for. Keep it like a password, and let no browser have it."
    >
      {made ? (
        <ShownOnce name={made.name} secret={made.key} onKept={() => setMade(undefined)} />
      ) : isMaking ? (
        <CreateKeyForm
          onCancel={() => setIsMaking(false)}
          onMade={(key) => {
            setIsMaking(false);
            setMade(key);
          }}
        />
      ) : (
        mayMake && (
          <Button variant="primary" size="medium" onClick={() => setIsMaking(true)}>
            <Plus aria-hidden className="size-4" />
            Create a key
          </Button>
        )
      )}
      {query.isPending && <Skeleton className="h-24 !rounded-card" />}
      {query.isError && !keys && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {usable?.length === 0 && !made && !isMaking && (
        <div className="rounded-card border border-dashed border-edge bg-surface">
          <EmptyState icon={KeyRound} title="No keys">
            <p>Nothing but people gets into this workspace.</p>
          </EmptyState>
        </div>
      )}
      {usable && usable.length > 0 && <KeyList title="Keys in use" keys={usable} onMade={setMade} />}
      {former && former.length > 0 && (
        <KeyList title="Keys that open nothing any more" keys={former} onMade={setMade} />
      )}
    </SettingsPage>
  );
}

type KeyListProps = {
  title: string;
  keys: readonly ListedKey[];
  onMade: (made: MadeKey) => void;
};

function KeyList({ title, keys, onMade }: KeyListProps) {
  return (
    <SettingsSection title={title} flush>
      <ul aria-label={title} className="divide-y divide-line">
        {keys.map((key) => (
          <ApiKeyRow key={key.id} apiKey={key} onMade={onMade} />
        ))}
      </ul>
    </SettingsSection>
  );
}
