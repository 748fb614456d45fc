import type { ApiKeyScope } from "@parley/contracts";
import type { ZodType } from "zod";
import { Problem, TooLong } from "./shapes.ts";

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});

/**
 * What every route of /v1 says of itself, and what its answers may be.
 *
 * @param route.takes the schemas of its parameters
 * @param route.isOne it answers with one thing, which may not be there
 * @param route.refusals what else it may answer with, by status, in words
 */
export function describeRoute<
  Answer extends ZodType,
  Takes extends { params?: ZodType; querystring?: ZodType; body?: ZodType },
>(route: {
  id: string;
  summary: string;
  tag: string;
  scope: ApiKeyScope;
  takes: Takes;
  answer: Answer;
  answerIs: string;
  isOne?: boolean;
  refusals?: Readonly<Record<number, string>>;
}) {
  const { id, summary, tag, scope, takes, answer, answerIs, isOne = false, refusals = {} } = route;
  return {
    config: { scope },
    schema: {
      operationId: id,
      summary,
      description: `For keys with the scope \`${scope}\`.`,
      tags: [tag],
      security: [{ apiKey: [] }],
      ...takes,
      response: {
        200: { description: answerIs, content: { "application/json": { schema: answer } } },
        400: problem("The request is not as described"),
        401: problem("No API key, or one that is not good"),
        403: problem("The key does not have the scope"),
        ...(isOne && { 404: problem("There is no such thing in this workspace") }),
        405: problem("Another method than this address has; `Allow` names them"),
        ...Object.fromEntries(Object.entries(refusals).map(([status, words]) => [status, problem(words)])),
        429: problem("Too many requests; `Retry-After` says when to come back"),
        431: {
          description:
            "The address or a header is too long: 16 KB altogether. Told before it is known what was asked for",
          content: { "application/json": { schema: TooLong } },
        },
        500: problem("A fault of ours"),
        503: problem("Busy: try again, not before `Retry-After`"),
      },
    },
  };
}
