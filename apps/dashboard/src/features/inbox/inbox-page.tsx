import { Outlet, useParams } from "@tanstack/react-router";
import { classNames } from "../../components/class-names.ts";
import { PageTitle } from "../../shell/page-title.tsx";
import { ConversationList } from "./conversation-list.tsx";
import { ViewTabs } from "./view-tabs.tsx";

/** The list beside the open conversation; on a phone, one of the two at a time. */
export function InboxPage() {
  const { conversationId } = useParams({ strict: false });
  const open = conversationId !== undefined;
  return (
    <div className="flex min-h-0 grow">
      {!open && <PageTitle>Inbox</PageTitle>}
      <h1 className="sr-only">Inbox</h1>
      <section
        aria-label="Inbox"
        className={classNames(
          "min-h-0 w-full shrink-0 flex-col md:flex md:w-80 md:border-e md:border-line xl:w-95",
          open ? "hidden" : "flex",
        )}
      >
        <header className="px-4 pt-5 pb-3">
          <p aria-hidden className="mb-3 px-1 text-xl font-semibold tracking-tight">
            Inbox
          </p>
          <ViewTabs />
        </header>
        <ConversationList />
      </section>
      <div className={classNames("min-h-0 min-w-0 grow md:flex", open ? "flex" : "hidden")}>
        <Outlet />
      </div>
    </div>
  );
}
