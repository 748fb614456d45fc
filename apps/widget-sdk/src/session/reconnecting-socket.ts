export type ReconnectingSocketOptions = {
  WebSocket?: new (url: string) => WebSocket;
  /** In milliseconds, after the first break; each following one is longer by the factor, up to the maximum. */
  minReconnectionDelay: number;
  maxReconnectionDelay: number;
  reconnectionDelayGrowFactor: number;
  /** In milliseconds, until an attempt counts as failed. */
  connectionTimeout: number;
};

type ReconnectingSocket = {
  onopen?: () => void;
  onmessage?: (event: MessageEvent) => void;
  onclose?: () => void;
  readonly readyState: number;
  send(data: string): void;
  /** Lets go of the socket, which may be dead without knowing it, and opens another. */
  reconnect(): void;
  close(): void;
};

/** A socket that stays open for so long was worth opening: after its break all begins anew. */
const worthwhileMs = 5_000;
const closedState = 3;

/**
 * As much of partysocket as the realtime client uses, to be called with `new` like that one. The widget's build puts it in its
 * place: partysocket is a tenth of what the widget may weigh.
 *
 * @param address where to connect, asked before every attempt; a rejection is a failed attempt
 */
// biome-ignore lint/style/noDefaultExport: it stands in for a package that exports itself so
export default function reconnectingSocket(
  address: () => Promise<string>,
  _protocols: readonly string[],
  options: ReconnectingSocketOptions,
): ReconnectingSocket {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  /** Tells an attempt that was given up from the current one. */
  let attempt = 0;

  function connect(): void {
    const { minReconnectionDelay, maxReconnectionDelay, reconnectionDelayGrowFactor } = options;
    const delay = Math.min(minReconnectionDelay * reconnectionDelayGrowFactor ** (failures - 1), maxReconnectionDelay);
    timer = setTimeout(() => void open(), failures && delay);
  }

  async function open(): Promise<void> {
    const own = attempt;
    const ifCurrent = (work: () => void) => () => own === attempt && work();
    const fail = ifCurrent(() => {
      failures++;
      self.close();
      connect();
    });
    timer = setTimeout(fail, options.connectionTimeout);
    try {
      const url = await address();
      if (own !== attempt) return;
      const opened = new (options.WebSocket ?? WebSocket)(url);
      socket = opened;
      opened.onopen = ifCurrent(() => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          failures = 0;
        }, worthwhileMs);
        self.onopen?.();
      });
      opened.onmessage = (event) => ifCurrent(() => self.onmessage?.(event))();
      opened.onclose = fail;
    } catch {
      // No address, no socket: as if the connection had failed.
      fail();
    }
  }

  const self: ReconnectingSocket = {
    get readyState() {
      return socket?.readyState ?? closedState;
    },
    send(data) {
      socket?.send(data);
    },
    reconnect() {
      failures = 0;
      self.close();
      connect();
    },
    close() {
      attempt++;
      clearTimeout(timer);
      socket?.close();
      socket = undefined;
      self.onclose?.();
    },
  };
  connect();
  return self;
}
