import type { ClientFrame, ServerFrame } from "@parley/contracts";

/** Every socket that was opened since `reset`, oldest first. */
export class FakeSocket extends EventTarget {
  static opened: FakeSocket[] = [];
  static get last(): FakeSocket {
    const last = FakeSocket.opened.at(-1);
    if (!last) throw new Error("no socket was opened");
    return last;
  }

  readyState = 0;
  binaryType = "blob";
  readonly url: string;
  readonly sent: ClientFrame[] = [];

  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.opened.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  /** The server accepts the socket. */
  open(): this {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
    return this;
  }

  /** The server sends something. */
  receive(...frames: ServerFrame[]): void {
    for (const frame of frames) this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }

  /** The server, or the network, ends it. */
  drop(code = 1006): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code, reason: "" }));
  }
}
