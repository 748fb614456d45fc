// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createParley } from "./create-parley.ts";
import type { PanelModule } from "./panel/mount-panel.tsx";

const options = { key: "pk_test", api: "http://localhost:3001" };

beforeEach(() => {
  document.body.replaceChildren();
  localStorage.clear();
});

function create() {
  const panel = { open: vi.fn(), close: vi.fn(), toggle: vi.fn(), end: vi.fn() };
  const mountPanel = vi.fn<PanelModule["mountPanel"]>(() => panel);
  const load = vi.fn(async (_attempt: number): Promise<PanelModule> => ({ mountPanel }));
  return { parley: createParley(load), panel, mountPanel, load };
}

const hosts = () => [...document.querySelectorAll("parley-widget")];
const button = () => hosts()[0]?.shadowRoot?.querySelector("button") as HTMLButtonElement;

test("nothing happens before boot", () => {
  const { parley, load } = create();
  parley.open();
  parley.close();
  parley.show();
  parley.hide();
  parley.shutdown();
  expect(hosts()).toEqual([]);
  expect(load).not.toHaveBeenCalled();
});

describe("boot", () => {
  test("puts one element on the page, with everything in its shadow, and keeps nothing", async () => {
    const { parley } = create();
    const ready = vi.fn();
    parley.on("ready", ready);
    parley.boot(options);
    await vi.waitFor(() => expect(ready).toHaveBeenCalledOnce());
    expect(document.body.children).toHaveLength(1);
    expect(button().ariaLabel).toBe("Open chat");
    expect(localStorage.length).toBe(0);
    expect(document.cookie).toBe("");
  });

  test("twice is once", async () => {
    const { parley, mountPanel } = create();
    parley.boot(options);
    parley.boot({ ...options });
    parley.open();
    await vi.waitFor(() => expect(mountPanel).toHaveBeenCalled());
    expect(hosts()).toHaveLength(1);
    expect(mountPanel).toHaveBeenCalledOnce();
  });

  test("with another key takes the first widget's place", async () => {
    const { parley, panel } = create();
    parley.boot(options);
    parley.boot({ ...options, key: "pk_other" });
    await vi.waitFor(() => expect(panel.end).toHaveBeenCalledWith(false));
    expect(hosts()).toHaveLength(1);
  });

  test("shows a tenant's accent at once", () => {
    const { parley } = create();
    parley.boot({ ...options, accent: "#ffcc00" });
    expect(button().style.background).toBe("#ffcc00");
  });
});

test("a press on the launcher opens the panel, as soon as it is there", async () => {
  const { parley, panel } = create();
  parley.boot(options);
  button().click();
  await vi.waitFor(() => expect(panel.toggle).toHaveBeenCalledOnce());
});

test("hide takes everything off the page and show brings the same back", () => {
  const { parley } = create();
  parley.boot(options);
  const [host] = hosts();
  parley.hide();
  expect(hosts()).toEqual([]);
  parley.show();
  expect(hosts()).toEqual([host]);
});

test("shutdown takes everything off the page, has the panel forget, and boot begins anew", async () => {
  const { parley, panel } = create();
  parley.boot(options);
  const [host] = hosts();
  parley.shutdown();
  await vi.waitFor(() => expect(panel.end).toHaveBeenCalledWith(true));
  expect(hosts()).toEqual([]);
  parley.boot(options);
  expect(hosts()).toHaveLength(1);
  expect(hosts()[0]).not.toBe(host);
});

test("a panel that could not be loaded is said, and loaded anew at the next press", async () => {
  const { parley, panel, load } = create();
  const codes: string[] = [];
  parley.on("error", ({ code }) => codes.push(code));
  load.mockRejectedValueOnce(new Error("offline"));
  parley.boot(options);
  await vi.waitFor(() => expect(codes).toEqual(["widget.not_loaded"]));
  expect(button().ariaLabel).toMatch(/failed to load/);
  button().click();
  await vi.waitFor(() => expect(panel.toggle).toHaveBeenCalledOnce());
  expect(load.mock.calls).toEqual([[0], [1]]);
});

test("a listener hears what it asked for until it is taken away", async () => {
  const { parley, mountPanel } = create();
  parley.boot(options);
  await vi.waitFor(() => expect(mountPanel).toHaveBeenCalled());
  const { emit } = mountPanel.mock.calls[0]?.[0] ?? {};
  const counts: number[] = [];
  const off = parley.on("unread", (count) => counts.push(count));
  emit?.("unread", 2);
  emit?.("open", undefined);
  await Promise.resolve();
  off();
  emit?.("unread", 3);
  await Promise.resolve();
  expect(counts).toEqual([2]);
});
