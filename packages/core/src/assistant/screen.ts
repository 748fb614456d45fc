import { defaultAssistantSettings } from "@parley/contracts";
import type { Question } from "./answerer.ts";
import { type CitationFilter, createCitationFilter } from "./citation-filter.ts";
import { instructionsFor } from "./instructions.ts";
import { allowLinks, createLinkFilter, filterLinks } from "./link-filter.ts";
import { createRecitalWatch } from "./recital-watch.ts";

/** What of an answer gets through: nothing that only the model was told, no citation that does not hold, no link that nobody gave. */
export type Screen = Pick<CitationFilter, "push" | "end" | "text" | "supported" | "cited"> & { recites: boolean };

export function createScreen({
  text,
  history,
  passages,
  settings = defaultAssistantSettings,
  toolbox,
  accountLabel = "",
}: Question): Screen {
  const given = passages.flatMap((passage) => [passage.text, passage.title, passage.path, ...passage.headingPath]);
  const said = history.filter(({ author }) => author === "contact").map((turn) => turn.text);
  const recital = createRecitalWatch(instructionsFor(settings), [text, ...said, ...given]);
  const account = toolbox && { results: toolbox.results, label: accountLabel };
  const filter = createCitationFilter(
    passages.map((_, index) => index + 1),
    account,
  );
  const isGiven = allowLinks(given, settings.linkHosts);
  const mayLead = (address: URL) => isGiven(address) || allowLinks([...(toolbox?.results.values() ?? [])], [])(address);
  const links = createLinkFilter(mayLead);
  return {
    push: (words) => links.push(filter.push(recital.push(words))),
    end: () => links.push(filter.push(recital.end()) + filter.end()) + links.end(),
    get text() {
      return filterLinks(filter.text, mayLead);
    },
    get supported() {
      return filterLinks(filter.supported, mayLead);
    },
    get cited() {
      return filter.cited;
    },
    get recites() {
      return recital.recites;
    },
  };
}
