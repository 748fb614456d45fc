import type { Budget } from "@parley/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { ErrorNotice } from "../../errors/error-notice.tsx";
import { TextField } from "../../forms/field.tsx";
import { useTRPC, useTRPCClient } from "../../trpc.ts";
import type { BudgetState } from "./use-costs.ts";

type BudgetFormProps = { state: BudgetState; onClose: () => void };

const defaults = { cheaperAt: 80, builtInAt: 100, personAt: null } as const;
const fields = [
  ["cheaperAt", "Cheapest models only, from"],
  ["builtInAt", "Built-in answerer, from"],
  ["personAt", "To a person, from"],
] as const;

/** What may be spent in a month, and what happens as it is. */
export function BudgetForm({ state: { budget, unpriced }, onClose }: BudgetFormProps) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [error, setError] = useState<string>();
  const onSuccess = async () => {
    await queryClient.invalidateQueries(trpc.costs.pathFilter());
    onClose();
  };
  const save = useMutation({
    mutationFn: (input: Budget & { acceptUnpriced: boolean }) => client.costs.setBudget.mutate(input),
    onSuccess,
    // What is to be confirmed may have come since the page looked: nothing tells of it.
    onError: () => queryClient.invalidateQueries(trpc.costs.budget.queryFilter()),
  });
  const [isRemoving, setIsRemoving] = useState(false);
  const remove = useMutation({ mutationFn: () => client.costs.removeBudget.mutate(), onSuccess });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (save.isPending) return;
    const form = new FormData(event.currentTarget);
    const percentOf = (name: string) => (form.get(name) === "" ? null : Number(form.get(name)));
    const steps = {
      cheaperAt: percentOf("cheaperAt"),
      builtInAt: percentOf("builtInAt"),
      personAt: percentOf("personAt"),
    };
    const set = Object.values(steps).filter((percent) => percent !== null);
    const isInOrder = set.every((percent, index) => index === 0 || percent >= (set[index - 1] ?? 0));
    setError(isInOrder ? undefined : "A milder step can't begin after a harder one.");
    if (!isInOrder) return;
    const monthlyMicros = Math.round(Number(form.get("dollars")) * 1_000_000);
    save.mutate({ monthlyMicros, ...steps, acceptUnpriced: form.has("acceptUnpriced") });
  }

  const { dollars, ...known } = budget
    ? { dollars: budget.monthlyMicros / 1_000_000, ...budget }
    : { dollars: "", ...defaults };
  return (
    <form onSubmit={submit} aria-label="Budget" className="mt-4 max-w-110">
      {save.isError && <ErrorNotice error={save.error} className="mb-4" />}
      <TextField
        className="!mt-0"
        label="US dollars a month"
        name="dollars"
        type="number"
        inputMode="decimal"
        required
        autoFocus
        min={0.01}
        max={1_000_000}
        step={0.01}
        defaultValue={dollars}
        hint="Months are those of UTC. At 50, 80 and 100 % owners and admins get a mail."
      />
      <fieldset className="mt-4">
        <legend className="text-sm font-medium">What happens, in percent of it</legend>
        <div className="mt-2 grid gap-3 sm:grid-cols-3">
          {fields.map(([name, label]) => (
            <TextField
              key={name}
              className="!mt-0 flex flex-col justify-end"
              label={label}
              name={name}
              type="number"
              inputMode="numeric"
              min={1}
              max={100}
              step={1}
              placeholder="Never"
              defaultValue={known[name] ?? ""}
            />
          ))}
        </div>
        {error && (
          <p role="alert" className="mt-2 text-sm text-bad">
            {error}
          </p>
        )}
      </fieldset>
      {isRemoving && (
        <ConfirmDialog
          title="Remove the budget?"
          action="Remove"
          busyAction="Removing…"
          busy={remove.isPending}
          error={remove.isError && <ErrorNotice error={remove.error} />}
          onConfirm={() => remove.mutate()}
          onClosed={() => setIsRemoving(false)}
        >
          <p>From then on nothing limits what models may cost, and nobody is mailed.</p>
        </ConfirmDialog>
      )}
      {unpriced.length > 0 && (
        <label className="mt-4 flex cursor-pointer items-start gap-2.5 text-sm">
          <input type="checkbox" name="acceptUnpriced" required className="mt-0.5 size-4 shrink-0 accent-accent" />I
          know that this budget does not hold what has no price.
        </label>
      )}
      <div className="mt-5 flex flex-wrap gap-2">
        <Button type="submit" variant="primary" size="medium" busy={save.isPending}>
          {save.isPending ? "Saving…" : "Save the budget"}
        </Button>
        <Button size="medium" onClick={onClose}>
          Cancel
        </Button>
        {budget && (
          <Button size="medium" variant="quiet" onClick={() => setIsRemoving(true)}>
            Remove the budget
          </Button>
        )}
      </div>
    </form>
  );
}
