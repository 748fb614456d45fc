import type { FastifyInstance } from "fastify";

const usualMs = 30_000;
/** For a file over a slow line. */
export const longestBodyMs = 300_000;

/** Ends a request whose body does not come in the time that its route gives it. Before all routes. */
export function endSlowBodies(app: FastifyInstance): void {
  app.addHook("onRequest", async ({ raw, headers, routeOptions }) => {
    if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return;
    const timer = setTimeout(() => raw.destroy(), routeOptions.config?.bodyTimeoutMs ?? usualMs);
    for (const over of ["end", "close"]) raw.once(over, () => clearTimeout(timer));
  });
}
