// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createFakeServer } from "../testing/fake-server.ts";
import { countUnread, createSession, type Session } from "./session.ts";
import { createSessionStorage } from "./stored-session.ts";

const key = "pk_test";

beforeEach(() => localStorage.clear());

function begin(server = createFakeServer()) {
  const [onChange, emit] = [vi.fn(), vi.fn()];
  const { api, connect } = server;
  const storage = createSessionStorage(key);
  const session = createSession({ publishableKey: key, api, connect, storage, onChange, emit });
  return { server, session, onChange };
}

const texts = (session: Session) => session.state.messages.map(({ text }) => text);
const sent = (session: Session, count: number) => vi.waitFor(() => expect(session.state.messages).toHaveLength(count));

describe("before the first message", () => {
  test("nothing is asked of the server, and nothing is kept in the browser", async () => {
    const { server, session } = begin();
    session.resume();
    expect(server.visits).toEqual([]);
    session.begin();
    await vi.waitFor(() => expect(session.state.inbox?.greeting).toBe("Hello"));
    expect(server.conversations.size).toBe(0);
    expect(server.sockets).toHaveLength(0);
    expect(localStorage.length).toBe(0);
  });

  test("a visit that can't begin says why, and begins at the next attempt", async () => {
    const { server, session } = begin();
    server.failures.push("origin.not_allowed");
    session.begin();
    await vi.waitFor(() => expect(session.state.failure).toBe("origin.not_allowed"));
    session.begin();
    await vi.waitFor(() => expect(session.state).toMatchObject({ failure: undefined, inbox: { name: "Shop" } }));
  });
});

describe("sending", () => {
  test("a message shows at once and becomes the stored one, under the id that was chosen here", async () => {
    const { session } = begin();
    session.send("Hello");
    const [local] = session.state.local;
    expect(local).toMatchObject({ text: "Hello", status: "pending" });
    await sent(session, 1);
    expect(session.state.local).toEqual([]);
    expect(session.state.messages[0]?.id).toBe(local?.id);
    expect(JSON.parse(localStorage.getItem(`parley:${key}`) ?? "")).toMatchObject({ token: "token-1" });
  });

  test("messages written in a row arrive in that order, in one conversation", async () => {
    const { server, session } = begin();
    for (const text of ["one", "two", "three"]) session.send(text);
    await sent(session, 3);
    expect(texts(session)).toEqual(["one", "two", "three"]);
    expect(server.conversations.size).toBe(1);
    expect(server.visits).toHaveLength(1);
  });

  test("no message waits for a vote that gets no answer, and the next vote waits for it", async () => {
    const { server, session } = begin();
    session.send("one");
    await sent(session, 1);
    const asked: unknown[] = [];
    let answer = () => {};
    server.api.vote = (_token, _message, vote) => {
      asked.push(vote);
      return new Promise<void>((resolve) => {
        answer = resolve;
      });
    };
    const [message] = session.state.messages;
    if (!message) throw new Error("there is no message");
    void session.vote(message, "up");
    void session.vote(message, "down");
    session.send("two");
    await sent(session, 2);
    expect(asked).toEqual(["up"]);
    answer();
    await vi.waitFor(() => expect(asked).toEqual(["up", "down"]));
  });

  test("a message that failed is marked with the reason, and goes out again under the same id", async () => {
    const { server, session } = begin();
    session.send("first");
    await sent(session, 1);
    server.failures.push("rate.exceeded");
    session.send("second");
    await vi.waitFor(() => expect(session.state.local[0]).toMatchObject({ status: "failed", error: "rate.exceeded" }));
    const id = session.state.local[0]?.id;
    if (id) session.retry(id);
    await sent(session, 2);
    expect(session.state.messages[1]?.id).toBe(id);
  });

  test("a pause that the server asks for is counted down", () => {
    const { server, session, onChange } = begin();
    expect(session.state.wait).toBe(0);
    server.api.onWait?.(2);
    expect(session.state.wait).toBe(2);
    expect(onChange).toHaveBeenLastCalledWith(expect.objectContaining({ wait: 2 }));
  });

  test("a message whose id is taken goes out under another one", async () => {
    const { server, session } = begin();
    session.send("first");
    await sent(session, 1);
    server.failures.push("message.id_taken");
    session.send("second");
    await vi.waitFor(() => expect(session.state.local[0]?.status).toBe("failed"));
    const id = session.state.local[0]?.id;
    if (id) session.retry(id);
    await sent(session, 2);
    expect(session.state.messages[1]).toMatchObject({ text: "second" });
    expect(session.state.messages[1]?.id).not.toBe(id);
  });

  test("what failed for want of a connection goes out by itself when it is back, in order; what was taken away does not", async () => {
    const { server, session } = begin();
    session.send("zero");
    await sent(session, 1);
    server.failures.push("network", "network", "network");
    for (const text of ["one", "two", "three"]) session.send(text);
    await vi.waitFor(() =>
      expect(session.state.local.map(({ status }) => status)).toEqual(["failed", "failed", "failed"]),
    );
    const second = session.state.local[1]?.id;
    if (second) session.remove(second);
    dispatchEvent(new Event("online"));
    await sent(session, 3);
    expect(texts(session)).toEqual(["zero", "one", "three"]);
  });

  test("an expired token is renewed, as the same visitor, and the command repeated", async () => {
    const { server, session } = begin();
    session.send("one");
    await sent(session, 1);
    server.failures.push("auth.expired");
    session.send("two");
    await sent(session, 2);
    expect(server.visits).toEqual([undefined, "token-1"]);
    expect(session.state.local).toEqual([]);
  });

  test("a conversation that the server no longer knows is left, and the message goes into a new one", async () => {
    const { server, session } = begin();
    session.send("one");
    await sent(session, 1);
    server.conversations.clear();
    session.send("two");
    await vi.waitFor(() => expect(texts(session)).toEqual(["two"]));
  });

  test("a message appears once, however often the server tells of it", async () => {
    const { server, session } = begin();
    session.send("one");
    await sent(session, 1);
    const [listener] = server.only.listeners;
    listener?.onSubscribed?.({
      type: "subscribed",
      channel: `conversation:${server.only.conversation.id}`,
      conversation: server.only.conversation,
      messages: server.only.messages,
    });
    expect(texts(session)).toEqual(["one"]);
  });
});

describe("answers", () => {
  test("come word by word, and the stored message takes the draft's place", async () => {
    const { server, session } = begin();
    session.send("Question");
    await vi.waitFor(() => expect(server.only.listeners.size).toBe(1));
    server.write("run-1", "");
    expect(session.state.answer).toMatchObject({ text: "" });
    server.write("run-1", "An ans");
    expect(session.state.answer).toMatchObject({ text: "An ans" });
    server.say({ author: "assistant", text: "An answer.", runId: "run-1" as never });
    expect(session.state.answer).toBeUndefined();
    expect(texts(session)).toEqual(["Question", "An answer."]);
  });

  test("not a word of the assistant stays when a person takes over", async () => {
    const { server, session } = begin();
    session.send("Question");
    await vi.waitFor(() => expect(server.only.listeners.size).toBe(1));
    server.write("run-1", "Half an ans");
    server.say({ author: "system", notice: "taken_over" }, { status: "open", ownershipEpoch: 2 });
    expect(session.state.answer).toBeUndefined();
  });
});

describe("asking for a person", () => {
  test("works before the first message", async () => {
    const { session } = begin();
    session.handOff();
    await vi.waitFor(() => expect(session.state.conversation?.status).toBe("open"));
    expect(session.state.handOff).toBeUndefined();
  });

  test("says when it failed, and works at the next attempt", async () => {
    const { server, session } = begin();
    server.failures.push("internal");
    session.handOff();
    await vi.waitFor(() => expect(session.state.handOff).toBe("failed"));
    session.handOff();
    await vi.waitFor(() => expect(session.state.conversation?.status).toBe("open"));
  });
});

describe("after a reload", () => {
  async function reload() {
    const first = begin();
    first.session.send("one");
    await sent(first.session, 1);
    first.session.markSeen();
    first.session.end();
    return begin(first.server);
  }

  test("the conversation goes on, as the same visitor, and what came meanwhile counts as unread", async () => {
    const { server, session } = await reload();
    server.say({ author: "assistant", text: "two" });
    session.resume();
    await sent(session, 2);
    expect(server.visits).toEqual([undefined, "token-1"]);
    expect(countUnread(session.state)).toBe(1);
    session.markSeen();
    expect(countUnread(session.state)).toBe(0);
  });

  test("somebody whom the server no longer recognises begins anew", async () => {
    const { server, session } = await reload();
    server.becomeStranger();
    session.resume();
    await vi.waitFor(() => expect(session.state.inbox).toBeDefined());
    expect(session.state.messages).toEqual([]);
    expect(localStorage.length).toBe(0);
    session.send("new");
    await sent(session, 1);
    expect(server.conversations.size).toBe(2);
  });

  test("a conversation that is gone is forgotten", async () => {
    const { server, session } = await reload();
    server.conversations.clear();
    session.resume();
    await vi.waitFor(() => expect(localStorage.length).toBe(0));
    session.send("new");
    await sent(session, 1);
  });

  test("something foreign in the storage does no harm", () => {
    localStorage.setItem(`parley:${key}`, "{not json");
    const { server, session } = begin();
    session.resume();
    expect(server.visits).toEqual([]);
  });
});

describe("forgetting", () => {
  test("leaves nothing here, and the next message is a stranger's", async () => {
    const { server, session } = begin();
    session.send("one");
    await sent(session, 1);
    session.forget();
    expect(localStorage.length).toBe(0);
    expect(session.state).toMatchObject({ messages: [], conversation: undefined });
    session.send("two");
    await sent(session, 1);
    expect(server.visits).toEqual([undefined, undefined]);
    expect(server.conversations.size).toBe(2);
  });

  test("also while the token is being renewed: the token that comes then is not used", async () => {
    const { server, session } = begin();
    session.send("one");
    await sent(session, 1);
    const { startVisit } = server.api;
    const held = Promise.withResolvers<void>();
    server.api.startVisit = async (visit) => {
      if (visit.token) await held.promise;
      return startVisit(visit);
    };
    server.failures.push("auth.expired");
    session.send("two");
    await vi.waitFor(() => expect(server.failures).toEqual([]));
    session.forget();
    held.resolve();
    await vi.waitFor(() => expect(server.visits).toEqual([undefined, "token-1", undefined]));
    session.send("three");
    await sent(session, 1);
    expect(texts(session)).toEqual(["three"]);
    expect(JSON.parse(localStorage.getItem(`parley:${key}`) ?? "")).toMatchObject({ token: "token-3" });
  });
});
