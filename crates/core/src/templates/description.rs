//! The description that a template makes of the present one: no words of it are lost, and none are added twice.

use std::ops::Range;

use super::{
    VideoTexts,
    placeholders::{Line, Placeholder, is_description, parse, render, trimmed},
};
use crate::{
    Error,
    model::{job::Chapter, json_field::clock_time},
    text_suggestions::clock,
};

/// Returns the present description with a template around it, or below it if the template does not say where.
///
/// # Errors
/// Those of [`parse`].
pub(super) fn merged(template: &str, links: &[String], texts: &VideoTexts) -> Result<String, Error> {
    let present = texts.description.as_str();
    let parsed = parse(template)?;
    let alone = render(&parsed, |placeholder| value(placeholder, links, texts));
    if present.trim().is_empty() {
        return Ok(if alone.is_empty() { present.to_owned() } else { alone });
    }
    if is_same(present, &alone) {
        return Ok(present.to_owned());
    }
    // A second list of the same times would not be ascending, and YouTube would show no chapters at all.
    let unlisted = VideoTexts { chapters: unlisted_chapters(texts), ..texts.clone() };
    let added = |lines: &[Line]| {
        let whole = missing(&render(lines, |placeholder| value(placeholder, links, texts)), present);
        if whole.is_empty() {
            return whole;
        }
        missing(&render(lines, |placeholder| value(placeholder, links, &unlisted)), present)
    };
    let at = parsed.iter().position(is_description);
    let (above, below) = match at {
        Some(at) => (&parsed[..at], &parsed[at + 1..]),
        None => (&parsed[..0], &parsed[..]),
    };
    let gap = |line: Option<&Line>| if line.is_some_and(|line| !is_blank(line)) { "\n" } else { "\n\n" };
    let below_gap = if at.is_some() { gap(below.first()) } else { "\n\n" };
    Ok(joined(present, (&added(above), gap(above.last())), (&added(below), below_gap)))
}

/// Returns a description with a text above and a text below it, each a paragraph of its own.
pub(super) fn with_paragraphs(present: &str, above: &str, below: &str) -> String {
    if present.trim().is_empty() {
        let text = format!("{above}{below}");
        return if text.trim().is_empty() { present.to_owned() } else { text };
    }
    joined(present, (&missing(above, present), "\n\n"), (&missing(below, present), "\n\n"))
}

/// Joins a description with texts, each with what separates it.
fn joined(present: &str, (above, above_gap): (&str, &str), (below, below_gap): (&str, &str)) -> String {
    let mut text = present.to_owned();
    if !above.is_empty() {
        text = format!("{above}{above_gap}{}", text.trim_start_matches(['\n', ' ', '\t']));
    }
    if !below.is_empty() {
        text = format!("{}{below_gap}{below}", text.trim_end());
    }
    text
}

fn value(placeholder: Placeholder, links: &[String], texts: &VideoTexts) -> String {
    match placeholder {
        Placeholder::Title => texts.title.clone(),
        Placeholder::Chapters => texts.chapters.iter().map(chapter_line).collect::<Vec<_>>().join("\n"),
        Placeholder::Tags => texts.tags.join(", "),
        Placeholder::Date => texts.date.clone().unwrap_or_default(),
        Placeholder::Links => links.join("\n"),
        // Lines are rendered without it: the present description is put between them as it is.
        Placeholder::Description => String::new(),
    }
}

fn chapter_line(chapter: &Chapter) -> String {
    format!("{} {}", clock(chapter.start_seconds), chapter.title).trim_end().to_owned()
}

/// Returns the chapters; none if the description lists all of their times already.
fn unlisted_chapters(texts: &VideoTexts) -> Vec<Chapter> {
    let listed: Vec<String> = texts.description.lines().filter_map(line_time).collect();
    let is_listed = |chapter: &Chapter| listed.contains(&clock(chapter.start_seconds));
    if texts.chapters.iter().all(is_listed) { Vec::new() } else { texts.chapters.clone() }
}

/// Returns the time at the beginning of a line, as it is written in a list of chapters.
fn line_time(line: &str) -> Option<String> {
    let time = line.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = time.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(time.len());
    let time = time[..end].trim_end_matches(':');
    time.contains(':').then(|| clock_time(time).map(clock)).flatten()
}

fn is_blank(line: &Line) -> bool {
    line.iter().all(|part| matches!(part, super::placeholders::Part::Text(text) if text.trim().is_empty()))
}

/// Returns whether two texts have the same lines, whatever white space a backend removed.
fn is_same(one: &str, other: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        trimmed(&lines).iter().map(|line| line.trim_end().to_owned()).collect()
    };
    lines(one) == lines(other)
}

/// Returns the paragraphs of a text that a description does not have yet.
fn missing(text: &str, present: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let held: Vec<&str> = present.lines().map(str::trim_end).collect();
    let paragraphs = paragraphs(&lines);
    let is_missing = |range: &Range<usize>| !contains(&held, &lines[range.clone()]);
    let missing: Vec<Range<usize>> = paragraphs.iter().filter(|range| is_missing(range)).cloned().collect();
    if missing.len() == paragraphs.len() {
        return trimmed(&lines).join("\n");
    }
    missing.into_iter().map(|range| lines[range].join("\n")).collect::<Vec<_>>().join("\n\n")
}

/// Returns whether a text has these lines one after the other.
fn contains(held: &[&str], lines: &[&str]) -> bool {
    held.windows(lines.len().max(1)).any(|window| window == lines)
}

/// Returns the paragraphs among lines, which blank lines separate. One without a word, such as `---`, belongs to the
/// next one: a description may have such a line for another reason.
fn paragraphs(lines: &[&str]) -> Vec<Range<usize>> {
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut is_open = false;
    for (at, line) in lines.iter().enumerate() {
        if line.is_empty() {
            is_open = false;
            continue;
        }
        let has_words = |range: &Range<usize>| lines[range.clone()].iter().any(|l| l.contains(char::is_alphanumeric));
        match paragraphs.last_mut() {
            Some(last) if is_open || !has_words(last) => last.end = at + 1,
            Some(_) | None => paragraphs.push(at..at + 1),
        }
        is_open = true;
    }
    paragraphs
}
