import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../forms/field.tsx";
import { type Days, lastDays, monthAround, parseCostsSearch } from "./costs-search.ts";

/** Which time is looked at: a month, the last days, or from one day to another. */
export function PeriodForm({ days, now }: { days: Days; now: Date }) {
  const navigate = useNavigate({ from: "/costs" });
  const choices = [
    ["This month", monthAround(now)],
    ["Last month", monthAround(now, 1)],
    ["7 days", lastDays(now, 7)],
    ["90 days", lastDays(now, 90)],
  ] as const;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    void navigate({ search: parseCostsSearch(Object.fromEntries(new FormData(event.currentTarget))) });
  }

  return (
    <div className="flex flex-wrap items-end gap-x-5 gap-y-3">
      <fieldset className="flex flex-wrap gap-0.5 rounded-xl bg-sunken p-1">
        <legend className="sr-only">Time</legend>
        {choices.map(([label, choice]) => {
          const isChosen = choice.from === days.from && choice.until === days.until;
          return (
            <button
              key={label}
              type="button"
              aria-pressed={isChosen}
              onClick={() => void navigate({ search: choice })}
              className="flex h-8 items-center rounded-lg px-3 text-sm font-medium text-ink-soft transition-colors hover:text-ink aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-xs"
            >
              {label}
            </button>
          );
        })}
      </fieldset>
      <form onSubmit={submit} key={`${days.from} ${days.until}`} className="flex flex-wrap items-end gap-3">
        <TextField className="!mt-0" label="From" name="from" type="date" required defaultValue={days.from} />
        <TextField className="!mt-0" label="Until" name="until" type="date" required defaultValue={days.until} />
        <Button type="submit" size="medium">
          Show
        </Button>
      </form>
    </div>
  );
}
