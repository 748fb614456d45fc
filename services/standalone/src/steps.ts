/** Says what happens while it happens: a line a step, with the seconds that it took. */
export function createSteps(write: (line: string) => void) {
  const started = performance.now();
  const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
  return {
    async run<T>(what: string, work: () => Promise<T>): Promise<T> {
      const since = performance.now();
      const result = await work();
      write(`  ✓ ${what.padEnd(52)} ${seconds(since).padStart(7)}`);
      return result;
    },
    total: () => seconds(started),
  };
}
