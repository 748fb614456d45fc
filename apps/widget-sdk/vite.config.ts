import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minify } from "terser";
import { build, defineConfig, type InlineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What constructable style sheets and `AbortSignal.timeout` need anyway. */
const target = ["chrome111", "edge111", "firefox114", "safari16.4"];

/**
 * Builds what loads the panel, once the name of the panel's file is known: `parley.js` for the script tag, a classic script that
 * leaves no name of its own in the page, and `index.js` for those who bundle.
 */
function entries(): Plugin {
  return {
    name: "parley-entries",
    async writeBundle(_options, bundle) {
      const panel = Object.values(bundle).find((file) => file.type === "chunk" && file.isEntry);
      if (!panel) throw new Error("The build has no panel to load");
      const shared = {
        configFile: false,
        logLevel: "warn",
        define: { __PANEL_FILE__: JSON.stringify(panel.fileName) },
      } satisfies InlineConfig;
      const options = { outDir: here("dist"), emptyOutDir: false, target } as const;
      await build({
        ...shared,
        build: {
          ...options,
          rolldownOptions: {
            input: here("src/loader.ts"),
            output: { format: "iife", entryFileNames: "parley.js" },
          },
        },
      });
      await build({
        ...shared,
        plugins: [panelElsewhere(`./${panel.fileName}`), types()],
        build: { ...options, lib: { entry: here("src/index.ts"), formats: ["es"], fileName: () => "index.js" } },
      });
    },
  };
}

/** `index.js` imports the panel as a file beside it, by a name that every bundler can read. */
function panelElsewhere(file: string): Plugin {
  return {
    name: "parley-panel-elsewhere",
    enforce: "pre",
    resolveId: (id) => (id.endsWith("/mount-panel.tsx") ? { id: file, external: true } : undefined),
  };
}

/**
 * Leaves of the tokens what the widget needs: those that are the same in every theme are written out where they are used, those that
 * are used nowhere go, and so does what is said of `:root`, which a shadow does not have. The others get short names.
 */
function tokensInUse(): Plugin {
  const tokens = readFileSync(here("../../packages/ui/src/tokens.css"), "utf8");
  const uses = tokens + readFileSync(here("src/panel/panel.css"), "utf8");
  const values = new Map<string, string | undefined>();
  for (const [, name = "", value = ""] of tokens.matchAll(/(--parley-[\w-]+):\s*([^;]+);/g)) {
    values.set(name, values.has(name) ? undefined : value);
  }
  const write = (css: string) => css.replace(/var\((--parley-[\w-]+)\)/g, (use, name) => values.get(name) ?? use);
  const isNeeded = (name: string) => !values.get(name) && uses.includes(`var(${name})`);
  return {
    name: "parley-tokens-in-use",
    enforce: "pre",
    transform(code, id) {
      if (id.includes("/panel.css")) return write(code);
      if (!id.includes("/tokens.css")) return undefined;
      return write(code)
        .replace(/:root[^{},]*,\s*|(?<!-)color-scheme:[^;]+;/g, "")
        .replace(/(--parley-[\w-]+):[^;]+;/g, (rule, name) => (isNeeded(name) ? rule : ""));
    },
    // Nobody outside the shadow sees their names.
    renderChunk(code) {
      const names = new Map<string, string>();
      const short = (name: string) => names.get(name) ?? `--p${names.set(name, `--p${names.size}`).size - 1}`;
      return { code: code.replace(/--parley-[\w-]+/g, short), map: null };
    },
  };
}

/** Takes some 250 bytes more off the panel than the minifier that the build comes with. */
function smaller(): Plugin {
  return {
    name: "parley-smaller",
    async generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        const { code } = await minify(file.code, {
          module: true,
          ecma: 2020,
          compress: { passes: 3, pure_getters: true },
        });
        if (code) file.code = code;
      }
    },
  };
}

/** The types of the npm package: `types.ts` holds nothing else, so it is a declaration file as it stands. */
function types(): Plugin {
  const index = [
    'import type { Parley } from "./types.js";',
    'export type * from "./types.js";',
    "export declare const parley: Parley;",
  ];
  return {
    name: "parley-types",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "types.d.ts", source: readFileSync(here("src/types.ts"), "utf8") });
      this.emitFile({ type: "asset", fileName: "index.d.ts", source: `${index.join("\n")}\n` });
    },
  };
}

export default defineConfig({
  plugins: [tokensInUse(), smaller(), entries()],
  oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" } },
  resolve: { alias: { "partysocket/ws": here("src/session/reconnecting-socket.ts") } },
  build: {
    target,
    modulePreload: false,
    rolldownOptions: {
      transform: { inject: { h: ["preact", "h"], Fragment: ["preact", "Fragment"] } },
      input: { panel: here("src/panel/mount-panel.tsx") },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "panel-[hash].js" },
    },
  },
});
