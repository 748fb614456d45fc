import { expect, test } from "vitest";
import { makePassage } from "../../testing/make-passage.ts";
import { extractAnswer, findBestSentence } from "./extract-answer.ts";

const returns = makePassage(
  "We hope that you like it. You can send an order back within **30 days**. See [the form](https://forms.example/x). Postage is free.",
  {
    mediaType: "text/markdown",
    title: "Returns",
    headingPath: ["Returns"],
    start: 100,
    score: 0.6,
    lexical: 0.5,
    cosine: 0.7,
  },
);

const found = { score: 0.6, lexical: 0.5, cosine: 0.7 };

test("the sentence that holds most of what was asked is quoted, with its place in the document", () => {
  const answer = extractAnswer("Within how many days can I send an order back?", [returns]);
  if (answer.outcome !== "answered") throw new Error(answer.outcome);
  const [quote] = answer.sentences;
  expect(quote?.text).toBe("You can send an order back within **30 days**.");
  expect(returns.text.slice((quote?.start ?? 0) - 100, (quote?.end ?? 0) - 100)).toBe(quote?.text);
  expect(quote?.passageNumber).toBe(1);
});

test("the same question over the same passages gets the same answer", () => {
  const ask = () => extractAnswer("Is postage free?", [returns, { ...returns, score: 0.5 }]);
  expect(ask()).toEqual(ask());
});

test("passages about something else hold no answer", () => {
  const far = { ...returns, score: 0.1, lexical: 0.1, cosine: 0.12 };
  expect(extractAnswer("What is the capital of Mongolia?", [far])).toEqual({ outcome: "unknown" });
  expect(extractAnswer("What is the capital of Mongolia?", [])).toEqual({ outcome: "unknown" });
});

test("passages near the matter that lack what was asked for hold no answer", () => {
  const near = { ...returns, score: 0.4, lexical: 0.2, cosine: 0.45 };
  expect(extractAnswer("Which courier insures the parcels of wholesale customers?", [near])).toEqual({
    outcome: "unknown",
  });
});

test("a sentence that announces a list or a command is quoted with it", () => {
  const passage = makePassage("To read your files in, run this command:\n\n```sh\nparley ingest FILE\n```\n", found);
  const answer = extractAnswer("Which command do I run to read my files in?", [passage]);
  if (answer.outcome !== "answered") throw new Error(answer.outcome);
  expect(answer.sentences.map(({ text }) => text).join("")).toContain("parley ingest FILE");
});

test("headings, link targets, halves of emphasis and pieces of code are not quoted", () => {
  const passage = makePassage(
    '## Orders back\n\n**An order goes back. By post** or [by hand](https://shop.example).\n\n"order": "back", "days": 30, {order}',
    found,
  );
  const answer = extractAnswer("How does an order go back by hand?", [passage]);
  if (answer.outcome !== "answered") throw new Error(answer.outcome);
  const text = answer.sentences.map((quote) => quote.text).join(" ");
  expect(text).not.toMatch(/##|https:|\*\*|\{order\}/);
});

test("a sentence that only repeats the question does not answer it", () => {
  const passage = makePassage(
    "Ask it: how do I send an order back by post? An order is sent back by post with the label in the box.",
    found,
  );
  const answer = extractAnswer("How do I send an order back by post?", [passage]);
  if (answer.outcome !== "answered") throw new Error(answer.outcome);
  expect(answer.sentences[0]?.text).toMatch(/^An order is sent back/);
});

test("in a list of questions and answers, the answer is quoted and not the question", () => {
  const passage = makePassage(
    "Where is my invoice?\nBelow the orders. How do I delete my account?\nOpen the settings and press the red button.",
    { ...found, mediaType: "text/plain" },
  );
  const answer = extractAnswer("How can I delete the account that I have?", [passage]);
  if (answer.outcome !== "answered") throw new Error(answer.outcome);
  expect(answer.sentences.map(({ text }) => text)).toEqual(["Open the settings and press the red button."]);
});

test.each([
  [
    "its heading is a question",
    makePassage("Open the settings and press the red button.", { headingPath: ["FAQ", "How do I delete my account?"] }),
  ],
  [
    "it begins with a question",
    makePassage("How do I delete my account?\nOpen the settings and press the red button.", {
      mediaType: "text/plain",
    }),
  ],
])("where %s, a passage answers only what means the same, whatever words they share", (_, passage) => {
  const ask = (cosine: number) =>
    extractAnswer("How do I delete the account of a colleague?", [{ ...passage, ...found, lexical: 0.9, cosine }])
      .outcome;
  expect([ask(0.59), ask(0.61)]).toEqual(["unknown", "answered"]);
});

test("a sentence that announces a list is quoted with its items, and with nothing behind them", () => {
  const passage = makePassage(
    "To send an order back by post:\n\n1. Print the label.\n2. Close the parcel.\n\nThe shop opens at nine.",
    found,
  );
  const answer = extractAnswer("How do I send an order back by post?", [passage]);
  if (answer.outcome !== "answered") throw new Error(answer.outcome);
  expect(answer.sentences.map(({ text }) => text)).toEqual([
    "To send an order back by post:",
    "Print the label.",
    "Close the parcel.",
  ]);
});

test("what stands under a heading answers what the heading names", () => {
  const below = (heading: string, text: string, more = {}) =>
    makePassage(text, { ...found, headingPath: ["Shop", heading], ...more });
  const answer = findBestSentence("How long does the delivery to Iceland take?", [
    below("Prices", "A parcel costs five euros. It takes three days."),
    below("Delivery to Iceland", "A parcel costs nine euros. It takes seven days."),
  ]);
  expect(answer?.passageNumber).toBe(2);
});

test("a rare word of the question counts more than those that stand in every sentence", () => {
  const passage = makePassage(
    "The shop sends orders by post. A shop takes orders by phone. Our shop has orders in stock. The drone flies on Fridays.",
    { ...found, mediaType: "text/plain" },
  );
  expect(findBestSentence("Which shop has a drone for orders?", [passage])?.text).toBe("The drone flies on Fridays.");
});

test("there is a best sentence even where the evidence is too weak to answer, but none where nothing can be quoted", () => {
  const far = { ...returns, score: 0.1, lexical: 0.1, cosine: 0.12 };
  expect(findBestSentence("What is the capital of Mongolia?", [far])).toBeDefined();
  expect(findBestSentence("What?", [makePassage("# Heading")])).toBeUndefined();
  expect(findBestSentence("What?", [])).toBeUndefined();
});

test.each(["Hi", "Hello!", "Thank you very much.", "thanks 🙂"])("%s is no question, and gets a kind word", (text) => {
  expect(extractAnswer(text, []).outcome).toBe("small_talk");
});

test.each(["", "👩‍👩‍👧‍👦", "؟؟؟", "a", "the of and", "<b>", "```".repeat(500)])("%j makes no trouble", (text) => {
  expect(["unknown", "answered"]).toContain(extractAnswer(text, [returns]).outcome);
});
