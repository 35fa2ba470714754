//! What the files of the window import from each other.

use super::{
    graph::{Graph, Place},
    sources::Source,
    violation::Violations,
};

/// The folder of the window's sources.
const ROOT: &str = "ui/src";

/// Checks that no folders and no files beside each other import each other in a circle.
pub fn check(sources: &[Source], violations: &mut Violations) {
    let mut graph = Graph::default();
    let inside = |source: &&Source| source.path.starts_with(ROOT) && !source.is_test();
    let files: Vec<&Source> = sources.iter().filter(inside).collect();
    let exists = |path: &str| files.iter().any(|source| source.path == path);
    for source in &files {
        for import in relative_imports(&source.text) {
            if let Some(target) = resolve(&source.path, import, exists) {
                graph.add(&place(&source.path), &place(&target), &source.path);
            }
        }
    }
    graph.check(ROOT, violations);
}

/// Returns the place of a file below the root.
fn place(path: &str) -> Place {
    path.trim_start_matches(ROOT).split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Returns what a file imports by a relative path.
fn relative_imports(text: &str) -> Vec<&str> {
    let mut parts = text.split('"');
    let mut imports = Vec::new();
    let mut before = parts.next().unwrap_or_default();
    for part in parts {
        let is_import = ["from", "import", "import("].iter().any(|word| before.trim_end().ends_with(word));
        if is_import && part.starts_with('.') {
            imports.push(part);
        }
        before = part;
    }
    imports
}

/// Returns the file that an import names.
fn resolve(importer: &str, import: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    let stem = path.strip_suffix(".js").unwrap_or(&path);
    let candidates = [path.clone(), format!("{stem}.ts"), format!("{stem}.svelte"), format!("{path}/index.ts")];
    candidates.into_iter().find(|candidate| exists(candidate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::{sources::source, violation::Rule};

    #[test]
    fn relative_imports_are_found_in_every_form() {
        let text = r#"import { a } from "./a";
            import type { B } from "../b.svelte";
            import "./style.css";
            import { api } from "@tauri-apps/api";
            export { c } from "./c";
            const d = await import("./d");
            const text = "./no-import";"#;
        assert_eq!(relative_imports(text), ["./a", "../b.svelte", "./style.css", "./c", "./d"]);
    }

    #[test]
    fn folders_that_import_each_other_are_a_circle() {
        let list = source("ui/src/list/rows.ts", r#"import Badge from "../detail/Badge.svelte";"#);
        let badge = source("ui/src/detail/Badge.svelte", r#"<script>import { rows } from "../list/rows";</script>"#);
        let other = source("ui/src/other.ts", r#"import { rows } from "./list/rows.js";"#);
        let mut violations = Violations::default();
        check(&[list, badge, other], &mut violations);
        assert_eq!(violations.of(Rule::ModuleCycle), ["ui/src detail + list"]);
    }

    #[test]
    fn tests_may_import_what_imports_them() {
        let rows = source("ui/src/rows.ts", r#"import { a } from "./a.test";"#);
        let test = source("ui/src/a.test.ts", r#"import { rows } from "./rows";"#);
        let mut violations = Violations::default();
        check(&[rows, test], &mut violations);
        assert!(violations.of(Rule::ModuleCycle).is_empty());
    }
}
