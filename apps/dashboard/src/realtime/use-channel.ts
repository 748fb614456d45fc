import type { ChannelListener } from "@parley/client";
import type { Channel } from "@parley/contracts";
import { useEffect, useEffectEvent } from "react";
import { useRealtime } from "./realtime-provider.tsx";

/** Hears a channel while the component is shown; none, while `channel` is undefined. */
export function useChannel(channel: Channel | undefined, listener: ChannelListener): void {
  const { client } = useRealtime();
  const after = useEffectEvent(() => listener.after?.() ?? 0);
  const onSubscribed = useEffectEvent<NonNullable<ChannelListener["onSubscribed"]>>((frame) =>
    listener.onSubscribed?.(frame),
  );
  const onEvent = useEffectEvent<NonNullable<ChannelListener["onEvent"]>>((event, frame) =>
    listener.onEvent?.(event, frame),
  );
  useEffect(() => {
    if (!client || !channel) return;
    return client.subscribe(channel, {
      after: () => after(),
      onSubscribed: (frame) => onSubscribed(frame),
      onEvent: (event, frame) => onEvent(event, frame),
    });
  }, [client, channel]);
}
