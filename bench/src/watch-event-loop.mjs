// Loaded into a process that is measured (`node --import`): at SIGWINCH, which ends nothing, it writes how late its event loop was since the last time.
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

if (isMainThread && process.env.BENCH_EVENT_LOOP_FILE) {
  const resolutionMs = 1;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  process.on("SIGWINCH", () => {
    // What the timer itself takes is part of what is measured: it is no delay.
    const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
    writeFileSync(
      process.env.BENCH_EVENT_LOOP_FILE,
      JSON.stringify({ p99Ms: ms(delay.percentile(99)), maxMs: ms(delay.max), samples: delay.count }),
    );
    delay.reset();
  });
}
