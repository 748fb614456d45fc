import { Braces, FolderOpen, Globe, type LucideIcon, MessageCircleQuestion, Upload } from "lucide-react";
import type { ListedSource } from "./use-sources.ts";

type Kind = ListedSource["kind"];

/** What each kind of source is called, and what it is for. */
export const sourceKinds: Record<Kind, { label: string; icon: LucideIcon; means: string }> = {
  upload: { label: "Files", icon: Upload, means: "Upload PDF, Word, Excel, CSV, HTML, Markdown and text" },
  site: { label: "Web site", icon: Globe, means: "Read the pages of a site, and keep them current" },
  written: { label: "Answers", icon: MessageCircleQuestion, means: "Write questions with their answers yourself" },
  api: { label: "Programs", icon: Braces, means: "Documents that your programs send" },
  folder: { label: "Folder", icon: FolderOpen, means: "Documents that are read from the command line" },
};
