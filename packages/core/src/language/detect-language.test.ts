import { expect, test } from "vitest";
import { detectLanguage } from "./detect-language.ts";

test.each([
  ["en", "How do I return the blue lamp?"],
  ["en", "Do you ship to Iceland?"],
  ["de", "Wie gebe ich die blaue Lampe zurück?"],
  ["de", "Öffnungszeiten"],
  ["fr", "Où est ma commande ?"],
  ["es", "¿Cuánto cuesta?"],
  ["it", "Come restituisco la lampada blu?"],
  ["pt", "Onde está o meu pedido?"],
  ["nl", "Wachtwoord vergeten"],
  ["ar", "كيف أعيد المصباح الأزرق؟"],
  ["pl", "Jak mogę zwrócić niebieską lampę?"],
])("it is %s: %s", async (language, text) => {
  expect(await detectLanguage(text)).toBe(language);
});

test.each(["", "ok", "SSO", "42", "API keys", "reset password", "docker compose", "widget colours", "🙂"])(
  "nobody can tell what language %j is in",
  async (text) => {
    expect(await detectLanguage(text)).toBeUndefined();
  },
);

test("a text of any length is told by its beginning", async () => {
  expect(await detectLanguage("Wo ist meine Bestellung? ".repeat(100_000))).toBe("de");
});
