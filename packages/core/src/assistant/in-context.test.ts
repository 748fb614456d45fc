import { expect, test } from "vitest";
import type { Turn } from "./answerer.ts";
import { inContext } from "./in-context.ts";

const asked = (text: string): Turn => ({ author: "contact", text });
const said = (text: string): Turn => ({ author: "assistant", text });
const iceland = [asked("Do you ship to Iceland?"), said("Yes, within a week. [1]")];

test.each([
  "And how much is it?",
  "how much?",
  "Why?",
  "What about Norway?",
  "And the other one?",
  "Does it need papers?",
  "Can I track them?",
])("%s lacks what the question before it names", (text) => {
  expect(inContext(text, iceland)).toBe(`Do you ship to Iceland?\n${text}`);
});

test.each([
  "How long do refunds take?",
  "Is postage free?",
  "Does it rain much in Mongolia during the winter?",
  "Refunds",
  "Is there a discount?",
  "Does it need customs papers?",
  "Wie lange dauert die Lieferung?",
  "كيف أضيف المستندات؟",
  "No",
  "No, not me.",
  "👍",
  "??",
])("%s says by itself what it is about", (text) => {
  expect(inContext(text, iceland)).toBe(text);
});

test("what the question before lacks comes from the one before that, three back at most", () => {
  const chain = ["Do you ship to Iceland?", "And how much is it?", "And to Norway?", "Why?", "And then?"].map(asked);
  expect(inContext("And how much is it?", chain.slice(0, 3))).toBe(
    "Do you ship to Iceland?\nAnd how much is it?\nAnd to Norway?\nAnd how much is it?",
  );
  expect(inContext("And so?", chain)).toBe("And to Norway?\nWhy?\nAnd then?\nAnd so?");
});

test("only the contact's own questions are looked back at, and no thanks or greetings", () => {
  expect(inContext("And how much is it?", [said("The moon is far. [1]")])).toBe("And how much is it?");
  expect(inContext("And how much is it?", [...iceland, asked("Thanks!"), said("You're welcome.")])).toBe(
    "Do you ship to Iceland?\nAnd how much is it?",
  );
  expect(inContext("And how much is it?", [])).toBe("And how much is it?");
});
