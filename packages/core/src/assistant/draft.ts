import type { PassingEvent } from "@parley/contracts";
import type { EventLog } from "@parley/platform/event-log/event-log";
import type { Logger } from "@parley/platform/log";
import type { Claim } from "./claim-run.ts";

/** The answer in the making, as those who look on see it. It may lose words; the message that follows has them all. */
export type Draft = {
  append(text: string): void;
  /** Nothing is published after this but what is on its way already. */
  close(): void;
};

/** Words that come within this time go together. */
const intervalMs = 40;
/** After this the answer is told from its beginning again, for those who came late or missed a part. */
const anewMs = 1_000;

/** Says that an answer has been begun, and publishes its words as they are appended. */
export function openDraft(eventLog: Pick<EventLog, "publish">, claim: Claim, logger: Logger): Draft {
  const { tenantId, runId, conversationId, ownershipEpoch, leaseToken } = claim;
  let text = "";
  let sent = 0;
  let anewAt = 0;
  let events = 0;
  let closed = false;
  let publishing = tell({ type: "run.started", runId, conversationId, ownershipEpoch });
  let pumping = false;

  async function tell(event: PassingEvent): Promise<void> {
    try {
      await eventLog.publish([{ id: `${runId}.${leaseToken.slice(0, 8)}.${events++}`, tenantId, event }]);
    } catch (error) {
      anewAt = 0;
      logger.debug({ err: error }, "words of an answer not published");
    }
  }

  async function pump(): Promise<void> {
    await publishing;
    while (!closed && sent < text.length) {
      const now = performance.now();
      const offset = now < anewAt ? sent : 0;
      if (offset === 0) anewAt = now + anewMs;
      sent = text.length;
      publishing = tell({
        type: "answer.delta",
        runId,
        conversationId,
        ownershipEpoch,
        offset,
        text: text.slice(offset),
      });
      await publishing;
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
    pumping = false;
  }

  return {
    append(more) {
      if (more === "") return;
      text += more;
      if (pumping) return;
      pumping = true;
      void pump();
    },
    close() {
      closed = true;
    },
  };
}
