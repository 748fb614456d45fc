import { openTestDatabase } from "@parley/db/testing";
import { sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld } from "../testing/world.ts";
import { createEmbedderCircuits } from "./embedders/embedder-circuits.ts";
import type { Embedder } from "./passage.ts";

const db = await openTestDatabase();
afterAll(() => db.close());

const german =
  "# Rückgabe\n\nDie Rückgabe ist innerhalb von dreißig Tagen nach dem Kauf möglich. Bitte legen Sie den Kassenbon bei und schicken Sie das Paket an unsere Adresse.\n";
const english =
  "# Returns\n\nYou can return what you bought within thirty days. Please put the receipt into the parcel.\n";

test("a document in a language that the embedder does not know is said to be such, and no other one", async () => {
  const world = await createWorld(db);
  const { tenantId, member } = await world.tenant();
  const others = {
    installation: undefined,
    open: () => Promise.reject(new Error("no other embedder is asked")) as never,
    seal: String,
    unseal: String,
    circuits: createEmbedderCircuits(),
  };
  const embedder: Embedder = { ...createWordEmbedder(), language: "en", others };
  const api = world.apiFor({ ...world.memberContext(tenantId, member), embedder });
  const library = createLibrary(db, tenantId, embedder);
  const languageOf = async (path: string, text: string) => {
    const { documentId } = await library.read(path, text);
    return (await api.knowledge.documents.get({ documentId })).foreignLanguage;
  };
  expect(await languageOf("rückgabe.md", german)).toBe("German");
  expect(await languageOf("returns.md", english)).toBeNull();
  expect(await languageOf("short.md", "# 42\n\nAPI keys\n")).toBeNull();

  await db.transaction(tenantId, (tx) =>
    tx.execute(sql`
      insert into tenant_embedders (state, kind, embedder_id, base_url, model, dimensions)
      values ('current', 'openai-compatible', 'multilingual', 'https://example.com/v1', 'multilingual', 64)`),
  );
  const { documents } = await api.knowledge.documents.list({});
  for (const { id } of documents)
    expect((await api.knowledge.documents.get({ documentId: id })).foreignLanguage).toBeNull();
});
