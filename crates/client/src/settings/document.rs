//! The text of the settings file: changes to it keep everything else, including comments.

use serde_json::Value;
use tallylight_core::settings::{Automation, Settings};
use toml_edit::{DocumentMut, Item, Table, de};

/// Keys that are removed from the file when they have no value.
const OPTIONAL: [(&str, &str); 7] = [
    ("window", "shortcut"),
    ("notifications", "quiet_hours"),
    ("network", "certificate"),
    ("uploads", "max_kilobytes_per_second"),
    ("computer", "speech_model"),
    ("language_model", "address"),
    ("language_model", "model"),
];

/// Applies to `settings` what differs between `from` and `to`.
pub fn apply(from: &Settings, to: &Settings, settings: &Settings) -> Option<Settings> {
    let value = |settings: &Settings| serde_json::to_value(settings).ok();
    let (from, to, mut applied) = (value(from)?, value(to)?, value(settings)?);
    overlay(&from, &to, &mut applied);
    serde_json::from_value(applied).ok()
}

/// Sets the parts of `value` in which `from` and `to` differ. Lists are replaced as a whole.
fn overlay(from: &Value, to: &Value, value: &mut Value) {
    match (from, to, value) {
        (Value::Object(from), Value::Object(to), Value::Object(value)) => {
            for (key, to) in to {
                overlay(from.get(key).unwrap_or(&Value::Null), to, value.entry(key).or_insert(Value::Null));
            }
        }
        (from, to, value) => {
            if from != to {
                *value = to.clone();
            }
        }
    }
}

/// Writes into a document what differs between two versions of the settings.
pub fn merge(document: &mut DocumentMut, old: &DocumentMut, new: &DocumentMut) {
    for (name, key) in OPTIONAL.iter().filter(|(name, key)| new.get(name).and_then(|table| table.get(key)).is_none()) {
        if let Some(table) = document.get_mut(name).and_then(Item::as_table_like_mut) {
            table.remove(key);
        }
    }
    for (name, item) in new.iter() {
        if old.get(name).map(ToString::to_string) == Some(item.to_string()) {
            continue;
        }
        match item.as_table_like() {
            Some(chosen) => {
                let table = document.entry(name).or_insert(Item::Table(Table::new()));
                let Some(table) = table.as_table_like_mut() else { continue };
                for (key, value) in chosen.iter() {
                    put(table, key, value);
                }
            }
            // An empty list is the default, so it needs no entry.
            None if item.as_array().is_some_and(toml_edit::Array::is_empty) => drop(document.remove(name)),
            None => merge_tables(document, name, item),
        }
    }
}

/// Writes a list of tables. Tables whose meaning is unchanged keep their text, with the comments around them.
fn merge_tables(document: &mut DocumentMut, name: &str, item: &Item) {
    let new = item.clone().into_array_of_tables().unwrap_or_default();
    let held = document.get(name).and_then(Item::as_array_of_tables).cloned().unwrap_or_default();
    let is_same_length = held.len() == new.len();
    let mut before: Vec<Option<Table>> = held.into_iter().map(Some).collect();
    let mut written = toml_edit::ArrayOfTables::new();
    for (place, chosen) in new.into_iter().enumerate() {
        let same = before.iter().position(|held| held.as_ref().is_some_and(|held| is_same_automation(held, &chosen)));
        let place = same.or(is_same_length.then_some(place));
        written.push(match place.and_then(|place| before.get_mut(place)?.take()) {
            Some(mut held) => {
                held.retain(|key, _| chosen.contains_key(key));
                for (key, value) in &chosen {
                    put(&mut held, key, value);
                }
                held
            }
            None => chosen,
        });
    }
    document.insert(name, Item::ArrayOfTables(written));
}

fn is_same_automation(held: &Table, chosen: &Table) -> bool {
    let read = |table: &Table| de::from_str::<Automation>(&table.to_string()).ok();
    read(held).is_some_and(|held| Some(held) == read(chosen))
}

/// Sets a value, and keeps the comment behind the old one.
fn put(table: &mut dyn toml_edit::TableLike, key: &str, item: &Item) {
    match (table.get_mut(key).and_then(Item::as_value_mut), item.as_value()) {
        (Some(held), Some(value)) => {
            let decor = held.decor().clone();
            *held = value.clone();
            *held.decor_mut() = decor;
        }
        _ => drop(table.insert(key, item.clone())),
    }
}
