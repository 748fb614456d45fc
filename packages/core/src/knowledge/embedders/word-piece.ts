import { Tokenizer } from "@huggingface/tokenizers";

/** The longest text that is looked at: more than the model takes even of the longest words. */
const longestText = 8_192;

/**
 * BERT's uncased WordPiece: text to token ids, with `[CLS]` in front and `[SEP]` behind.
 *
 * @param vocabulary a token a line; the line number is its id
 * @param maxTokens with the two special ones; the rest of a longer text is left out
 */
export function createWordPiece(vocabulary: string, maxTokens: number): (text: string) => number[] {
  const tokens = vocabulary.trimEnd().split(/\r?\n/);
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const id = (token: string): number => {
    const found = vocab[token];
    if (found === undefined) throw new Error(`The vocabulary has no ${token}`);
    return found;
  };
  const cls = id("[CLS]");
  const sep = id("[SEP]");

  const tokenizer = new Tokenizer(
    {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: {
        type: "BertNormalizer",
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: "BertPreTokenizer" },
      post_processor: null,
      decoder: { type: "WordPiece", prefix: "##", cleanup: true },
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab,
      },
    },
    {},
  );

  return (text) => {
    const { ids } = tokenizer.encode(text.replace(/\s+/gu, " ").slice(0, longestText));
    return [cls, ...ids.slice(0, maxTokens - 2), sep];
  };
}
