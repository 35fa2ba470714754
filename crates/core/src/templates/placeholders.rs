//! The placeholders of a description, and its lines with their values.

use super::invalid;
use crate::Error;

/// A placeholder of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    Title,
    Chapters,
    Tags,
    Date,
    Links,
    Description,
}

impl Placeholder {
    const ALL: [Self; 6] = [Self::Title, Self::Chapters, Self::Tags, Self::Date, Self::Links, Self::Description];

    fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Chapters => "chapters",
            Self::Tags => "tags",
            Self::Date => "date",
            Self::Links => "links",
            Self::Description => "description",
        }
    }
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    Value(Placeholder),
}

/// A line of a template.
pub(super) type Line = Vec<Part>;

/// Returns the lines of a template.
///
/// # Errors
/// [`Code::InvalidContent`](crate::Code::InvalidContent) for an unknown placeholder, and for `{description}` that is not
/// a line of its own or occurs twice.
pub(super) fn parse(template: &str) -> Result<Vec<Line>, Error> {
    let lines: Vec<Line> = template.lines().map(parse_line).collect::<Result<_, _>>()?;
    let is_present = |part: &Part| *part == Part::Value(Placeholder::Description);
    let is_blank = |part: &Part| matches!(part, Part::Text(text) if text.trim().is_empty());
    let uses = lines.iter().flatten().filter(|part| is_present(part)).count();
    let is_inline = |line: &Line| line.iter().any(is_present) && !line.iter().all(|p| is_present(p) || is_blank(p));
    if uses > 1 || lines.iter().any(is_inline) {
        return Err(invalid("{description} has to be on a line of its own, once."));
    }
    Ok(lines)
}

/// Returns whether a line stands for the present description.
pub(super) fn is_description(line: &Line) -> bool {
    line.contains(&Part::Value(Placeholder::Description))
}

fn parse_line(line: &str) -> Result<Line, Error> {
    let (mut parts, mut rest) = (Vec::new(), line);
    let text = |parts: &mut Vec<Part>, text: &str| match parts.last_mut() {
        Some(Part::Text(before)) => before.push_str(text),
        Some(Part::Value(_)) | None => parts.push(Part::Text(text.to_owned())),
    };
    while let Some(at) = rest.find('{') {
        text(&mut parts, &rest[..at]);
        rest = &rest[at..];
        let (name, is_literal) = match (braced(rest, "{{", "}}"), braced(rest, "{", "}")) {
            (Some(name), _) => (name, true),
            (None, Some(name)) => (name, false),
            (None, None) => {
                text(&mut parts, "{");
                rest = &rest[1..];
                continue;
            }
        };
        if is_literal {
            text(&mut parts, &rest[1..name.len() + 3]);
            rest = &rest[name.len() + 4..];
        } else {
            parts.push(Part::Value(placeholder(name)?));
            rest = &rest[name.len() + 2..];
        }
    }
    text(&mut parts, rest);
    parts.retain(|part| *part != Part::Text(String::new()));
    Ok(parts)
}

/// Returns the word between braces at the beginning of a text. Other braces are text.
fn braced<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(open)?;
    let (name, _) = inner.split_once(close)?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then_some(name)
}

fn placeholder(name: &str) -> Result<Placeholder, Error> {
    let found = Placeholder::ALL.into_iter().find(|placeholder| placeholder.name().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known: Vec<String> = Placeholder::ALL.iter().map(|known| format!("{{{}}}", known.name())).collect();
        invalid(&format!("Unknown placeholder {{{name}}}. There are {}.", known.join(", ")))
    })
}

/// Returns lines with the values of their placeholders, without blank lines around them.
///
/// A line whose placeholders are all empty is left out, and with it a heading such as `Chapters:` of which nothing is
/// left, and one of two blank lines that it was between.
pub(super) fn render(lines: &[Line], value: impl Fn(Placeholder) -> String) -> String {
    let mut rendered: Vec<Option<String>> = lines.iter().map(|line| render_line(line, &value)).collect();
    leave_out_headings(&mut rendered);
    let (mut kept, mut is_after_gap) = (Vec::<&str>::new(), false);
    for line in &rendered {
        let Some(line) = line else {
            is_after_gap = true;
            continue;
        };
        let is_blank = line.trim().is_empty();
        let is_second = is_after_gap && kept.last().is_none_or(|before| before.trim().is_empty());
        if is_blank && is_second {
            continue;
        }
        is_after_gap = is_after_gap && is_blank;
        kept.push(line);
    }
    trimmed(&kept).join("\n")
}

/// Returns lines without the blank ones at both ends.
pub(super) fn trimmed<'a, 'b>(lines: &'b [&'a str]) -> &'b [&'a str] {
    let is_visible = |line: &&str| !line.trim().is_empty();
    let Some(first) = lines.iter().position(is_visible) else { return &[] };
    let last = lines.iter().rposition(is_visible).unwrap_or(first);
    &lines[first..=last]
}

/// Returns a line; none if it has placeholders, and they are all empty.
fn render_line(line: &Line, value: &impl Fn(Placeholder) -> String) -> Option<String> {
    let (mut text, mut placeholders, mut filled) = (String::new(), 0, 0);
    for part in line {
        match part {
            Part::Text(part) => text.push_str(part),
            Part::Value(placeholder) => {
                let value = value(*placeholder);
                placeholders += 1;
                filled += usize::from(!value.trim().is_empty());
                text.push_str(value.trim());
            }
        }
    }
    (placeholders == 0 || filled > 0).then_some(text)
}

/// Leaves out each line that ends with a colon and headed only lines that are left out.
fn leave_out_headings(lines: &mut [Option<String>]) {
    for at in (0..lines.len()).rev() {
        let is_heading = lines[at].as_ref().is_some_and(|line| line.trim_end().ends_with(':'));
        let below = &lines[at + 1..];
        let left_out = below.iter().take_while(|line| line.is_none()).count();
        let is_at_end = below.get(left_out).is_none_or(|next| next.as_ref().is_some_and(|n| n.trim().is_empty()));
        if is_heading && left_out > 0 && is_at_end {
            lines[at] = None;
        }
    }
}
