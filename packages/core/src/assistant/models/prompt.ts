import { defaultAssistantSettings } from "@parley/contracts";
import type { Question, Turn } from "../answerer.ts";
import { asData, instructionsFor } from "../instructions.ts";
import { withoutMarkers } from "../markers.ts";

/** Of what was said before: as many turns at most, and as much of each. */
const historyTurns = 8;
const turnLength = 1_500;

export type Prompt = { instructions: string; messages: { role: "user" | "assistant"; content: string }[] };

/** The question with its passages, in such a form that neither documents nor visitors can pass for anything else than they are. */
export function writePrompt(question: Question): Prompt {
  const passages = question.passages.map(({ title, headingPath, text }, index) => {
    const place = asData([title, ...headingPath].join(" > "))
      .replaceAll('"', "'")
      .replace(/\s+/g, " ");
    return `<passage number="${index + 1}" from="${place}">\n${asData(text)}\n</passage>`;
  });
  const asked = `<passages>\n${passages.join("\n")}\n</passages>\n\n<question>\n${asData(question.text)}\n</question>`;
  return {
    instructions: instructionsFor(question.settings ?? defaultAssistantSettings),
    messages: alternating([...question.history.slice(-historyTurns).map(toMessage), user(asked)]),
  };
}

const user = (content: string) => ({ role: "user" as const, content });

function toMessage({ author, text }: Turn): Prompt["messages"][number] {
  const short = text.slice(0, turnLength).toWellFormed();
  if (author === "contact") return user(asData(short));
  return { role: "assistant", content: asData(withoutMarkers(short)) };
}

/** Some servers insist that a user begins and that the two take turns. */
function alternating(messages: Prompt["messages"]): Prompt["messages"] {
  const result: Prompt["messages"] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (last?.role === message.role) last.content += `\n\n${message.content}`;
    else if (last || message.role === "user") result.push({ ...message });
  }
  return result;
}
