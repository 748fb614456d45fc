import { createRandom, type Random } from "./random.ts";

/** As many as the built-in embedder's. */
const dimensions = 384;
/** Directions that the vectors of texts really differ in: far fewer than they have numbers. */
const latent = 24;
const topics = 200;
const vocabulary = 60_000;
/** Zipf's law as Mandelbrot has it: the n-th word's share is 1 / (n + shift), since stop words are left out. */
const shift = 20;
const wordsPerChunk = 80;
const wordsPerQuestion = 7;
/** Of which a question of common words is made: each stands in 15 to 40 % of the chunks. */
const commonWords = 30;

/**
 * Chunks and questions without meaning, but with the statistics of those that have one: words by Zipf's law, a chunk about one topic,
 * its vector near those of its topic, and a question near one chunk.
 *
 * @param seed the same seed makes the same corpus
 */
export function createSyntheticCorpus(seed: number) {
  const random = createRandom(seed);
  const projection = Array.from({ length: latent }, () => normals(random, dimensions));
  const centres = Array.from({ length: topics }, () => normals(random, latent));
  const cumulative = new Float64Array(vocabulary);
  let sum = 0;
  for (let rank = 0; rank < vocabulary; rank += 1) cumulative[rank] = sum += 1 / (rank + 1 + shift);

  function word(): string {
    const wanted = random.next() * sum;
    let [low, high] = [0, vocabulary - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return spell(low);
  }

  function vectorNear(point: Float32Array, distance: number) {
    const place = point.map((value) => value + distance * random.normal());
    const vector = new Float32Array(dimensions);
    for (const [index, direction] of projection.entries()) {
      const weight = place[index] ?? 0;
      for (let i = 0; i < dimensions; i += 1) vector[i] = (vector[i] ?? 0) + weight * (direction[i] ?? 0);
    }
    for (let i = 0; i < dimensions; i += 1) vector[i] = (vector[i] ?? 0) + 0.5 * random.normal();
    const length = Math.hypot(...vector);
    return { place, vector: vector.map((value) => value / length) };
  }

  const words = (count: number, make: () => string) => Array.from({ length: count }, make).join(" ");
  const chunk = () => {
    const centre = centres[random.below(topics)] as Float32Array;
    return { text: words(wordsPerChunk, word), ...vectorNear(centre, 0.6) };
  };
  return {
    dimensions,
    chunk,
    /** Words as the chunks have them, the rare ones among them. */
    question(near: Float32Array) {
      return { text: words(wordsPerQuestion, word), vector: vectorNear(near, 0.4).vector };
    },
    /** Nothing but words that stand in many chunks. */
    commonQuestion(near: Float32Array) {
      return {
        text: words(wordsPerQuestion, () => spell(random.below(commonWords))),
        vector: vectorNear(near, 0.4).vector,
      };
    },
  };
}

const normals = (random: Random, count: number) => Float32Array.from({ length: count }, random.normal);

/** A word that no other rank has, that is no stop word, and that has nothing for a stemmer to take away. */
function spell(rank: number): string {
  const syllables = ["ba", "ko", "mu", "da", "ro", "gu", "la", "no", "tu", "pa", "zo", "fu", "ka", "vo", "wu", "ma"];
  let text = "";
  for (let rest = rank + 16; rest > 0; rest = Math.floor(rest / 16)) text += syllables[rest % 16];
  return `${text}k`;
}
