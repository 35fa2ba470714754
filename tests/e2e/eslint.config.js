import ts from "typescript-eslint";

const waiting = "Wait for an event or a condition: see support/wait.ts.";

export default ts.config(
    ...ts.configs.strict,
    {
        rules: {
            "@typescript-eslint/no-explicit-any": "error",
            "@typescript-eslint/no-unused-vars": [
                "error",
                { argsIgnorePattern: "^_", ignoreRestSiblings: true, varsIgnorePattern: "^_" },
            ],
            eqeqeq: "error",
            "no-restricted-globals": ["error", { name: "setTimeout", message: waiting }],
            "no-restricted-imports": [
                "error",
                { paths: [{ name: "node:timers/promises", message: waiting }] },
            ],
        },
    },
    {
        ignores: ["**/*.test.ts"],
        rules: { "max-lines-per-function": ["error", { max: 50 }] },
    },
);
