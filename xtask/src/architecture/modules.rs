//! Which modules of a crate use which: no modules beside each other use each other in a circle.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{
    graph::{Graph, Place},
    rust::RustFile,
    violation::Violations,
};
use names::Names;

mod names;
mod references;

/// Checks the modules of every crate.
pub fn check(files: &[RustFile<'_>], violations: &mut Violations) -> Result<()> {
    let roots: BTreeSet<&str> = files.iter().filter_map(|file| root(&file.source.path)).collect();
    for root_of_crate in roots {
        let inside = |file: &&RustFile<'_>| root(&file.source.path) == Some(root_of_crate);
        let files: Vec<&RustFile<'_>> = files.iter().filter(inside).collect();
        check_crate(root_of_crate, &files, violations)?;
    }
    Ok(())
}

fn check_crate(root: &str, files: &[&RustFile<'_>], violations: &mut Violations) -> Result<()> {
    let mut names = Names::default();
    for file in files {
        names.add(&place(root, &file.source.path), &file.syntax.items);
    }
    let mut graph = Graph::default();
    for file in files {
        let path = &file.source.path;
        for (module, reference) in references::of(&file.source.text, &place(root, path))? {
            if let Some(used) = names.resolve(&module, &reference) {
                graph.add(&module, &used, path);
            }
        }
    }
    graph.check(root, violations);
    Ok(())
}

/// Returns the folder of the crate's sources that a file belongs to.
fn root(path: &str) -> Option<&str> {
    path.find("/src/").map(|at| &path[..at + "/src".len()])
}

/// Returns the module that a file holds.
fn place(root: &str, path: &str) -> Place {
    let inside = path.trim_start_matches(root).trim_start_matches('/').trim_end_matches(".rs");
    let mut place: Place = inside.split('/').map(str::to_owned).collect();
    let is_folder = |name: &str| matches!(name, "mod" | "lib" | "main");
    if place.last().is_some_and(|name| is_folder(name)) {
        place.pop();
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::{
        rust::parse,
        sources::{Source, source},
        violation::Rule,
    };

    /// Checks a crate whose library declares and exports something.
    fn found(library: &str, files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| source(&format!("crates/x/src/{path}"), text));
        let sources: Vec<Source> = files.chain([source("crates/x/src/lib.rs", library)]).collect();
        let mut violations = Violations::default();
        let files = parse(&sources).expect("the texts can be parsed");
        check(&files, &mut violations).expect("the texts have tokens");
        violations.of(Rule::ModuleCycle)
    }

    #[test]
    fn modules_that_use_each_other_are_a_circle() {
        let a = ("a.rs", "use crate::b::B; pub struct A;");
        assert_eq!(found("mod a; mod b;", &[a, ("b.rs", "use super::a::A; pub struct B;")]), ["crates/x/src a + b"]);
        assert!(found("mod a; mod b;", &[a, ("b.rs", "pub struct B;")]).is_empty());
    }

    #[test]
    fn paths_in_code_and_in_macros_count() {
        let a = ("a.rs", "fn a() { crate::b::run() } pub struct A;");
        let b = ("b.rs", "pub fn run() { println!(\"{}\", crate::a::A) }");
        assert_eq!(found("mod a; mod b;", &[a, b]), ["crates/x/src a + b"]);
    }

    #[test]
    fn names_that_the_library_exports_are_traced_to_their_module() {
        let files = [("a.rs", "use crate::{B, c::C}; pub struct A;"), ("b.rs", "use crate::A; pub struct B;")];
        assert_eq!(found("mod a; mod b; pub use a::A; pub use b::*;", &files), ["crates/x/src a + b"]);
    }

    #[test]
    fn a_folder_uses_what_any_file_in_it_uses() {
        let files = [
            ("a.rs", "mod deep; pub struct A;"),
            ("a/deep.rs", "use crate::b::B;"),
            ("b.rs", "use crate::a::A; pub struct B;"),
        ];
        assert_eq!(found("mod a; mod b;", &files), ["crates/x/src a + b"]);
    }

    #[test]
    fn what_a_module_and_its_parent_share_is_no_circle() {
        let files = [("a.rs", "mod deep; pub struct A; use deep::D;"), ("a/deep.rs", "use super::A; pub struct D;")];
        assert!(found("mod a;", &files).is_empty());
    }

    #[test]
    fn tests_may_use_anything() {
        let a = ("a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; } #[cfg(test)] use crate::b::B;");
        let files = [a, ("b.rs", "use crate::a::A; pub struct B;"), ("a/tests.rs", "use crate::b::B;")];
        assert!(found("mod a; mod b;", &files).is_empty());
    }

    #[test]
    fn modules_inside_a_file_are_modules() {
        let a = "mod x { use super::y::Y; pub struct X; } mod y { use super::x::X; pub struct Y; }";
        assert_eq!(found("mod a;", &[("a.rs", a)]), ["crates/x/src/a x + y"]);
    }
}
