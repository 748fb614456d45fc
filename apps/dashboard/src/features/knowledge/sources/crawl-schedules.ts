import type { SiteSettings } from "@parley/contracts";

/** How often a site is read, and what each is called. */
export const crawlSchedules: readonly { schedule: SiteSettings["schedule"]; label: string }[] = [
  { schedule: "hourly", label: "Every hour" },
  { schedule: "daily", label: "Every day" },
  { schedule: "weekly", label: "Every week" },
  { schedule: "off", label: "Only when somebody says so" },
];
