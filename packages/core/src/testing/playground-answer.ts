/** What the playground answers in the end. @throws as the parts do */
export async function answerOf<Answer>(parts: AsyncIterable<{ answer?: Answer | undefined }>): Promise<Answer> {
  let last: { answer?: Answer | undefined } | undefined;
  for await (const part of parts) last = part;
  if (!last?.answer) throw new Error("the playground told no answer");
  return last.answer;
}
