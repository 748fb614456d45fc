import { Sparkles } from "lucide-react";
import { Markdown } from "../../components/markdown.tsx";
import { SettingsSection } from "../settings/settings-page.tsx";

type GuidancePreviewProps = { name: string; unknownText: string; guidance: string };

const ownWords =
  "I couldn't find the answer to that in what I know, and I won't guess. Would you like to talk to a person?";

/** What visitors will see of it, and how the guidance reads. */
export function GuidancePreview({ name, unknownText, guidance }: GuidancePreviewProps) {
  return (
    <SettingsSection title="Preview">
      <p className="flex items-center gap-2 text-sm font-medium">
        <span aria-hidden className="grid size-6 place-items-center rounded-full bg-accent-soft text-accent-ink">
          <Sparkles className="size-3.5" />
        </span>
        <span dir="auto" className="wrap-anywhere">
          {name.trim() || "The inbox's name for it"}
        </span>
      </p>
      <div className="mt-2 rounded-card bg-sunken px-3.5 py-2.5 text-sm wrap-anywhere">
        <Markdown source={unknownText.trim() || ownWords} />
      </div>
      {guidance.trim() && (
        <>
          <h3 className="mt-4 text-xs text-ink-soft">The guidance, as it reads</h3>
          <section
            aria-label="The guidance, as it reads"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: long guidance can be scrolled with the keys
            tabIndex={0}
            className="mt-1.5 max-h-80 overflow-y-auto text-sm wrap-anywhere"
          >
            <Markdown source={guidance} />
          </section>
        </>
      )}
    </SettingsSection>
  );
}
