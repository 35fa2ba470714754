//! Limits of Rust code: the length of files, functions and commands, the fields of structs, and `bool` parameters.

use anyhow::{Context, Result};
use syn::{
    Attribute, Block, Fields, FnArg, ImplItemFn, ItemFn, ItemImpl, ItemMod, ItemStruct, ItemTrait, Pat, Signature,
    TraitItemFn, Type, Visibility,
    visit::{self, Visit},
};

use super::{
    limits::FILE_LINES,
    sources::Source,
    violation::{Rule, Violations},
};

/// The most lines of a function, from its signature to its closing brace.
const FUNCTION_LINES: usize = 50;
/// The most lines of a Tauri command's body: it converts, calls and returns.
const COMMAND_LINES: usize = 3;
/// The most fields of a struct in the client: what has more owns more than one piece of state.
const STRUCT_FIELDS: usize = 15;
/// Where structs are limited.
const CLIENT: &str = "crates/client/";
/// Where the libraries are.
const LIBRARIES: &str = "crates/";

/// A file of Rust.
pub struct RustFile<'a> {
    /// Its path and its text.
    pub source: &'a Source,
    /// Its items.
    pub syntax: syn::File,
}

impl<'a> RustFile<'a> {
    fn parse(source: &'a Source) -> Result<Self> {
        let syntax = syn::parse_file(&source.text).with_context(|| format!("{} cannot be parsed", source.path))?;
        Ok(Self { source, syntax })
    }
}

/// Parses the files that do not hold tests only.
pub fn parse(sources: &[Source]) -> Result<Vec<RustFile<'_>>> {
    let files = sources.iter().filter(|source| source.is_rust() && !source.is_test());
    files.map(RustFile::parse).collect()
}

/// Checks a file.
pub fn check(file: &RustFile<'_>, violations: &mut Violations) {
    let source = file.source;
    let mut checker = Checker { source, violations, scope: Vec::new(), test_lines: 0 };
    checker.visit_file(&file.syntax);
    let lines = source.text.lines().count() - checker.test_lines;
    if lines > FILE_LINES {
        let explanation = format!("{lines} lines without its tests, of {FILE_LINES} at most");
        violations.add(Rule::FileLines, &source.path, "file", explanation);
    }
}

/// Returns whether an item is compiled for tests only.
pub fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_test = |nested: syn::meta::ParseNestedMeta<'_>| {
            if nested.path.is_ident("test") { Ok(()) } else { Err(nested.error("another condition")) }
        };
        attribute.path().is_ident("cfg") && attribute.parse_nested_meta(is_test).is_ok()
    })
}

/// A visitor that checks the items of one file.
struct Checker<'a> {
    source: &'a Source,
    violations: &'a mut Violations,
    /// The modules, types and traits around the current item.
    scope: Vec<String>,
    /// The lines of items that are compiled for tests only.
    test_lines: usize,
}

/// What all kinds of functions have in common.
struct Function<'a> {
    attributes: &'a [Attribute],
    is_public: bool,
    signature: &'a Signature,
    body: Option<&'a Block>,
}

impl Checker<'_> {
    /// Returns whether an item is skipped as a test, and counts its lines.
    fn skips(&mut self, attributes: &[Attribute], last_line: usize) -> bool {
        let is_test = is_test_only(attributes);
        if let Some(first) = attributes.first().filter(|_| is_test) {
            self.test_lines += last_line + 1 - first.pound_token.span.start().line;
        }
        is_test
    }

    fn inside(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.scope.push(name);
        visit(self);
        self.scope.pop();
    }

    fn name(&self, item: &impl ToString) -> String {
        let mut names = self.scope.clone();
        names.push(item.to_string());
        names.join("::")
    }

    fn add(&mut self, rule: Rule, item: &impl ToString, explanation: String) {
        let item = self.name(item);
        self.violations.add(rule, &self.source.path, &item, explanation);
    }

    fn check_function(&mut self, function: &Function<'_>) {
        let name = &function.signature.ident;
        if let Some(body) = function.body {
            let braces = body.brace_token.span;
            let lines = braces.close().end().line + 1 - function.signature.fn_token.span.start().line;
            if lines > FUNCTION_LINES {
                self.add(Rule::FunctionLines, name, format!("{lines} lines, of {FUNCTION_LINES} at most"));
            }
            let lines = (braces.close().start().line - braces.open().start().line).saturating_sub(1);
            if is_command(function.attributes) && lines > COMMAND_LINES {
                self.add(Rule::CommandLines, name, format!("a body of {lines} lines, of {COMMAND_LINES} at most"));
            }
        }
        if function.is_public && self.source.path.starts_with(LIBRARIES) {
            for parameter in function.signature.inputs.iter().filter_map(bool_parameter) {
                let item = format!("{name}({parameter})");
                self.add(Rule::BoolParameter, &item, "a public function takes an enum instead of a `bool`".to_owned());
            }
        }
    }
}

impl<'ast> Visit<'ast> for Checker<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let braces = item.content.as_ref().map(|(braces, _)| braces.span.close());
        let last = braces.unwrap_or_else(|| item.ident.span()).end().line;
        if !self.skips(&item.attrs, last) {
            self.inside(item.ident.to_string(), |checker| visit::visit_item_mod(checker, item));
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if self.skips(&item.attrs, item.block.brace_token.span.close().end().line) {
            return;
        }
        let is_public = is_public(&item.vis);
        let body = Some(item.block.as_ref());
        self.check_function(&Function { attributes: &item.attrs, is_public, signature: &item.sig, body });
        self.inside(item.sig.ident.to_string(), |checker| visit::visit_item_fn(checker, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if self.skips(&item.attrs, item.block.brace_token.span.close().end().line) {
            return;
        }
        let (is_public, body) = (is_public(&item.vis), Some(&item.block));
        self.check_function(&Function { attributes: &item.attrs, is_public, signature: &item.sig, body });
        self.inside(item.sig.ident.to_string(), |checker| visit::visit_impl_item_fn(checker, item));
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        if self.skips(&item.attrs, item.brace_token.span.close().end().line) {
            return;
        }
        self.inside(item.ident.to_string(), |checker| {
            for member in &item.items {
                if let syn::TraitItem::Fn(member) = member {
                    checker.check_trait_function(member, is_public(&item.vis));
                }
            }
        });
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if self.skips(&item.attrs, item.brace_token.span.close().end().line) {
            return;
        }
        self.inside(type_name(&item.self_ty), |checker| visit::visit_item_impl(checker, item));
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        let fields = item.fields.len();
        let is_limited = self.source.path.starts_with(CLIENT) && matches!(item.fields, Fields::Named(_));
        if is_limited && fields > STRUCT_FIELDS && !is_test_only(&item.attrs) {
            self.add(Rule::StructFields, &item.ident, format!("{fields} fields, of {STRUCT_FIELDS} at most"));
        }
    }
}

impl Checker<'_> {
    fn check_trait_function(&mut self, item: &TraitItemFn, is_public: bool) {
        let body = item.default.as_ref();
        self.check_function(&Function { attributes: &item.attrs, is_public, signature: &item.sig, body });
        if let Some(body) = body {
            self.inside(item.sig.ident.to_string(), |checker| checker.visit_block(body));
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}

fn is_command(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "command"))
}

/// Returns the name of a parameter that is a plain `bool`.
fn bool_parameter(parameter: &FnArg) -> Option<String> {
    let FnArg::Typed(parameter) = parameter else { return None };
    let Type::Path(path) = parameter.ty.as_ref() else { return None };
    let Pat::Ident(name) = parameter.pat.as_ref() else { return None };
    path.path.is_ident("bool").then(|| name.ident.to_string())
}

fn type_name(implementor: &Type) -> String {
    let Type::Path(path) = implementor else { return "impl".to_owned() };
    path.path.segments.last().map_or_else(|| "impl".to_owned(), |last| last.ident.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::architecture::sources::source;

    fn found(path: &str, text: &str, rule: Rule) -> Vec<String> {
        let mut violations = Violations::default();
        for file in parse(&[source(path, text)]).expect("the text can be parsed") {
            check(&file, &mut violations);
        }
        violations.of(rule)
    }

    #[test]
    fn tests_do_not_count_as_lines_of_a_file() {
        let file = |lines: usize, tests: usize| {
            let code = "const A: u8 = 1;\n".repeat(lines);
            let text = format!("{code}#[cfg(test)]\nmod tests {{\n{}}}\n", "const B: u8 = 1;\n".repeat(tests));
            found("crates/core/src/a.rs", &text, Rule::FileLines)
        };
        assert!(file(400, 300).is_empty());
        assert_eq!(file(401, 0), ["crates/core/src/a.rs file"]);
    }

    #[test]
    fn functions_have_50_lines_at_most() {
        let function = |lines: usize| format!("fn run() {{\n{}}}\n", "    work();\n".repeat(lines - 2));
        let found = |text: &str| found("a.rs", text, Rule::FunctionLines);
        assert!(found(&function(50)).is_empty());
        assert_eq!(found(&function(51)), ["a.rs run"]);
        assert_eq!(found(&format!("impl Job {{\n{}}}", function(51))), ["a.rs Job::run"]);
        assert_eq!(found(&format!("mod jobs {{\n{}}}", function(51))), ["a.rs jobs::run"]);
        assert_eq!(found(&format!("trait Job {{\n{}}}", function(51))), ["a.rs Job::run"]);
        assert!(found(&format!("#[cfg(test)]\nmod tests {{\n{}}}", function(51))).is_empty());
        assert!(found(&format!("#[cfg(test)]\n{}", function(51))).is_empty());
        assert_eq!(found(&format!("#[cfg(feature = \"test\")]\n{}", function(51))), ["a.rs run"]);
    }

    #[test]
    fn commands_have_3_lines_at_most() {
        let command = |attribute: &str, lines: usize| {
            let text = format!("{attribute}\npub fn quit() {{\n{}}}\n", "    work();\n".repeat(lines));
            found("src-tauri/src/commands.rs", &text, Rule::CommandLines)
        };
        assert!(command("#[tauri::command]", 3).is_empty());
        assert_eq!(command("#[tauri::command]", 4), ["src-tauri/src/commands.rs quit"]);
        assert_eq!(command("#[tauri::command(async)]", 4).len(), 1);
        assert!(command("#[inline]", 4).is_empty());
    }

    #[test]
    fn structs_of_the_client_have_15_fields_at_most() {
        let fields = |count: usize| (0..count).fold(String::new(), |fields, n| format!("{fields}f{n}: u8,"));
        let structure =
            |path: &str, count| found(path, &format!("struct S {{ {} }}", fields(count)), Rule::StructFields);
        assert!(structure("crates/client/src/a.rs", 15).is_empty());
        assert_eq!(structure("crates/client/src/a.rs", 16), ["crates/client/src/a.rs S"]);
        assert!(structure("crates/core/src/a.rs", 16).is_empty(), "values of the core may be wide");
    }

    #[test]
    fn public_functions_of_libraries_take_no_bool() {
        let in_file = |path: &str, text: &str| found(path, text, Rule::BoolParameter);
        let found = |text: &str| in_file("crates/core/src/a.rs", text);
        assert_eq!(found("pub fn show(all: bool) {}"), ["crates/core/src/a.rs show(all)"]);
        assert_eq!(found("impl Job { pub(crate) fn end(&mut self, well: bool) {} }").len(), 1);
        assert_eq!(found("pub trait Shell { fn show(&self, all: bool); }").len(), 1);
        assert!(found("fn show(all: bool) {}").is_empty(), "private functions may");
        assert!(found("pub fn is_set(flag: &bool) -> bool { *flag }").is_empty());
        assert!(found("impl Shell for Window { fn show(&self, all: bool) {} }").is_empty(), "the trait decides");
        assert!(in_file("src-tauri/src/a.rs", "pub fn show(all: bool) {}").is_empty());
    }
}
