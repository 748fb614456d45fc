import { setFlagsFromString } from "node:v8";

// Before anything else is loaded: all of it in one process should fit a small machine. PGlite's code compiled twice, quickly and then
// well, takes 400 MB for a while, and new objects a generous nursery in every thread; both buy little speed here.
setFlagsFromString("--no-wasm-tier-up");
setFlagsFromString("--no-wasm-dynamic-tiering");
setFlagsFromString("--max-semi-space-size=2");
