import type { DocumentId, SourceId } from "@parley/contracts";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { EntryForm } from "./entry-form.tsx";

const newId = () => crypto.randomUUID() as DocumentId;

/** Writes answers into the source, one after the other. */
export function WriteAnswer({ sourceId }: { sourceId: SourceId }) {
  // The same for as long as it is not known to have arrived, so that trying again makes no second one.
  const [documentId, setDocumentId] = useState<DocumentId>();
  if (!documentId) {
    return (
      <Button variant="primary" size="medium" onClick={() => setDocumentId(newId())}>
        <Plus aria-hidden className="size-4" />
        Write an answer
      </Button>
    );
  }
  const close = () => setDocumentId(undefined);
  return <EntryForm documentId={documentId} sourceId={sourceId} onSaved={close} onCancel={close} />;
}
