import { useNavigate, useSearch } from "@tanstack/react-router";

/** Opens and closes a citation beside the conversation; which one is open stands in the address. */
export function useCitation(messageId: string, number: number) {
  const { cite: shown } = useSearch({ from: "/app/inbox" });
  const navigate = useNavigate({ from: "/inbox/$conversationId" });
  const cite = `${messageId}.${number}`;
  const open = shown === cite;
  const toggle = () =>
    void navigate({
      search: ({ view }) => ({ ...(view && { view }), ...(!open && { cite }) }),
      replace: shown !== undefined,
    });
  return { open, toggle };
}

type CitationChipProps = { messageId: string; number: number; title: string };

/** A citation within an answer: a number that opens its passage. */
export function CitationChip({ messageId, number, title }: CitationChipProps) {
  const { open, toggle } = useCitation(messageId, number);
  return (
    <button
      type="button"
      onClick={toggle}
      aria-expanded={open}
      aria-label={`Citation ${number}: ${title}`}
      title={title}
      className="citation-chip ms-1"
    >
      {number}
    </button>
  );
}
