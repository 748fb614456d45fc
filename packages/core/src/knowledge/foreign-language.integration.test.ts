import type { DocumentId } from "@parley/contracts";
import { documentVersions } from "@parley/db/schema";
import { openTestDatabase } from "@parley/db/testing";
import { eq, sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";
import { createLibrary, createWordEmbedder } from "../testing/library.ts";
import { createWorld } from "../testing/world.ts";
import { createEmbedderCircuits } from "./embedders/embedder-circuits.ts";
import { failureOf } from "./failure.ts";
import type { Embedder } from "./passage.ts";

const db = await openTestDatabase();
afterAll(() => db.close());

const german =
  "# Rückgabe\n\nDie Rückgabe ist innerhalb von dreißig Tagen nach dem Kauf möglich. Bitte legen Sie den Kassenbon bei und schicken Sie das Paket an unsere Adresse.\n";
const english =
  "# Returns\n\nYou can return what you bought within thirty days. Please put the receipt into the parcel.\n";

test("documents in a language that the embedder does not know are said to be such and counted, and no other ones", async () => {
  const world = await createWorld(db);
  const { tenantId, member } = await world.tenant();
  const others = {
    installation: undefined,
    open() {
      throw new Error("no other embedder is asked");
    },
    seal: String,
    unseal: String,
    circuits: createEmbedderCircuits(),
  };
  const embedder: Embedder = { ...createWordEmbedder(), language: "en", others };
  const api = world.apiFor({ ...world.memberContext(tenantId, member), embedder });
  const library = createLibrary(db, tenantId, embedder);
  const told = async (documentId: DocumentId) => (await api.knowledge.documents.get({ documentId })).foreignLanguage;
  const languageOf = async (path: string, text: string) => told((await library.read(path, text)).documentId);
  const languagesOfAll = async () => {
    const { documents } = await api.knowledge.documents.list({});
    return Promise.all(documents.map(({ id }) => told(id)));
  };
  expect(await languageOf("rückgabe.md", german)).toBe("German");
  expect(await languageOf("returns.md", english)).toBeNull();
  expect(await languageOf("short.md", "# 42\n\nAPI keys\n")).toBeNull();
  const counted = async () =>
    (await api.knowledge.sources.list()).sources.map(({ documents: { total, ready }, languages }) => ({
      total,
      ready,
      languages,
    }));
  expect(await counted()).toEqual([{ total: 3, ready: 3, languages: { de: 1, en: 1 } }]);
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { language: "en" } });

  // A version counts that is not read yet, or was given up, no more than what it was to replace.
  const newer = await library.add("returns.md", german);
  expect(await counted()).toEqual([{ total: 3, ready: 2, languages: { de: 1, en: 1 } }]);
  library.orders.length = 0;
  await db.transaction(tenantId, (tx) =>
    tx
      .update(documentVersions)
      .set({ ...failureOf("document.discarded"), language: "de" })
      .where(eq(documentVersions.id, newer.versionId)),
  );
  expect(await counted()).toEqual([{ total: 3, ready: 2, languages: { de: 1, en: 1 } }]);
  expect(await told(newer.documentId)).toBeNull();

  // The newest version counts, and is told by what was noted when it was read in.
  expect(await languageOf("returns.md", german)).toBe("German");
  expect(await counted()).toEqual([{ total: 3, ready: 3, languages: { de: 2 } }]);
  const note = (language: string | null) =>
    db.transaction(tenantId, (tx) => tx.update(documentVersions).set({ language }));
  await note("fr");
  expect(await languagesOfAll()).toEqual(["French", "French", "French"]);
  // Of one from before that was noted, its text tells it.
  await note(null);
  expect(await languagesOfAll()).toEqual(["German", "German", null]);
  expect(await counted()).toEqual([{ total: 3, ready: 3, languages: {} }]);

  await db.transaction(tenantId, (tx) =>
    tx.execute(sql`
      insert into tenant_embedders (state, kind, embedder_id, base_url, model, dimensions)
      values ('current', 'openai-compatible', 'multilingual', 'https://example.com/v1', 'multilingual', 64)`),
  );
  expect(await languagesOfAll()).toEqual([null, null, null]);
  expect(await api.knowledge.embedder.get()).toMatchObject({ current: { language: null } });
});
