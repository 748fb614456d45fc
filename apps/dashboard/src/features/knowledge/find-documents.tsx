import { Search } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import type { FoundDocuments } from "./found-documents.ts";

type FindDocumentsProps = {
  /** What is looked for now. */
  find: string | undefined;
  onFind: (found: FoundDocuments) => void;
};

/** Shows the documents alone that have these words in their title or path. */
export function FindDocuments({ find = "", onFind }: FindDocumentsProps) {
  const [entered, setEntered] = useState(find);
  const [shown, setShown] = useState(find);
  // Whoever goes back finds what was looked for then.
  if (shown !== find) {
    setShown(find);
    setEntered(find);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onFind({ find: entered });
  }

  function change(words: string) {
    setEntered(words);
    if (words === "") onFind({});
  }

  return (
    <search>
      <form onSubmit={submit} className="flex gap-2">
        <input
          type="search"
          dir="auto"
          aria-label="Title or path"
          placeholder="Title or path"
          autoComplete="off"
          maxLength={200}
          className="field h-8.5 w-44 px-2.5"
          value={entered}
          onChange={({ target }) => change(target.value)}
        />
        <Button type="submit">
          <Search aria-hidden className="size-3.5" />
          Find
        </Button>
      </form>
    </search>
  );
}
