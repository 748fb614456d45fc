import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { TextField } from "../../forms/field.tsx";
import { type Days, describeWrongDays, lastDays, monthAround } from "./costs-search.ts";

/** Which time is looked at: a month, the last days, or from one day to another. */
export function PeriodForm({ days, now }: { days: Days; now: Date }) {
  const navigate = useNavigate({ from: "/costs" });
  const [entered, setEntered] = useState(days);
  const [error, setError] = useState<string>();
  const [shown, setShown] = useState(days);
  if (shown.from !== days.from || shown.until !== days.until) {
    setShown(days);
    setEntered(days);
    setError(undefined);
  }
  const choices = [
    ["This month", monthAround(now)],
    ["Last month", monthAround(now, 1)],
    ["7 days", lastDays(now, 7)],
    ["90 days", lastDays(now, 90)],
  ] as const;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const wrong = describeWrongDays(entered);
    setError(wrong);
    if (!wrong) void navigate({ search: entered });
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
      <form onSubmit={submit} aria-label="From one day to another" noValidate className="max-sm:w-full">
        <div className="flex flex-wrap items-end gap-3">
          <TextField
            className="!mt-0 min-w-36 flex-1 sm:flex-none"
            label="From"
            type="date"
            value={entered.from}
            onChange={({ target }) => setEntered({ ...entered, from: target.value })}
          />
          <TextField
            className="!mt-0 min-w-36 flex-1 sm:flex-none"
            label="Until"
            type="date"
            value={entered.until}
            onChange={({ target }) => setEntered({ ...entered, until: target.value })}
          />
          <Button type="submit" size="medium">
            Show
          </Button>
        </div>
        {error && (
          <p role="alert" className="mt-2 text-sm text-bad">
            {error}
          </p>
        )}
      </form>
    </div>
  );
}
