import type { ApiOutputs } from "../../trpc.ts";

type OriginalType = NonNullable<ApiOutputs["knowledge"]["documents"]["get"]["versions"][number]["originalType"]>;

const names: Record<OriginalType, string> = {
  "text/html": "HTML",
  "text/csv": "CSV",
  "application/pdf": "PDF",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
};

/** What a file was, for whoever sees what was made of it; undefined when it is as it was. */
export const nameOriginalType = (type: OriginalType | null): string | undefined => (type ? names[type] : undefined);
