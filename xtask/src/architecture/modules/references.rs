//! The paths that begin with `crate`, `self` or `super` in the text of a file, in imports as in code and macros.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::architecture::graph::Place;

/// A path as it is written.
pub type Path = Vec<String>;

/// Returns each path with the module that it is written in, without those of tests.
pub fn of(text: &str, module: &Place) -> Result<Vec<(Place, Path)>> {
    let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{}: {error}", module.join("::")))?;
    let mut scanner = Scanner { module: module.clone(), found: Vec::new() };
    scanner.scan(tokens);
    Ok(scanner.found)
}

struct Scanner {
    module: Place,
    found: Vec<(Place, Path)>,
}

impl Scanner {
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' && is_test_only(tokens.get(at)) => {
                    at = end_of_item(&tokens, at);
                }
                TokenTree::Ident(ident) if ident == "mod" => at = self.scan_module(&tokens, at),
                TokenTree::Ident(ident) if is_start(&ident.to_string()) && is_separator(&tokens, at) => {
                    at = self.scan_path(&tokens, at, vec![ident.to_string()]);
                }
                TokenTree::Group(group) => self.scan(group.stream()),
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// Scans the body of a module in this file, and returns where it ends.
    fn scan_module(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) = (tokens.get(at), tokens.get(at + 1)) else {
            return at;
        };
        self.module.push(name.to_string());
        self.scan(body.stream());
        self.module.pop();
        at + 2
    }

    /// Reads on from the first part of a path, records it, or each path of its group, and returns where it ends.
    fn scan_path(&mut self, tokens: &[TokenTree], mut at: usize, mut path: Path) -> usize {
        while is_separator(tokens, at) {
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(part)) => path.push(part.to_string()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    self.scan_group(group.stream(), &path);
                    return at + 3;
                }
                Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                    path.push("*".to_owned());
                }
                _ => break,
            }
            at += 3;
        }
        self.found.push((self.module.clone(), path));
        at
    }

    /// Records each path of the group of an import.
    fn scan_group(&mut self, tokens: TokenStream, prefix: &Path) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
        for import in tokens.split(is_comma) {
            match import.first() {
                Some(TokenTree::Ident(ident)) if ident == "self" => {
                    self.found.push((self.module.clone(), prefix.clone()));
                }
                Some(TokenTree::Ident(ident)) => {
                    let path = prefix.iter().cloned().chain([ident.to_string()]).collect();
                    self.scan_path(import, 1, path);
                }
                Some(TokenTree::Punct(_)) => {
                    let path = prefix.iter().cloned().chain(["*".to_owned()]).collect();
                    self.found.push((self.module.clone(), path));
                }
                Some(TokenTree::Group(_) | TokenTree::Literal(_)) | None => {}
            }
        }
    }
}

fn is_start(ident: &str) -> bool {
    matches!(ident, "crate" | "self" | "super")
}

/// Returns whether `::` stands at a place.
fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is_colon(tokens.get(at)) && is_colon(tokens.get(at + 1))
}

/// Returns whether the rest of an attribute is that of an item for tests.
fn is_test_only(attribute: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = attribute else { return false };
    let text: String = group.stream().to_string().split_whitespace().collect();
    text == "cfg(test)"
}

/// Returns where an item ends, whose first attribute begins at a place.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    };
    tokens.iter().skip(at).position(ends).map_or(tokens.len(), |length| at + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let found = of(text, &vec!["m".to_owned()]).expect("the text has tokens");
        found.into_iter().map(|(module, path)| format!("{}: {}", module.join("::"), path.join("::"))).collect()
    }

    #[test]
    fn groups_are_several_paths() {
        let text = "use crate::{a, b::{self, C}, d::*}; use super::super::e::F as G;";
        let expected = ["m: crate::a", "m: crate::b", "m: crate::b::C", "m: crate::d::*", "m: super::super::e::F"];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn code_macros_and_types_are_searched() {
        let text = "fn f(a: super::A<crate::B>) -> u8 { write!(x, \"{}\", crate::c::D::new::<u8>()); self.x::<u8>() }";
        assert_eq!(found(text), ["m: super::A", "m: crate::B", "m: crate::c::D::new"]);
    }

    #[test]
    fn tests_are_left_out() {
        let text = "#[cfg(test)] mod tests { use super::A; } #[cfg(test)] use crate::B; mod n { use super::C; }";
        assert_eq!(found(text), ["m::n: super::C"]);
    }
}
