//! The names of a crate's modules, and the modules that they come from.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Item, UseTree};

use super::references::Path;
use crate::architecture::{graph::Place, rust::is_test_only};

/// How many re-exports are followed before a name counts as that of the module reached.
const DEPTH: usize = 8;

/// The modules of a crate.
#[derive(Debug, Default)]
pub struct Names(BTreeMap<Place, Module>);

/// The names of one module.
#[derive(Debug, Default)]
struct Module {
    /// What it defines.
    defined: BTreeSet<String>,
    /// What it imports, whether or not it exports it: its children see both.
    imported: BTreeMap<String, Path>,
    /// The modules of which it imports everything.
    globs: Vec<Path>,
}

impl Names {
    /// Adds the items of a module.
    pub fn add(&mut self, place: &Place, items: &[Item]) {
        let mut module = Module::default();
        for item in items {
            if let Item::Mod(inner) = item
                && let Some((_, items)) = inner.content.as_ref().filter(|_| !is_test_only(&inner.attrs))
            {
                let place: Place = place.iter().cloned().chain([inner.ident.to_string()]).collect();
                self.add(&place, items);
            } else if let Item::Use(import) = item {
                module.import(&import.tree, &mut Vec::new());
            } else {
                module.defined.extend(name(item));
            }
        }
        self.0.insert(place.clone(), module);
    }

    /// Returns the module that a path leads to, as written in another module.
    pub fn resolve(&self, from: &Place, path: &[String]) -> Option<Place> {
        self.follow(from, path, DEPTH)
    }

    fn follow(&self, from: &Place, path: &[String], depth: usize) -> Option<Place> {
        let depth = depth.checked_sub(1)?;
        let (mut place, rest) = self.start(from, path)?;
        for (index, name) in rest.iter().enumerate() {
            let child: Place = place.iter().cloned().chain([name.clone()]).collect();
            if self.0.contains_key(&child) {
                place = child;
                continue;
            }
            let remaining = &rest[index + 1..];
            return Some(self.origin(&place, name, remaining, depth).unwrap_or(place));
        }
        Some(place)
    }

    /// Returns the module in which a path begins, and the path from there.
    fn start<'a>(&self, from: &Place, path: &'a [String]) -> Option<(Place, &'a [String])> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some((Place::new(), rest)),
            "self" => Some((from.clone(), rest)),
            "super" => {
                let supers = path.iter().take_while(|part| *part == "super").count();
                let kept = from.len().checked_sub(supers)?;
                Some((from[..kept].to_vec(), &path[supers..]))
            }
            // An import may also begin with a child.
            child => {
                let child: Place = from.iter().cloned().chain([child.to_owned()]).collect();
                self.0.contains_key(&child).then_some((child, rest))
            }
        }
    }

    /// Returns the module that an imported name comes from.
    fn origin(&self, place: &Place, name: &str, rest: &[String], depth: usize) -> Option<Place> {
        let module = self.0.get(place)?;
        if let Some(path) = module.imported.get(name) {
            let path: Path = path.iter().chain(rest).cloned().collect();
            return self.follow(place, &path, depth);
        }
        let sources = module.globs.iter().filter_map(|glob| self.follow(place, glob, depth));
        let mut sources = sources.filter(|source| source != place);
        sources.find_map(|source| {
            if self.0.get(&source)?.defined.contains(name) {
                return Some(source);
            }
            self.origin(&source, name, rest, depth.checked_sub(1)?)
        })
    }
}

impl Module {
    fn import(&mut self, tree: &UseTree, prefix: &mut Path) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(&path.tree, prefix);
                prefix.pop();
            }
            UseTree::Name(name) => self.add(&name.ident.to_string(), &name.ident.to_string(), prefix),
            UseTree::Rename(rename) => self.add(&rename.rename.to_string(), &rename.ident.to_string(), prefix),
            UseTree::Glob(_) => self.globs.push(prefix.clone()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, prefix)),
        }
    }

    fn add(&mut self, name: &str, original: &str, prefix: &Path) {
        let mut path = prefix.clone();
        // `use a::{self}` imports `a`.
        let name = if original == "self" { prefix.last().map_or(name, String::as_str) } else { name };
        if original != "self" {
            path.push(original.to_owned());
        }
        self.imported.insert(name.to_owned(), path);
    }
}

/// Returns the name that an item defines.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn may add kinds of items")]
fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
