import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatDollars } from "./budget-words.ts";

export type DailyCosts = { days: readonly string[]; spent: readonly number[]; large: readonly number[] };

const heightPx = 220;

/** Each day's spending as a bar, and what the large model would have cost as a line. The table beside it says the same. */
export function DailyPlot({ days, spent, large }: DailyCosts) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let plot: UPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new UPlot(
        optionsFor(element),
        [days.map((day) => Date.parse(day) / 1_000), spent.map(toDollars), large.map(toDollars)],
        element,
      );
    };
    draw();
    const sized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: heightPx }));
    sized.observe(element);
    // Its colours are drawn, so another look needs another drawing.
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", draw);
    const chosen = new MutationObserver(draw);
    chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      sized.disconnect();
      system.removeEventListener("change", draw);
      chosen.disconnect();
      plot?.destroy();
    };
  }, [days, spent, large]);
  return (
    <div
      ref={place}
      aria-hidden
      className="min-h-60 overflow-hidden [&_.u-legend]:!text-xs [&_.u-legend_tr:first-child:has(.u-value:empty)]:!hidden [&_tr:has(.u-value:empty)_th]:after:!content-none [&_.u-legend_th]:!font-medium [&_.uplot]:!font-sans"
    />
  );
}

const halfDay = 43_200;
const wholeDays = [1, 2, 5, 7, 14, 30, 60, 90].map((days) => days * 2 * halfDay);
const toDayName = (seconds: number) =>
  new Date(seconds * 1_000).toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const toDollars = (micros: number) => micros / 1_000_000;

function optionsFor(element: HTMLElement): UPlot.Options {
  const look = getComputedStyle(element);
  const color = (name: string) => look.getPropertyValue(`--parley-${name}`).trim();
  const font = `11px ${look.fontFamily}`;
  const axis = {
    stroke: color("text-muted"),
    font,
    grid: { stroke: color("border"), width: 1 },
    ticks: { show: false },
  };
  const money = (dollars: number | null) => (dollars === null ? "" : formatDollars(dollars * 1_000_000));
  const bars = UPlot.paths.bars?.({ size: [0.7, 36], align: 0 });
  return {
    width: element.clientWidth,
    height: heightPx,
    // The ledger's days are those of UTC.
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    padding: [12, 20, 0, 0],
    scales: {
      x: { range: (_plot, first, last) => [first - halfDay, last + halfDay] },
      y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [
      { ...axis, incrs: wholeDays, values: (_plot, ticks) => ticks.map(toDayName) },
      { ...axis, size: 64, values: (_plot, ticks) => ticks.map((tick) => money(tick)) },
    ],
    series: [
      { label: "Day", value: (_plot, seconds) => (seconds === null ? "" : toDayName(seconds)) },
      {
        label: "Spent",
        stroke: color("accent"),
        fill: color("accent"),
        value: (_plot, dollars) => money(dollars),
        points: { show: false },
        ...(bars && { paths: bars }),
      },
      {
        label: "Always the large model",
        stroke: color("warning"),
        width: 2,
        dash: [5, 4],
        value: (_plot, dollars) => money(dollars),
        points: { show: false },
      },
    ],
    legend: { show: true },
  };
}
