import { defaultAssistantSettings } from "@parley/contracts";
import type { Question } from "./answerer.ts";
import { type CitationFilter, createCitationFilter } from "./citation-filter.ts";
import { instructionsFor } from "./instructions.ts";
import { allowLinks, createLinkFilter } from "./link-filter.ts";
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
  let fromAccount = { results: 0, allows: (_: URL) => false };
  const isFromAccount = (address: URL) => {
    const results = toolbox?.results;
    if (results && results.size > fromAccount.results) {
      fromAccount = { results: results.size, allows: allowLinks([...results.values()], []) };
    }
    return fromAccount.allows(address);
  };
  const mayLead = (address: URL) => isGiven(address) || isFromAccount(address);
  const links = createLinkFilter(mayLead);
  // Read as it grows, since it may be asked for after each of thousands of chunks.
  const supportedLinks = createLinkFilter(mayLead);
  let supported = { length: 0, text: "" };
  return {
    push: (words) => links.push(filter.push(recital.push(words))),
    end: () => links.push(filter.push(recital.end()) + filter.end()) + links.end(),
    get text() {
      return links.text.trimEnd();
    },
    get supported() {
      const { supported: now } = filter;
      if (now.length > supported.length) {
        supportedLinks.push(now.slice(supported.length));
        supported = { length: now.length, text: supportedLinks.text };
      }
      return supported.text;
    },
    get cited() {
      return filter.cited;
    },
    get recites() {
      return recital.recites;
    },
  };
}
