import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../trpc.ts";

/** Whether a removal waits until it is published. */
export function useIsChecked(): boolean {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.knowledgeTests.changes.mode.queryOptions());
  return data !== undefined && data !== "off";
}

type RemovalCheckProps = { atOnce: boolean; onChange: (atOnce: boolean) => void };

/** Says that a removal waits to be published, and lets it not. */
export function RemovalCheck({ atOnce, onChange }: RemovalCheckProps) {
  return (
    <div className="mt-3 text-sm">
      <p>It waits under Tests, Changes, until it is published: there you see which answers change with it.</p>
      <label className="mt-2 flex cursor-pointer items-start gap-2.5">
        <input
          type="checkbox"
          checked={atOnce}
          onChange={({ target }) => onChange(target.checked)}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span>Remove it at once, without a check</span>
      </label>
    </div>
  );
}
