import js from "@eslint/js"
import globals from "globals"

// Layout is Prettier's, types are TypeScript's, layers and circles are in layers.test.js.
export default [
  { ignores: ["static/vendor/", "**/node_modules/"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: "latest", sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-unused-vars": ["error", { args: "after-used", argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  { files: ["static/js/core/**"], languageOptions: { globals: globals["shared-node-browser"] } },
  { files: ["static/js/{page,entry}/**"], languageOptions: { globals: globals.browser } },
  {
    files: ["tests/js/**"],
    languageOptions: { globals: { ...globals.nodeBuiltin, document: "readonly", window: "readonly" } },
  },
]
