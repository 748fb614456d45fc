/** A passage by its document's title and its nearest heading; the title once, where the heading repeats it. */
export function placeOf(title: string, headingPath: readonly string[]): string {
  const heading = headingPath.at(-1);
  return heading && heading !== title ? `${title} › ${heading}` : title;
}
