import { Link } from "@tanstack/react-router";
import { Cpu, FileText, Settings2, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { Age } from "../../components/age.tsx";
import { nameFields } from "../assistant/changed-fields.ts";
import type { HeldChanges } from "./use-changes.ts";

/** Each change that waits, by name. */
export function HeldList({ changes }: { changes: HeldChanges }) {
  const { documents, documentsInAll, removals, removalsInAll, settings, models } = changes;
  const more = documentsInAll - documents.length;
  return (
    <ul
      aria-label="Changes that wait"
      className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface shadow-xs"
    >
      {models && (
        <Row icon={<Cpu aria-hidden className="size-4" />} at={models.changedAt}>
          <Link to="/assistant/models" className="link">
            The models
          </Link>
          <span className="text-ink-soft">, by {models.changedBy ?? "a member"}</span>
        </Row>
      )}
      {settings && (
        <Row icon={<Settings2 aria-hidden className="size-4" />} at={settings.changedAt}>
          <Link to="/assistant" className="link">
            The assistant's settings
          </Link>
          <span className="text-ink-soft">
            : {nameFields(settings.changed)}, by {settings.changedBy ?? "a member"}
          </span>
        </Row>
      )}
      {removals.map(({ id, documentId, sourceId, title, askedBy, askedAt }) => (
        <Row key={id} icon={<Trash2 aria-hidden className="size-4" />} at={askedAt}>
          {documentId && (
            <Link to="/knowledge/$documentId" params={{ documentId }} className="link" dir="auto">
              {title}
            </Link>
          )}
          {sourceId && (
            <Link to="/knowledge/sources/$sourceId" params={{ sourceId }} className="link" dir="auto">
              {title}
            </Link>
          )}
          <span className="text-ink-soft">
            {" "}
            goes{sourceId && ", with all that the source holds"}, by {askedBy ?? "a member"}
          </span>
        </Row>
      ))}
      {removalsInAll > removals.length && (
        <li className="px-4 py-2.5 text-sm text-ink-soft md:px-5">
          and {(removalsInAll - removals.length).toLocaleString("en")} more that go
        </li>
      )}
      {documents.map(({ documentId, title, version, isNew, heldAt }) => (
        <Row key={documentId} icon={<FileText aria-hidden className="size-4" />} at={heldAt}>
          <Link to="/knowledge/$documentId" params={{ documentId }} search={{ version }} className="link" dir="auto">
            {title}
          </Link>
          <span className="text-ink-soft">{isNew ? " is new" : `, version ${version}`}</span>
        </Row>
      ))}
      {more > 0 && (
        <li className="px-4 py-2.5 text-sm text-ink-soft md:px-5">
          and {more.toLocaleString("en")} more {more === 1 ? "document" : "documents"}
        </li>
      )}
    </ul>
  );
}

function Row({ icon, at, children }: { icon: ReactNode; at?: string | null; children: ReactNode }) {
  return (
    <li className="flex items-center gap-3 px-4 py-2.5 text-sm md:px-5">
      <span className="shrink-0 text-ink-soft">{icon}</span>
      <span className="min-w-0 grow wrap-anywhere">{children}</span>
      {at && <Age at={at} className="shrink-0 text-ink-soft" />}
    </li>
  );
}
