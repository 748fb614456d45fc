import * as contracts from "@parley/contracts";
import type * as z from "zod";

/** The kinds of ids that a client may send. A new one needs a line here, and a sample in full-tenant.ts. */
const kinds = {
  TenantId: contracts.TenantId,
  InboxId: contracts.InboxId,
  ContactId: contracts.ContactId,
  MemberId: contracts.MemberId,
  UserId: contracts.UserId,
  ConversationId: contracts.ConversationId,
  MessageId: contracts.MessageId,
  RunId: contracts.RunId,

  SourceId: contracts.SourceId,
  DocumentId: contracts.DocumentId,
  DocumentVersionId: contracts.DocumentVersionId,
  ChunkId: contracts.ChunkId,
  ApiKeyId: contracts.ApiKeyId,
  ModelProviderId: contracts.ModelProviderId,
  HttpToolId: contracts.HttpToolId,
  ModelId: contracts.ModelId,
  InvitationId: contracts.InvitationId,
  KnowledgeTestId: contracts.KnowledgeTestId,
  KnowledgeTestRunId: contracts.KnowledgeTestRunId,
  GapId: contracts.GapId,
} as const;
export type IdKind = keyof typeof kinds;
export const idKinds = Object.keys(kinds) as IdKind[];
const kindOf = new Map<unknown, IdKind>(
  Object.entries(kinds).map(([kind, schema]) => [schema, kind as IdKind] as const),
);

/** Ids that are any text as far as their schema goes, by the name of the field. */
const kindOfField: Record<string, IdKind> = { actorId: "MemberId", targetId: "DocumentId" };

/** An id in an input: where it stands, and of what kind it is. */
export type IdPlace = { path: string; kind: IdKind };

/**
 * An input that the schema accepts, as a client would send it, with the ids that `idAt` gives; what is optional is left out, unless it
 * is an id or holds one.
 *
 * @throws a sentence that names the field when it is an id of no known kind, or of a shape that can't be made up: also when it is a
 *   union, of which one sample would try one branch alone
 */
export function sampleInput(schema: unknown, idAt: (place: IdPlace) => string): unknown {
  return sample(schema, "", idAt);
}

/** The ids that the schema's inputs hold. */
export function idsIn(schema: unknown): IdPlace[] {
  const places: IdPlace[] = [];
  sampleInput(schema, (place) => {
    places.push(place);
    return "00000000-0000-4000-8000-000000000000";
  });
  return places;
}

type Definition = { type: string; innerType?: unknown; in?: unknown; element?: unknown };

function sample(schema: unknown, path: string, idAt: (place: IdPlace) => string): unknown {
  const field = path.split(".").at(-1) ?? "";
  const kind = kindOf.get(schema) ?? (holdsText(schema) ? kindOfField[field] : undefined);
  if (kind) return idAt({ path, kind });

  const definition = (schema as { def: Definition }).def;
  switch (definition.type) {
    case "object": {
      const { shape } = schema as z.ZodObject;
      const entries = Object.entries(shape).map(([name, value]) => [
        name,
        sample(value, path ? `${path}.${name}` : name, idAt),
      ]);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    case "optional":
    case "default":
    case "prefault":
    case "nullable": {
      let holdsIds = false;
      const inner = sample(definition.innerType, path, (place) => {
        holdsIds = true;
        return idAt(place);
      });
      return holdsIds ? inner : undefined;
    }
    case "readonly":
      return sample(definition.innerType, path, idAt);
    case "pipe":
      return sample(definition.in, path, idAt);
    case "array":
      return [sample(definition.element, path, idAt)];
    case "enum":
      return (schema as z.ZodEnum).options[0];
    case "literal":
      return (schema as z.ZodLiteral).values.values().next().value;
    case "boolean":
      return false;
    case "number":
      return Math.max(1, (schema as z.ZodNumber).minValue ?? 1);
    case "string":
      return sampleText(schema as z.ZodString, path);
    default:
      throw new Error(`${path}: sample-input.ts can't make up a value of the type ${definition.type}`);
  }
}

function sampleText(schema: z.ZodString, path: string): string {
  if (schema.format === "uuid" || /(^ids?|Ids?)$/.test(path)) {
    throw new Error(`${path}: an id of no known kind; give it a branded schema, and that a line in sample-input.ts`);
  }
  if (schema.format === "datetime") return new Date(Date.UTC(2030, 0)).toISOString();
  if (schema.format === "date") return "2030-01-01";
  if (schema.format === "email") return "somebody@example.com";
  if (schema.format === "url") return "https://shop.example/";
  return "sample".padEnd(schema.minLength ?? 0, "x").slice(0, schema.maxLength ?? undefined);
}

/** Whether it is text, however wrapped. */
function holdsText(schema: unknown): boolean {
  return (schema as { def: Definition }).def.type === "string";
}
