//! Circles among modules and folders: the same search for Rust and TypeScript.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};

use super::violation::{Rule, Violations};

/// The place of a module or a file in the tree: the names from the root down.
pub type Place = Vec<String>;

/// What uses what, among children of the same parent. What a parent and its child have with each other is no circle.
#[derive(Debug, Default)]
pub struct Graph {
    /// For each parent and each pair of its children, a file in which the first uses the second.
    uses: BTreeMap<Place, BTreeMap<(String, String), String>>,
}

impl Graph {
    /// Records that the module at one place, written in a file, uses the module at another.
    pub fn add(&mut self, from: &[String], to: &[String], file: &str) {
        let shared = from.iter().zip(to).take_while(|(from, to)| from == to).count();
        if let (Some(user), Some(used)) = (from.get(shared), to.get(shared)) {
            let pairs = self.uses.entry(from[..shared].to_vec()).or_default();
            pairs.entry((user.clone(), used.clone())).or_insert_with(|| file.to_owned());
        }
    }

    /// Adds each group of modules that use each other in a circle, as an item of their parent's folder.
    pub fn check(&self, root: &str, violations: &mut Violations) {
        for (parent, pairs) in &self.uses {
            for group in circles(pairs) {
                let folder = [root].into_iter().chain(parent.iter().map(String::as_str)).collect::<Vec<_>>().join("/");
                let members: Vec<&str> = group.iter().copied().collect();
                violations.add(Rule::ModuleCycle, &folder, &members.join(" + "), explain(&group, pairs));
            }
        }
    }
}

type Pairs = BTreeMap<(String, String), String>;

/// Returns the groups in which each module reaches each other one.
fn circles(pairs: &Pairs) -> Vec<BTreeSet<&str>> {
    let uses = pairs.keys().map(|(user, used)| (user.as_str(), used.as_str()));
    let groups = tarjan_scc(&DiGraphMap::<&str, ()>::from_edges(uses));
    groups.into_iter().filter(|group| group.len() > 1).map(BTreeSet::from_iter).collect()
}

/// Names the direct uses in both directions or, in a longer circle, every use within it.
fn explain(group: &BTreeSet<&str>, pairs: &Pairs) -> String {
    let within = |(user, used): &(String, String)| group.contains(user.as_str()) && group.contains(used.as_str());
    let is_mutual = |(user, used): &(String, String)| pairs.contains_key(&(used.clone(), user.clone()));
    let has_mutual = pairs.keys().any(|pair| within(pair) && is_mutual(pair));
    let uses = pairs.iter().filter(|(pair, _)| within(pair) && (!has_mutual || is_mutual(pair)));
    let uses: Vec<String> = uses.map(|((user, used), file)| format!("{user} uses {used} ({file})")).collect();
    format!("use each other: {}", uses.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(uses: &[(&str, &str)]) -> Vec<String> {
        let place = |path: &str| path.split('/').map(str::to_owned).collect::<Place>();
        let (mut graph, mut violations) = (Graph::default(), Violations::default());
        for (from, to) in uses {
            graph.add(&place(from), &place(to), from);
        }
        graph.check("src", &mut violations);
        violations.of(Rule::ModuleCycle)
    }

    #[test]
    fn two_folders_that_use_each_other_are_a_circle() {
        assert_eq!(found(&[("a/x", "b/y"), ("b/z", "a/w")]), ["src a + b"]);
        assert!(found(&[("a/x", "b/y"), ("a/z", "b/y")]).is_empty());
    }

    #[test]
    fn a_longer_circle_is_one_group() {
        assert_eq!(found(&[("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]), ["src a + b + c"]);
    }

    #[test]
    fn circles_inside_a_folder_are_its_own() {
        assert_eq!(found(&[("a/x", "a/y"), ("a/y", "a/x"), ("b", "a")]), ["src/a x + y"]);
    }

    #[test]
    fn a_module_and_its_parent_are_no_circle() {
        assert!(found(&[("a", "a/x"), ("a/x", "a")]).is_empty());
    }
}
