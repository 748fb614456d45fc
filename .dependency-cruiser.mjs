// Who may import whom: `./pnpm layers` checks it.

const mayImport = (from, ...allowed) => ({
  name: `${from}-imports`,
  severity: "error",
  from: { path: `^packages/${from}/` },
  to: { path: "^(apps|services|packages)/", pathNot: [from, ...allowed].map((name) => `^packages/${name}/`) },
});

const testing = "/testing/";

const forbidden = [
  mayImport("contracts"),
  mayImport("ui"),
  mayImport("client", "contracts"),
  mayImport("platform", "contracts"),
  mayImport("db", "contracts"),
  mayImport("auth", "contracts", "platform", "db"),
  mayImport("core", "contracts", "platform", "db", "auth"),
  {
    name: "services-have-no-interface",
    severity: "error",
    from: { path: "^services/" },
    to: { path: "^(apps|packages/ui)/" },
  },
  {
    name: "only-standalone-joins-services",
    severity: "error",
    from: { path: "^services/([^/]+)/", pathNot: "^services/standalone/" },
    to: { path: "^services/", pathNot: "^services/$1/" },
  },
  {
    name: "browsers-see-server-types-only",
    comment: "…and of the product's own packages only the router's type.",
    severity: "error",
    from: { path: "^apps/" },
    to: { path: "^packages/core/", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "apps-imports",
    severity: "error",
    from: { path: "^apps/([^/]+)/" },
    to: {
      path: "^(apps|services|packages|bench|e2e)/",
      pathNot: ["^apps/$1/", "^packages/(contracts|client|ui|core)/"],
    },
  },
  {
    name: "subfolders-are-private",
    comment:
      "Another feature imports what lies at the top of a feature's folder. Whoever starts a process may reach in.",
    severity: "error",
    from: { path: "^packages/core/src/([^/]+)/" },
    to: { path: "^packages/core/src/[^/]+/[^/]+/", pathNot: "^packages/core/src/$1/" },
  },
  {
    name: "no-feature-cycles",
    severity: "error",
    scope: "folder",
    from: { path: "^packages/core/src/" },
    to: { circular: true },
  },
  {
    name: "tests-stay-apart",
    comment: "What runs does not import what tests it.",
    severity: "error",
    from: { path: "^(apps|services|packages)/", pathNot: testing },
    to: { path: `^(apps|services|packages)/.*${testing}` },
  },
  {
    name: "runs-without-dev-dependencies",
    comment: "`npm start` installs `dependencies` only.",
    severity: "error",
    from: { path: "^(apps|services|packages)/", pathNot: [testing, "/scripts/"] },
    to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
  },
  {
    name: "resolvable",
    comment: "What can't be followed can't be checked.",
    severity: "error",
    from: {},
    to: { couldNotResolve: true, path: "^(\\.|@parley/)" },
  },
];

export default {
  forbidden,
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    // A test may look into anything that its package may.
    exclude: { path: ["/dist/", "\\.test\\.tsx?$"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
  },
};
