import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { host: "localhost", port: 5174, strictPort: true },
  build: {
    target: "es2024",
    // scripts/checks/sizes.mjs of the project reads from it what the first view loads.
    manifest: true,
    // Data addresses would need `img-src data:` and `font-src data:` in the page's content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // What the first view needs anyway compresses best as one file.
      output: { codeSplitting: { groups: [{ name: "app", tags: ["$initial"] }] } },
      treeshake: {
        // Every module there only declares; zod's schemas stay on the server unless a module of ours asks for one.
        moduleSideEffects: [{ test: /\/packages\/(contracts|ui|client)\//, sideEffects: false }],
      },
    },
  },
});
