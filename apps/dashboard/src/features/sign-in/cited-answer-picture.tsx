import { FileText, Sparkles } from "lucide-react";

/** What Parley is about, as a picture: a question, its answer, and the passage that the answer rests on. */
export function CitedAnswerPicture() {
  return (
    <div aria-hidden className="hidden items-center justify-center overflow-hidden bg-canvas p-12 lg:flex">
      <div className="w-full max-w-120 space-y-5">
        <p className="w-fit max-w-[80%] rounded-bubble rounded-es-md border border-line bg-surface px-4 py-2.5 shadow-xs">
          Can I return boots that I have worn once?
        </p>
        <div className="ms-auto w-fit max-w-[88%] rounded-bubble rounded-ee-md bg-accent-soft px-4 py-3">
          <p className="mb-1 flex items-center gap-1.5 text-xs font-semibold text-accent-ink">
            <Sparkles className="size-3.5" /> Assistant
          </p>
          <p>
            Yes. Worn goods can be returned within 30 days, and the refund is made within five working days.
            <span className="citation-chip ms-1">1</span>
          </p>
        </div>
        <div className="rounded-card border border-line bg-raised p-5 shadow-lg">
          <p className="flex items-center gap-2 text-sm font-semibold">
            <FileText className="size-4 text-accent" /> Returns and refunds
            <span className="ms-auto text-xs font-normal text-ink-soft">Version 3</span>
          </p>
          <p className="mt-3 text-sm leading-relaxed text-ink-soft">
            Send goods back in their box.{" "}
            <span className="rounded-xs bg-mark text-mark-ink">
              Goods that were worn once or twice may be returned within 30 days
            </span>{" "}
            of delivery.{" "}
            <span className="rounded-xs bg-mark text-mark-ink">We refund the price within five working days</span> of
            their arrival.
          </p>
        </div>
        <p className="pt-2 text-center text-sm text-ink-soft">
          An example. Every answer opens the very passage that it rests on.
        </p>
      </div>
    </div>
  );
}
