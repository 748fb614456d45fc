// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLauncher } from "../launcher.ts";
import { createFakeServer, type FakeServer } from "../testing/fake-server.ts";
import { aCitation } from "../testing/messages.ts";
import type { PanelHandle } from "./mount-panel.tsx";
import { mountPanel } from "./mount-panel.tsx";

const world = vi.hoisted(() => ({ server: undefined as unknown }));
vi.mock("../session/widget-api.ts", async (original) => ({
  ...(await original<typeof import("../session/widget-api.ts")>()),
  createWidgetApi: () => (world.server as FakeServer).api,
}));
vi.mock("@parley/client", async (original) => ({
  ...(await original<typeof import("@parley/client")>()),
  createRealtimeClient: (...given: Parameters<FakeServer["connect"]>) => (world.server as FakeServer).connect(...given),
}));

let panel: PanelHandle;
let root: ShadowRoot;
let server: FakeServer;
const emit = vi.fn();

function mount(options: { suggestions?: string[] } = {}) {
  const launcher = createLauncher(undefined);
  document.body.append(launcher.host);
  root = launcher.root;
  panel = mountPanel({ ...launcher, emit, options: { key: "pk_test", api: "http://localhost", ...options } });
}

beforeEach(() => {
  localStorage.clear();
  document.body.replaceChildren();
  emit.mockReset();
  server = createFakeServer();
  world.server = server;
  mount();
});
afterEach(() => panel.end(true));

const all = (selector: string) => [...root.querySelectorAll<HTMLElement>(selector)];
const text = (selector: string) => all(selector).map(({ textContent }) => textContent);
const shown = (selector: string, expected: unknown) => vi.waitFor(() => expect(text(selector)).toEqual(expected));
const press = (name: string) => {
  const found = all("button").find(
    (button) => button.textContent === name || button.ariaLabel === name || button.getAttribute("aria-label") === name,
  );
  if (!found) throw new Error(`no button "${name}"`);
  found.click();
};
const ask = async (question: string) => {
  const field = root.querySelector("textarea") as HTMLTextAreaElement;
  field.value = question;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await vi.waitFor(() => expect(root.querySelector<HTMLButtonElement>(".send")?.disabled).toBe(false));
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
};
const answered = async (question: string) => {
  panel.open();
  await ask(question);
  await vi.waitFor(() => expect(server.only.listeners.size).toBe(1));
};

test("greets with the inbox's words, and offers what the page suggests", async () => {
  panel.end(false);
  mount({ suggestions: ["What is this?"] });
  panel.open();
  await shown(".greeting", ["Hello"]);
  await shown("#title", ["Parley"]);
  press("What is this?");
  await shown(".contact .plain", ["What is this?"]);
  expect(text(".suggestions")).toEqual([]);
});

test("without suggestions none are offered", async () => {
  panel.open();
  await shown(".greeting", ["Hello"]);
  expect(text(".suggestions")).toEqual([]);
});

describe("an answer", () => {
  test("grows in place, its citations become buttons, its sources a list", async () => {
    await answered("How?");
    server.write("run-1", "");
    await vi.waitFor(() => expect(all(".typing")).toHaveLength(1));
    server.write("run-1", "Add a folder [1");
    await shown(".answer .prose", ["Add a folder"]);
    const [element] = all(".answer");
    const citations = [aCitation(1, { title: "Guide", headingPath: ["Guide", "Adding documents"] })];
    server.say({
      author: "assistant",
      runId: "run-1" as never,
      text: "Add a **folder** [1]. Not [2].",
      outcome: "answered",
      citations,
    });
    await shown(".sources .place", ["Guide › Adding documents"]);
    expect(all(".answer")).toEqual([element]);
    expect(text(".answer strong")).toContain("folder");
    expect(text(".prose button.chip")).toEqual(["1"]);
    expect(root.querySelector(".prose")?.textContent).toContain("Not [2].");
  });

  test("with a table names its columns, and a cell of the head without words names none", async () => {
    await answered("How?");
    const rows = "|  | Price |\n| --- | --- |\n| small | 2 € [1] |";
    server.say({ author: "assistant", text: rows, outcome: "answered", citations: [aCitation(1)] });
    await shown(".answer th", ["Price"]);
    expect(text(".answer tr:first-child td")).toEqual([""]);
  });

  test("can be said to have helped or not: the last press counts, and pressed again it is taken back", async () => {
    await answered("How?");
    server.say({ author: "assistant", text: "So [1].", outcome: "answered", citations: [aCitation(1)], vote: "up" });
    const pressed = () => all(".votes button").map((button) => button.getAttribute("aria-pressed"));
    await vi.waitFor(() => expect(pressed()).toEqual(["true", "false"]));
    press("Not helpful");
    await vi.waitFor(() => expect(pressed()).toEqual(["false", "true"]));
    press("Not helpful");
    await vi.waitFor(() => expect(server.votes).toEqual(["down", null]));
    expect(pressed()).toEqual(["false", "false"]);

    server.failures.push("input.invalid");
    press("Helpful");
    await vi.waitFor(() => expect(server.failures).toEqual([]));
    await vi.waitFor(() => expect(pressed()).toEqual(["false", "false"]));
    expect(server.votes).toEqual(["down", null]);
  });

  test("shows the vote that was pressed last, whatever comes of those before it", async () => {
    await answered("How?");
    server.say({ author: "assistant", text: "So [1].", outcome: "answered", citations: [aCitation(1)] });
    const pressed = () => all(".votes button").map((button) => button.getAttribute("aria-pressed"));
    await vi.waitFor(() => expect(pressed()).toEqual(["false", "false"]));
    const ends: (() => void)[] = [];
    server.api.vote = () => new Promise<void>((resolve) => ends.push(resolve)) as never;
    press("Helpful");
    await vi.waitFor(() => expect(pressed()).toEqual(["true", "false"]));
    press("Not helpful");
    await vi.waitFor(() => expect(pressed()).toEqual(["false", "true"]));
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    ends[0]?.();
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    expect(pressed()).toEqual(["false", "true"]);
  });

  test("shows the vote that the server has, however many quick ones failed, and says that they did", async () => {
    await answered("How?");
    server.say({ author: "assistant", text: "So [1].", outcome: "answered", citations: [aCitation(1)], vote: "down" });
    const pressed = () => all(".votes button").map((button) => button.getAttribute("aria-pressed"));
    await vi.waitFor(() => expect(pressed()).toEqual(["false", "true"]));
    const { vote } = server.api;
    const losses: (() => void)[] = [];
    server.api.vote = () => new Promise((_, reject) => losses.push(() => reject(new Error("lost"))));
    press("Helpful");
    await vi.waitFor(() => expect(pressed()).toEqual(["true", "false"]));
    press("Not helpful");
    await vi.waitFor(() => expect(pressed()).toEqual(["false", "true"]));
    for (const count of [1, 2]) {
      await vi.waitFor(() => expect(losses).toHaveLength(count));
      losses.at(-1)?.();
    }
    await shown(".votes [role=status]", ["That did not work. Try again in a moment."]);
    await vi.waitFor(() => expect(pressed()).toEqual(["false", "true"]));

    server.api.vote = vote;
    press("Helpful");
    await vi.waitFor(() => expect(server.votes).toEqual(["up"]));
    await shown(".votes [role=status]", [""]);
    expect(pressed()).toEqual(["true", "false"]);
  });

  test("that does not know has nothing to vote on", async () => {
    await answered("How?");
    server.say({ author: "assistant", text: "I don't know.", outcome: "unknown" });
    await vi.waitFor(() => expect(all(".answer")).toHaveLength(1));
    expect(all(".votes")).toEqual([]);
  });

  test("is text and nothing else, whatever it says", async () => {
    await answered("How?");
    const evil =
      "<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![i](https://evil.example/i.png)\n\n<script>alert(1)</script>";
    server.say({ author: "assistant", text: evil, outcome: "answered" });
    await vi.waitFor(() => expect(all(".answer")).toHaveLength(1));
    expect(all(".answer :is(img, script, a, iframe)")).toEqual([]);
    expect(root.querySelector(".answer .prose")?.textContent).toContain("<script>alert(1)</script>");
  });

  test("has headings below the panel's own, whatever their level", async () => {
    await answered("How?");
    server.say({ author: "assistant", text: "#### First\n\nSo.\n\n# Second", outcome: "answered" });
    await shown(".answer :is(h1, h2, h3, h4, h5, h6)", ["First", "Second"]);
    expect(text(".answer h3")).toEqual(["First", "Second"]);
  });

  test("that did not help offers a person, as long as it is the last word and nobody has taken over", async () => {
    await answered("How?");
    server.say({ author: "assistant", text: "I don't know.", outcome: "unknown" });
    await vi.waitFor(() => expect(all(".offer .button")).toHaveLength(1));
    press("Talk to a person");
    await shown(".notice", ["A person will answer here"]);
    expect(all(".offer")).toEqual([]);
    await shown(".who p", ["Waiting for a person"]);
  });

  test("that helped offers none", async () => {
    await answered("How?");
    server.say({ author: "assistant", text: "So.", outcome: "answered" });
    await vi.waitFor(() => expect(all(".answer .prose")).toHaveLength(1));
    expect(all(".offer")).toEqual([]);
  });
});

test("who speaks is said: notices, and members by name", async () => {
  await answered("How?");
  server.say(
    { author: "system", notice: "taken_over", authorName: "Alex" },
    { status: "open", ownershipEpoch: 2, assignee: { id: "m" as never, name: "Alex" } },
  );
  server.say({ author: "member", authorName: "Alex", text: "Hi **there**" });
  await shown(".notice", ["Alex joined"]);
  await shown(".member .author strong", ["Alex"]);
  await shown(".member .plain", ["Hi **there**"]);
  await shown("#title", ["Alex"]);
  server.say(
    { author: "system", notice: "returned", authorName: "Alex" },
    { status: "pending", ownershipEpoch: 3, assignee: null },
  );
  await shown(".notice", ["Alex joined", "Back with the assistant"]);
  await shown("#title", ["Parley"]);
});

test("a message that was not sent says so and why, and can be sent again or taken away", async () => {
  await answered("one");
  await shown(".contact .plain", ["one"]);
  server.failures.push("rate.exceeded");
  await ask("two");
  await vi.waitFor(() => expect(text(".failed .delivery")[0]).toMatch(/^Not sent. That was a lot/));
  server.failures.push("input.invalid");
  press("Try again");
  await vi.waitFor(() => expect(text(".failed .delivery")[0]).toMatch(/^Not sent. This message can't be sent/));
  press("Remove");
  await shown(".contact .plain", ["one"]);
});

test("the page is told whose visit it is, once that is known", async () => {
  expect(emit).not.toHaveBeenCalledWith("contact", expect.anything());
  await answered("How?");
  const told = () => emit.mock.calls.filter(([name]) => name === "contact");
  expect(told()).toEqual([["contact", "contact-1"]]);
  server.failures.push("auth.expired");
  await ask("And then?");
  await vi.waitFor(() => expect(server.visits).toHaveLength(2));
  await shown(".contact .plain", ["How?", "And then?"]);
  expect(told()).toHaveLength(1);
});

test("what comes while the panel is closed is counted on the launcher, until it is opened", async () => {
  await answered("How?");
  server.say({ author: "assistant", text: "Thus.", outcome: "answered" });
  await shown(".answer .prose", ["Thus."]);
  expect(emit).not.toHaveBeenCalledWith("unread", expect.anything());
  panel.close();
  server.say({ author: "assistant", text: "So.", outcome: "answered" });
  await shown(".badge", ["1"]);
  expect(emit).toHaveBeenCalledWith("unread", 1);
  expect(root.querySelector("button")?.ariaLabel).toBe("Open chat, 1 unread message");
  panel.open();
  await shown(".badge", [""]);
  expect(emit).toHaveBeenCalledWith("unread", 0);
});

describe("a citation", () => {
  const open = async (change: object) => {
    await answered("How?");
    server.api.getCitedPassage = async (_token, _message, number) => ({
      ...aCitation(number),
      version: 2,
      superseded: true,
      removed: false,
      address: null,
      mediaType: "text/markdown",
      pages: null,
      readAt: "2026-10-20T12:00:00.000Z",
      verifiedAt: "2026-11-20T12:00:00.000Z",
      text: "",
      textStart: 0,
      ...change,
    });
    server.say({ author: "assistant", text: "So [1].", outcome: "answered", citations: [aCitation(1)] });
    await vi.waitFor(() => expect(all(".prose button.chip")).toHaveLength(1));
    root.querySelector<HTMLElement>(".prose button.chip")?.click();
  };

  test("opens the document at the passage, exactly marked, across markup, in the version that was cited", async () => {
    const source = "# Guide\n\nPut **your files** into a [folder](https://x.example).\n\n- then `run` it\n";
    // As an excerpt: the text begins at 1,000 in the document.
    const start = 1_000 + source.indexOf("files");
    const end = 1_000 + source.indexOf("run") + 2;
    await open({ text: source, textStart: 1_000, start, end });
    await vi.waitFor(() => expect(text(".page mark").join("|")).toBe("files| into a |folder|.|then |ru"));
    expect(text("#passage-title")[0]).toMatch(/1 Guide/);
    expect(text(".path")).toEqual(["Adding documents"]);
    expect(text(".edition")[0]).toMatch(/^Version 2, verified on .*2026/);
    expect(text(".passage .banner")).toEqual([expect.stringMatching(/There is a newer one/)]);
  });

  test("of a page of a site leads to that page, in a tab of its own, and of all else nowhere", async () => {
    await open({ address: "https://shop.example/help" });
    await vi.waitFor(() => expect(text(".edition a")).toEqual(["Open the page"]));
    const link = root.querySelector<HTMLAnchorElement>(".edition a");
    expect([link?.href, link?.target]).toEqual(["https://shop.example/help", "_blank"]);
    expect(link?.relList.contains("noopener")).toBe(true);
    press("Back to the conversation");
    await vi.waitFor(() => expect(all(".passage")).toHaveLength(0));
    await open({ address: null });
    await vi.waitFor(() => expect(all(".edition")).toHaveLength(1));
    expect(all(".edition a")).toEqual([]);
  });

  test("of a removed document says that it is gone, and of no newer version", async () => {
    await open({ superseded: false, removed: true });
    await vi.waitFor(() => expect(text(".passage .banner")).toEqual([expect.stringMatching(/was removed since/)]));
  });

  test("of a plain text marks as exactly", async () => {
    await open({ text: "One *two* three", textStart: 0, start: 4, end: 9, mediaType: "text/plain", superseded: false });
    await shown(".page mark", ["*two*"]);
    expect(all(".passage .banner")).toEqual([]);
  });

  test("that can't be shown says so and can be tried again", async () => {
    await open({});
    await vi.waitFor(() => expect(all(".page")).toHaveLength(1));
    press("Back to the conversation");
    await vi.waitFor(() => expect(all(".passage")).toHaveLength(0));
    server.api.getCitedPassage = async () => {
      throw new Error("gone");
    };
    root.querySelector<HTMLElement>(".prose button.chip")?.click();
    await vi.waitFor(() => expect(text(".passage .state p")[0]).toMatch(/No connection/));
    server.api.getCitedPassage = async () => ({
      ...aCitation(1),
      start: 0,
      end: 1,
      version: 1,
      superseded: false,
      removed: false,
      address: null,
      mediaType: "text/plain",
      pages: null,
      readAt: "2026-10-20T12:00:00.000Z",
      verifiedAt: "2026-11-20T12:00:00.000Z",
      text: "x",
      textStart: 0,
    });
    press("Try again");
    await shown(".page mark", ["x"]);
  });

  test("Escape goes back to the answer first, and closes the panel after that", async () => {
    await open({});
    await vi.waitFor(() => expect(all(".passage")).toHaveLength(1));
    const pressEscape = () =>
      root.querySelector(".panel")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    pressEscape();
    await vi.waitFor(() => expect(all(".passage")).toHaveLength(0));
    expect(root.querySelector<HTMLElement>(".panel")?.hidden).toBe(false);
    pressEscape();
    await vi.waitFor(() => expect(root.querySelector<HTMLElement>(".panel")?.hidden).toBe(true));
  });
});

test("forgetting takes two presses, and leaves nothing", async () => {
  await answered("How?");
  await shown(".contact .plain", ["How?"]);
  press("More");
  await vi.waitFor(() => press("Forget this conversation"));
  await vi.waitFor(() => press("It can't be opened here again. Forget it?"));
  await shown(".contact .plain", []);
  expect(localStorage.length).toBe(0);
});

test("a page that the inbox does not know is told so, with nothing to press", async () => {
  server.failures.push("origin.not_allowed");
  panel.open();
  await vi.waitFor(() => expect(text(".state p")[0]).toMatch(/not set up for this page/));
  expect(all(".state button")).toEqual([]);
  expect(emit).toHaveBeenCalledWith("error", { code: "origin.not_allowed" });
});
