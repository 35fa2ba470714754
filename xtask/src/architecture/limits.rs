//! Limits that need no more than the text of a file: the length of files and components, doc comments, the clock.

use super::{
    sources::Source,
    violation::{Rule, Violations},
};

/// The most lines of a file.
pub const FILE_LINES: usize = 400;
/// The most lines of script and markup in a component.
const COMPONENT_LINES: usize = 120;
/// What lets a file call what `clippy.toml` disallows: to read the clock.
const CLOCK_EXEMPTION: &str = "clippy::disallowed_methods";
/// The files that may read the clock: one in the client, one in the studio.
const CLOCK_FILES: [&str; 2] = ["crates/client/src/platform/clock.rs", "crates/studio/src/clock.rs"];
/// Programs that simulate servers and measure times.
const CLOCK_READERS: [&str; 3] = ["tests/", "bench/", "xtask/"];

/// Checks a file of TypeScript or JavaScript.
pub fn check_script(source: &Source, violations: &mut Violations) {
    let lines = source.text.lines().count();
    if lines > FILE_LINES && !source.is_test() {
        violations.add(Rule::FileLines, &source.path, "file", format!("{lines} lines, of {FILE_LINES} at most"));
    }
}

/// Checks a Svelte component.
pub fn check_component(source: &Source, violations: &mut Violations) {
    let lines = source.text.lines().count() - style_lines(&source.text);
    if lines > COMPONENT_LINES {
        let explanation = format!("{lines} lines of script and markup, of {COMPONENT_LINES} at most");
        violations.add(Rule::ComponentLines, &source.path, "component", explanation);
    }
}

/// Returns how many lines a component's style has, with its tags and the empty line before it.
fn style_lines(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.starts_with("<style"));
    let end = lines.iter().rposition(|line| line.starts_with("</style>"));
    let (Some(start), Some(end)) = (start, end) else { return 0 };
    let is_apart = start > 0 && lines[start - 1].is_empty();
    end + 1 - start + usize::from(is_apart)
}

/// Checks that no doc comment begins with "Is" or "Are".
pub fn check_doc_comments(source: &Source, violations: &mut Violations) {
    let mut is_inside = false;
    for line in source.text.lines().map(str::trim_start) {
        let comment = ["///", "//!", "/**", "*"].iter().find_map(|mark| line.strip_prefix(mark));
        let is_first = !is_inside || line.starts_with("/**");
        // The first words of a block comment may stand on its second line.
        is_inside = comment.is_some() && line != "/**";
        let Some(comment) = comment.map(str::trim_start).filter(|_| is_first) else { continue };
        if comment.starts_with("Is ") || comment.starts_with("Are ") {
            let explanation = "a doc comment names what a thing is, or says in the third person what it does";
            violations.add(Rule::DocComment, &source.path, comment.trim_end(), explanation);
        }
    }
}

/// Checks that the clock is read in its place only.
pub fn check_clock(source: &Source, violations: &mut Violations) {
    let is_tool = CLOCK_READERS.iter().any(|place| source.path.starts_with(place));
    let is_reader = is_tool || CLOCK_FILES.contains(&source.path.as_str());
    if source.has_word(CLOCK_EXEMPTION) && !is_reader && !source.is_test() {
        let explanation = "only the clock of the client or the studio may read it: take the time as an argument";
        violations.add(Rule::Clock, &source.path, CLOCK_EXEMPTION, explanation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::sources::source;

    fn found(check: fn(&Source, &mut Violations), source: &Source, rule: Rule) -> Vec<String> {
        let mut violations = Violations::default();
        check(source, &mut violations);
        violations.of(rule)
    }

    #[test]
    fn scripts_have_400_lines_at_most() {
        let lines = |count: usize| "x;\n".repeat(count);
        let long = |path: &str, count| found(check_script, &source(path, &lines(count)), Rule::FileLines);
        assert!(long("ui/src/a.ts", 400).is_empty());
        assert_eq!(long("ui/src/a.ts", 401), ["ui/src/a.ts file"]);
        assert!(long("ui/src/a.test.ts", 401).is_empty());
    }

    #[test]
    fn styles_do_not_count_as_lines_of_a_component() {
        let component = |markup: usize| {
            let text = format!("{}\n<style>\n{}</style>\n", "<p></p>\n".repeat(markup), "p {}\n".repeat(200));
            found(check_component, &source("ui/src/A.svelte", &text), Rule::ComponentLines)
        };
        assert!(component(120).is_empty());
        assert_eq!(component(121), ["ui/src/A.svelte component"]);
    }

    #[test]
    fn doc_comments_do_not_begin_with_is_or_are() {
        let docs = |text: &str| found(check_doc_comments, &source("a.rs", text), Rule::DocComment);
        assert_eq!(docs("/// Is a job.\nstruct Job;"), ["a.rs Is a job."]);
        assert_eq!(docs("//! Are the jobs."), ["a.rs Are the jobs."]);
        assert_eq!(docs("/** Is a row. */"), ["a.rs Is a row. */"]);
        assert_eq!(docs("/**\n * Is a row.\n */"), ["a.rs Is a row."]);
        assert!(docs("/// A job that\n/// Is done.").is_empty(), "only the first line is looked at");
        assert!(docs("// Is it so?").is_empty(), "a plain comment is no doc comment");
        assert!(docs("/// Isolates a job.").is_empty());
    }

    #[test]
    fn the_clock_is_read_in_one_place() {
        let text = "#[expect(clippy::disallowed_methods, reason = \"the clock\")]";
        let clock = |path: &str| found(check_clock, &source(path, text), Rule::Clock);
        assert_eq!(clock("crates/cli/src/output.rs").len(), 1);
        for path in CLOCK_FILES.into_iter().chain(["tests/src/backend.rs", "crates/cli/src/output_tests.rs"]) {
            assert!(clock(path).is_empty(), "{path}");
        }
    }
}
