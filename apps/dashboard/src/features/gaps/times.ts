/** How often, from once on. */
export const times = (count: number): string => (count === 1 ? "once" : `${count.toLocaleString("en")} times`);
