// The page's scripts are one program: they are checked joined, as the page holds them.
const browser =
  "addEventListener atob Blob clearInterval clearTimeout console createImageBitmap CSS DecompressionStream document " +
  "DOMParser Event File FileReader getComputedStyle history innerWidth location matchMedia navigator performance " +
  "print requestAnimationFrame ResizeObserver Response setInterval setTimeout TextDecoder TextEncoder URL " +
  "URLSearchParams window XMLSerializer L geo_map";

export default [
  {
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "script",
      globals: Object.fromEntries(browser.split(" ").map((name) => [name, "readonly"])),
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      "consistent-return": "error",
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-redeclare": "error",
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({ property })),
      ],
      "no-undef": "error",
      "no-unreachable": "error",
      "no-unused-vars": ["error", { args: "none" }],
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
