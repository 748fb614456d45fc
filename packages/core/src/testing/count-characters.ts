type Counted = { characters: number };

/**
 * Counts the characters that `work` looks at, by regular expressions and one by one: what shows how its time grows, whatever machine it
 * runs on.
 */
export async function countCharacters(work: () => unknown): Promise<number> {
  const counted: Counted = { characters: 0 };
  const restore = [countRegExps(counted), countIterators(counted), countSigns(counted)];
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
  }
  return counted.characters;
}

/** Everything that takes a regular expression asks its `exec`, once that is another than the language's own. */
function countRegExps(counted: Counted): () => void {
  const { exec } = RegExp.prototype;
  RegExp.prototype.exec = function (text) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = exec.call(this, text);
    if (found) counted.characters += found.index + found[0].length - from;
    else counted.characters += this.sticky ? 1 : Math.max(0, text.length - from);
    return found;
  };
  return () => {
    RegExp.prototype.exec = exec;
  };
}

function countIterators(counted: Counted): () => void {
  const iterator = String.prototype[Symbol.iterator];
  String.prototype[Symbol.iterator] = function () {
    counted.characters += this.length;
    return iterator.call(this);
  };
  return () => {
    String.prototype[Symbol.iterator] = iterator;
  };
}

function countSigns(counted: Counted): () => void {
  const { charAt } = String.prototype;
  String.prototype.charAt = function (at) {
    counted.characters++;
    return charAt.call(this, at);
  };
  return () => {
    String.prototype.charAt = charAt;
  };
}
