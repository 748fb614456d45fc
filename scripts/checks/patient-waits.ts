// vi.waitFor has no setting in vitest.config.ts, and gives up after a second, which a busy machine may need: it waits as expect.poll does.
import { vi } from "vitest";

const { waitFor } = vi;
vi.waitFor = (look, options = 10_000) => waitFor(look, options);
