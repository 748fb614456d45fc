import { Plug } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { UnsavedGuard } from "../../components/unsaved-guard.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { useMember } from "../../session/session.ts";
import { ConfirmIdentityProvider } from "../settings/confirm-identity.tsx";
import { KeptFocus } from "../settings/kept-focus.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";
import { AssistantFrame } from "./assistant-frame.tsx";
import { ToolForm } from "./tool-form.tsx";
import { ToolTrial } from "./tool-trial.tsx";
import { type ListedTool, useToolActions, useTools } from "./use-tools.ts";

/** What the workspace's own server can be asked for while a model writes an answer. */
export function ToolsPage() {
  return (
    <ConfirmIdentityProvider>
      <AssistantFrame title="Tools" lead="What a language model may look up at your own server while it answers.">
        <Tools />
      </AssistantFrame>
    </ConfirmIdentityProvider>
  );
}

function Tools() {
  const { member } = useMember();
  const mayChange = member.role === "owner" || member.role === "admin";
  const query = useTools();
  const [open, setOpen] = useState<ListedTool | "new">();
  const [touched, setTouched] = useState(false);
  /** The one that is to be shown in place of what is half written. */
  const [asked, setAsked] = useState<ListedTool>();
  if (query.isPending) return <Skeleton className="h-40 w-full" />;
  if (!query.data) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
  const show = (tool: ListedTool | "new" | undefined) => {
    setOpen(tool);
    setTouched(false);
  };
  const isShown = ({ id }: ListedTool) => open !== undefined && open !== "new" && open.id === id;
  return (
    <KeptFocus className="space-y-5">
      <SettingsSection
        title="Tools"
        lead="A model proposes a call; the server checks it, says whose account it is about, and keeps the secrets."
        aside={mayChange && open === undefined && <Button onClick={() => show("new")}>Add a tool</Button>}
        flush
      >
        {query.data.length === 0 && (
          <EmptyState icon={Plug} title="There are no tools">
            <p>Answers are made from your documents alone.</p>
          </EmptyState>
        )}
        {query.data.length > 0 && (
          <ul aria-label="Tools" className="divide-y divide-line">
            {query.data.map((tool) => (
              <li key={tool.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 md:px-5">
                <div className="min-w-0 grow basis-56">
                  <p className="font-mono text-sm font-medium">
                    {tool.name}
                    {!tool.enabled && <span className="font-sans text-ink-soft"> · off</span>}
                  </p>
                  <p className="text-sm text-ink-soft wrap-anywhere">{tool.description}</p>
                  <p className="text-xs text-ink-soft wrap-anywhere">
                    {tool.method} {tool.url}
                  </p>
                </div>
                {mayChange && (
                  <>
                    <Button
                      aria-label={`Change ${tool.name}`}
                      onClick={() => !isShown(tool) && (touched ? setAsked(tool) : show(tool))}
                    >
                      Change
                    </Button>
                    <Remove tool={tool} onDone={() => isShown(tool) && show(undefined)} />
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </SettingsSection>
      {open !== undefined && (
        <ToolForm
          key={open === "new" ? open : open.id}
          tool={open === "new" ? undefined : open}
          onTouch={() => setTouched(true)}
          onClose={() => show(undefined)}
        />
      )}
      <UnsavedGuard unsaved={touched} />
      {asked && (
        <ConfirmDialog
          title={`Change ${asked.name} instead?`}
          action="Change it"
          busyAction="Changing…"
          busy={false}
          onConfirm={() => {
            show(asked);
            setAsked(undefined);
          }}
          onClosed={() => setAsked(undefined)}
        >
          <p>What you have written below and not saved is lost.</p>
        </ConfirmDialog>
      )}
      {open !== undefined && open !== "new" && <ToolTrial key={`try ${open.id}`} tool={open} />}
    </KeptFocus>
  );
}

function Remove({ tool, onDone }: { tool: ListedTool; onDone: () => void }) {
  const { remove } = useToolActions(onDone);
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Button aria-label={`Remove ${tool.name}`} onClick={() => setIsAsking(true)}>
        Remove
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={`Remove ${tool.name}?`}
          action="Remove"
          busyAction="Removing…"
          busy={remove.isPending}
          error={remove.isError && <ErrorNotice error={remove.error} />}
          onConfirm={() => remove.mutate(tool.id)}
          onClosed={() => setIsAsking(false)}
        >
          <p>No answer asks for it any more. The values of its headers are deleted, and nobody can read them again.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
