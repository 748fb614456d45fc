import { setTimeout as wait } from "node:timers/promises";
import { httpToolLimits } from "@parley/contracts";
import type { Circuit, Pass } from "@parley/platform/http/circuit";
import { isStepCount, jsonSchema, type LanguageModelUsage, streamText, type ToolSet, tool } from "ai";
import * as z from "zod";
import type { ModelRequest, OpenRequest } from "../../costs/meter.ts";
import type { Ending, Question, Tried, Usage, WriteOptions } from "../answerer.ts";
import { createBreath } from "../breath.ts";
import { noAnswer } from "../instructions.ts";
import { handOffTool, mayHandOff } from "../tools/hand-off-tool.ts";
import type { Connection } from "./connection.ts";
import { describeFailure, type Failure } from "./describe-failure.ts";
import { isToThinkLittle, openModel } from "./open-model.ts";
import { type Prompt, writePrompt } from "./prompt.ts";

// Its warnings would go to the console.
globalThis.AI_SDK_LOG_WARNINGS = false;

const defaultRetryDelaysMs = [500, 2_000];
/** A provider that asks for more patience than this has none of ours: another one is asked, or the visitor is told. */
const longestDelayMs = 5_000;
const unknownUsage: Usage = { inputTokens: null, cachedTokens: null, outputTokens: null };
const noUsage: Usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
/** What may come in one request at most, in UTF-16 code units: far more than an answer takes, also one whose model thinks or looks things up. */
const longest = { words: 64_000, thoughts: 100_000, arguments: 32_000 };
/** What begins a citation: words that have one are no mere announcement. */
const beginsCitation = /[[【]\s*\d/;
const leftAlone = "the provider failed again and again, and is left alone for a while";

type Asked = Connection & {
  model: string;
  request: ModelRequest;
  keyName?: string;
  circuit: Circuit;
  retryDelaysMs?: readonly number[];
};
type StreamEnd = { usage: Usage } & ({ complete: true; handsOff: boolean } | { complete: false; failure: Failure });

/**
 * One answer of the model, word by word. A provider that fails before the first word is asked again after a while; after it, what
 * came is all there is.
 */
export async function* writeAnswer(
  options: Asked,
  question: Question,
  limits: WriteOptions,
): AsyncGenerator<string, Ending> {
  const delays = options.retryDelaysMs ?? defaultRetryDelaysMs;
  const { settings, toolbox } = question;
  const prompt = { ...writePrompt(question), mayHandOff: mayHandOff(settings), toolbox };
  const deadline = AbortSignal.timeout(limits.timeoutMs);

  for (let attempt = 0; ; attempt++) {
    const { end, said } = yield* request(options, prompt, { ...limits, deadline });
    if (end.complete && end.handsOff) return { how: "hands_off", reason: null };
    if (said === "declined") return { how: "declined", reason: null };
    if (end.complete) return { how: "complete", reason: null };

    const { reason, retryAfterMs } = end.failure;
    const backoffMs = delays[attempt];
    const givenUp: Ending = { how: "cut_off", reason };
    if (said === "something" || retryAfterMs === undefined || backoffMs === undefined) return givenUp;
    // A timer may go off a little early, and the circuit would not let the request through yet.
    const delayMs = Math.max(backoffMs * (0.75 + Math.random() / 2), Math.ceil(retryAfterMs) + 1);
    if (delayMs > longestDelayMs) return givenUp;
    await wait(delayMs, undefined, { signal: limits.signal });
    toolbox?.begin();
  }
}

type Asking = Prompt & { mayHandOff: boolean; toolbox: Question["toolbox"] };
type Said = "nothing" | "something" | "declined";
type Limits = WriteOptions & { deadline: AbortSignal };

type Ended = { end: StreamEnd; said: Said };

/** One request: it is let through or not, its words are looked at, and how it went is told, however it ends. */
async function* request(options: Asked, prompt: Asking, limits: Limits): AsyncGenerator<string, Ended> {
  const { circuit } = options;
  const pass = circuit.admit();
  if (!pass) {
    limits.onTried({ id: null, how: "cut_off", reason: leftAlone });
    const failure: Failure = { reason: leftAlone, retryAfterMs: undefined, isProvidersFault: false, isRefused: true };
    return { end: { complete: false, failure, usage: noUsage }, said: "nothing" };
  }
  let open: OpenRequest | undefined;
  let ended: Ended | undefined;
  try {
    open = await limits.meter.begin(options.request);
    const parts = streamParts(options, prompt, limits, open);
    ended = yield* unlessDeclined(parts, prompt.toolbox !== undefined);
    return ended;
  } finally {
    tellCircuit(pass, ended?.end);
    if (open && ended) open.end(ended.end.usage);
    if (open) limits.onTried({ id: open.id, ...outcomeOf(ended) });
  }
}

function tellCircuit(pass: Pass, end: StreamEnd | undefined): void {
  if (!end) pass.calledOff();
  else if (end.complete) pass.succeeded();
  else if (end.failure.isProvidersFault) pass.failed(end.failure.retryAfterMs);
  else pass.calledOff();
}

function outcomeOf(ended: Ended | undefined): Omit<Tried, "id"> {
  if (!ended) return { how: "called_off", reason: null };
  if (ended.end.complete && ended.end.handsOff) return { how: "hands_off", reason: null };
  if (ended.said === "declined") return { how: "declined", reason: null };
  if (ended.end.complete) return { how: "complete", reason: null };
  return { how: "cut_off", reason: ended.end.failure.reason };
}

/** What comes of a request: words, that the model looks something up, and the end of a step, behind which it goes on with what it found. */
type Part = { type: "words"; words: string } | { type: "call" } | { type: "step_end" };

const beginStep = () => ({ held: "", beginning: "", tail: "", isPassing: false, isDeclined: false, calls: false });

/**
 * Passes words on, once it is clear that they aren't the model's word for having no answer. Of one that may look things up, words wait for
 * their first citation as well: what it says before a call announces the call, and is no part of the answer.
 */
async function* unlessDeclined(
  parts: AsyncGenerator<Part, StreamEnd>,
  mayLookUp: boolean,
): AsyncGenerator<string, Ended> {
  let hasPassed = false;
  let step = beginStep();
  const pass = (words: string) => {
    const gap = hasPassed ? "\n\n" : "";
    hasPassed = true;
    step.isPassing = true;
    return gap + words;
  };
  await using reading = parts;
  for (;;) {
    const { value, done } = await reading.next();
    if (done) {
      const said = step.isDeclined ? "declined" : hasPassed ? "something" : "nothing";
      if (value.complete && !step.isPassing && !step.isDeclined && step.held !== "") yield pass(step.held);
      return { end: value, said };
    }
    if (value.type === "call") {
      step = { ...beginStep(), calls: true };
    } else if (value.type === "step_end") {
      if (step.calls) step = beginStep();
    } else if (step.isPassing) {
      yield value.words;
    } else if (!step.isDeclined && !step.calls) {
      const { words } = value;
      step.held += words;
      step.beginning += step.beginning === "" ? words.replace(/^[^\p{L}\p{N}]+/u, "") : words;
      // What came just before is looked at again, for it may have been cut in between.
      const isCited = beginsCitation.test(step.tail + words);
      step.tail = (step.tail + words).slice(-8);
      if (step.beginning.startsWith(noAnswer)) step.isDeclined = true;
      else if (!noAnswer.startsWith(step.beginning) && (!mayLookUp || isCited)) yield pass(step.held);
    }
  }
}

/** What comes of one request, and how it ended. Every failure is an ending; only `signal` throws. */
async function* streamParts(
  { model, keyName, ...connection }: Asked,
  { instructions, messages, ...given }: Asking,
  { signal, deadline, timeoutMs, idleTimeoutMs }: Limits,
  open: Pick<OpenRequest, "hear" | "sendAgain" | "end">,
): AsyncGenerator<Part, StreamEnd> {
  const request = new AbortController();
  const silence = setTimeout(() => request.abort(), idleTimeoutMs);
  const beganAt = performance.now();
  let usage = unknownUsage;
  /** Of the steps that came to their end; null before the first one. */
  let ofSteps: Usage | null = null;
  let steps = 0;
  /** What the next step is sent beyond what this one was. */
  let forNext = "";
  let heardNothing = true;
  let handsOff = false;
  const left = { ...longest };
  const breathe = createBreath();
  /** @returns whether it is more than may come */
  const hear = (what: keyof typeof left, text: string): boolean => {
    heardNothing = false;
    open.hear(text);
    left[what] -= text.length;
    return left[what] < 0;
  };
  const failed = (error: unknown): StreamEnd => {
    signal.throwIfAborted();
    const timedOut = deadline.aborted
      ? `the answer was not complete after ${timeoutMs} ms`
      : request.signal.aborted && `the provider said nothing for ${idleTimeoutMs} ms`;
    // What others left of the time may have been too little for anybody.
    const isProvidersFault = request.signal.aborted || performance.now() - beganAt >= idleTimeoutMs;
    const failure: Failure = timedOut
      ? { reason: timedOut, retryAfterMs: undefined, isProvidersFault, isRefused: false }
      : describeFailure(error, keyName);
    // What was refused was not read, unlike the steps before it.
    const refused = ofSteps ?? (heardNothing ? noUsage : usage);
    return { complete: false, failure, usage: failure.isRefused ? refused : usage };
  };
  try {
    signal.throwIfAborted();
    const { stream } = streamText({
      model: openModel(connection, model),
      instructions,
      messages,
      maxRetries: 0,
      abortSignal: AbortSignal.any([signal, deadline, request.signal]),
      ...(isToThinkLittle(connection, model) && { reasoning: "low" }),
      ...toolsOf(given, signal),
      // By default it prints them, with the prompt. They come in the stream as well.
      onError: () => undefined,
    });
    for await (const part of stream) {
      silence.refresh();
      switch (part.type) {
        case "text-delta":
          if (hear("words", part.text)) return failed("endless");
          forNext += part.text;
          yield { type: "words", words: part.text };
          break;
        case "reasoning-delta":
          if (hear("thoughts", part.text)) return failed("endless");
          break;
        case "tool-input-delta":
          if (hear("arguments", part.delta)) return failed("endless");
          forNext += part.delta;
          break;
        case "tool-result":
          forNext += String(part.output);
          break;
        case "tool-call":
          if (given.mayHandOff && part.toolName === handOffTool.name) handsOff = true;
          else yield { type: "call" };
          break;
        case "finish-step": {
          const goesOn = part.finishReason === "tool-calls" && !handsOff && ++steps < mostSteps;
          ({ ofSteps, usage } = addStep(ofSteps ?? noUsage, readUsage(part.usage), goesOn));
          if (goesOn) open.sendAgain(forNext);
          forNext = "";
          // It stands should it be called off from here on.
          open.end(usage);
          yield { type: "step_end" };
          break;
        }
        case "error":
          return failed(part.error);
        case "abort":
          return failed(undefined);
        case "finish":
          // Not the SDK's sum: that leaves out what a provider did not tell.
          usage = ofSteps ?? unknownUsage;
          // Some servers have reasons of their own to say that all is said.
          if (handsOff || part.finishReason === "stop" || part.finishReason === "other") {
            return { complete: true, handsOff, usage };
          }
          return failed(part.finishReason);
      }
      await breathe("text" in part ? part.text.length : 0);
    }
    return failed(undefined);
  } catch (error) {
    return failed(error);
  } finally {
    clearTimeout(silence);
    request.abort();
  }
}

/** Each step but the last may ask for something; in the last one it has to say what it has. */
const mostSteps = httpToolLimits.callsPerAnswer + 1;

/** Nothing when there are none: some servers refuse an empty list. */
function toolsOf({ mayHandOff, toolbox }: Pick<Asking, "mayHandOff" | "toolbox">, signal: AbortSignal) {
  const tools: ToolSet = {};
  for (const { name, description, schema } of toolbox?.tools ?? []) {
    const execute = (given: unknown) => toolbox?.call(name, given, signal);
    tools[name] = tool({ description, inputSchema: jsonSchema(schema), execute });
  }
  // Nobody executes it: the answer ends with it.
  if (mayHandOff) tools[handOffTool.name] = tool({ ...handOffTool, inputSchema: noArguments });
  if (Object.keys(tools).length === 0) return {};
  const lastStep = mayHandOff ? { activeTools: [handOffTool.name] } : { toolChoice: "none" as const };
  const prepareStep = ({ stepNumber }: { stepNumber: number }) => (stepNumber < mostSteps - 1 ? {} : lastStep);
  return { tools, stopWhen: isStepCount(mostSteps), prepareStep };
}

const noArguments = jsonSchema({ type: "object", properties: {}, additionalProperties: false });

function readUsage({ inputTokens, inputTokenDetails, outputTokens }: LanguageModelUsage): Usage {
  return {
    inputTokens: readCount(inputTokens),
    cachedTokens: readCount(inputTokenDetails.cacheReadTokens),
    outputTokens: readCount(outputTokens),
  };
}

/**
 * `usage` is what has been taken with the step that goes on from there: it reads at least as much as the one before, and what it writes is
 * counted as it is heard.
 */
function addStep(before: Usage, step: Usage, goesOn: boolean): { ofSteps: Usage; usage: Usage } {
  const sum = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
  const inputTokens = sum(before.inputTokens, step.inputTokens);
  const ofSteps = {
    inputTokens,
    cachedTokens: sum(before.cachedTokens, step.cachedTokens),
    outputTokens: sum(before.outputTokens, step.outputTokens),
  };
  if (!goesOn) return { ofSteps, usage: ofSteps };
  return { ofSteps, usage: { ...ofSteps, inputTokens: sum(inputTokens, step.inputTokens), outputTokens: null } };
}

/** What is no count of tokens is not known, rather than a reason to lose the answer: the receipt could not be stored. */
const readCount = (tokens: number | undefined): number | null => z.int32().nonnegative().safeParse(tokens).data ?? null;
