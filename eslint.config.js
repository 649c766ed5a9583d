const js = require("@eslint/js");

module.exports = [
  { ignores: [".venv*/"] }, // packages of Python bring scripts of their own
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-undef": "off", // tsc knows what is defined, in the browser and from script to script
      "no-unused-vars": ["error", { vars: "local", argsIgnorePattern: "^_" }], // a script's own name is for the others
      "array-callback-return": "error",
      "consistent-return": "error",
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-lines": ["error", 200],
      "max-len": ["error", { code: 120 }],
      "no-else-return": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-param-reassign": "error",
      "no-shadow": "error",
      "no-template-curly-in-string": "error",
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      strict: ["error", "function"],
    },
  },
  { files: ["charging/maps/static/*.js", "*.config.js"], languageOptions: { sourceType: "script" } },
  { files: ["charging/views/**/*.js"], languageOptions: { sourceType: "module" } },
];
