import { expect, test } from "vitest";
import { findSmallTalk, languages } from "./extractive/small-talk.ts";
import { wordingFor, wordings } from "./wording.ts";

const before = (...texts: string[]) => texts.map((text) => ({ author: "contact" as const, text }));

test.each([
  ["en", "How do I return the blue lamp?"],
  ["de", "Wie gebe ich die blaue Lampe zurück?"],
  ["fr", "Comment retourner la lampe bleue ?"],
  ["es", "¿Cómo devuelvo la lámpara azul?"],
  ["it", "Come restituisco la lampada blu?"],
  ["pt", "Onde está o meu pedido?"],
  ["nl", "Hoe stuur ik de blauwe lamp terug?"],
  ["ar", "كيف أعيد المصباح الأزرق؟"],
] as const)("a question in %s is told in its own language that there is no answer", async (language, text) => {
  expect(await wordingFor({ text, history: [] })).toBe(wordings[language]);
});

test("what is too short to tell is taken to be in the language that was spoken before, or else in English", async () => {
  expect(await wordingFor({ text: "SSO?", history: before("Wo ist meine Bestellung?") })).toBe(wordings.de);
  expect(await wordingFor({ text: "SSO?", history: [] })).toBe(wordings.en);
  const answered = [{ author: "assistant" as const, text: "Ihre Bestellung ist unterwegs." }];
  expect(await wordingFor({ text: "SSO?", history: answered })).toBe(wordings.en);
});

test("a question in a language that there are no words in is answered in English", async () => {
  expect(await wordingFor({ text: "Jak mogę zwrócić niebieską lampę?", history: [] })).toBe(wordings.en);
});

test("each language has words of its own for everything", () => {
  const all = languages.flatMap((language) => Object.values(wordings[language]));
  expect(new Set(all).size).toBe(languages.length * Object.keys(wordings.en).length);
});

test.each([
  ["Guten Tag!", "greeting", "de"],
  ["Vielen Dank", "thanks", "de"],
  ["Bonjour", "greeting", "fr"],
  ["Merci beaucoup !", "thanks", "fr"],
  ["¡Hola!", "greeting", "es"],
  ["Muchas gracias", "thanks", "es"],
  ["Buongiorno", "greeting", "it"],
  ["Grazie mille", "thanks", "it"],
  ["Bom dia", "greeting", "pt"],
  ["Obrigada!", "thanks", "pt"],
  ["Goedemorgen", "greeting", "nl"],
  ["Dank je wel", "thanks", "nl"],
  ["السلام عليكم", "greeting", "ar"],
  ["شُكْرًا جزيلاً", "thanks", "ar"],
  ["Thank you so much", "thanks", "en"],
])("%j is %s in %s", (text, kind, language) => {
  expect(findSmallTalk(text)).toEqual({ kind, language });
});

test.each(["Hallo, wo ist meine Bestellung?", "Merci de me rembourser", "no", "Danke für nichts, wo ist sie?"])(
  "%j is no small talk",
  (text) => {
    expect(findSmallTalk(text)).toBeUndefined();
  },
);
