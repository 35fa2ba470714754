//! The tray icon in each of its states, as SVG: a lamp and its base, legible at 16 px.
//!
//! States differ in shape and not in colour alone. In colour, a pale rim shows on dark panels and a dark one on light
//! panels; for macOS everything is one colour, which the system chooses.

use std::fmt::Write;

/// The number of steps in which progress is shown: a base of 16 px has no room for more.
pub const STEPS: u32 = 8;

/// The style of an icon.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// In colour, for panels of any colour.
    Colour,
    /// In black, as a mask that the system colours.
    Template,
}

impl Style {
    /// Returns the folder of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Colour => "colour",
            Self::Template => "template",
        }
    }
}

/// Returns the icons of a style with their names.
pub fn icons(style: Style) -> Vec<(String, String)> {
    let mut icons = vec![
        ("idle".to_owned(), svg(style, &idle(style), &base(style, 0))),
        ("attention".to_owned(), svg(style, &attention(style), &base(style, 0))),
        ("offline".to_owned(), svg(style, &offline(style), &base(style, 0))),
        ("signed-out".to_owned(), svg(style, &signed_out(style), "")),
    ];
    icons.extend((0..STEPS).map(|step| (format!("working-{step}"), svg(style, &working(style), &base(style, step)))));
    icons
}

fn svg(style: Style, lamp: &str, base: &str) -> String {
    let rim = match style {
        Style::Colour => concat!(
            r##"<circle cx="16" cy="12.5" r="12" fill="#fff"/>"##,
            r##"<circle cx="16" cy="12.5" r="10.8" fill="#16181e"/>"##
        ),
        Style::Template => "",
    };
    format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{rim}{lamp}{base}</svg>"#)
}

/// Draws the base, which fills with progress.
fn base(style: Style, step: u32) -> String {
    let width = 20.0 * f64::from(step) / f64::from(STEPS - 1);
    let mut base = String::new();
    let _ = match style {
        Style::Colour => write!(
            base,
            concat!(
                r##"<rect x="5" y="25.5" width="22" height="6" rx="2" fill="#fff"/>"##,
                r##"<rect x="6" y="26.5" width="20" height="4" rx="1" fill="#16181e"/>"##,
                r##"<rect x="6" y="26.5" width="{width}" height="4" rx="1" fill="#ffb454"/>"##
            ),
            width = width
        ),
        Style::Template => write!(
            base,
            concat!(
                r#"<rect x="6" y="26.5" width="20" height="4" rx="1" fill="none" stroke="black" stroke-width="1.2"/>"#,
                r#"<rect x="6" y="26.5" width="{width}" height="4" rx="1"/>"#
            ),
            width = width
        ),
    };
    base
}

/// Draws a lamp that is off.
fn idle(style: Style) -> String {
    match style {
        Style::Colour => {
            r##"<circle cx="16" cy="12.5" r="7" fill="none" stroke="#c8cdd8" stroke-width="2.4"/>"##.into()
        }
        Style::Template => r#"<circle cx="16" cy="12.5" r="9" fill="none" stroke="black" stroke-width="2.4"/>"#.into(),
    }
}

/// Draws a lamp that is on.
fn working(style: Style) -> String {
    match style {
        Style::Colour => r##"<circle cx="16" cy="12.5" r="8" fill="#ffb454"/>"##.into(),
        Style::Template => r#"<circle cx="16" cy="12.5" r="10.5"/>"#.into(),
    }
}

/// Draws an exclamation mark.
fn attention(style: Style) -> String {
    match style {
        Style::Colour => concat!(
            r##"<circle cx="16" cy="12.5" r="10.8" fill="#e5342b"/>"##,
            r##"<rect x="14" y="5" width="4" height="9.5" rx="1.5" fill="#fff"/>"##,
            r##"<circle cx="16" cy="18.3" r="2.3" fill="#fff"/>"##
        )
        .into(),
        Style::Template => concat!(
            r#"<path fill-rule="evenodd" d="M16 1a11.5 11.5 0 1 0 .01 0z"#,
            r#"M14 5h4v9.5h-4zM16 16a2.3 2.3 0 1 1-.01 0z"/>"#
        )
        .into(),
    }
}

/// Draws a lamp that is crossed out.
fn offline(style: Style) -> String {
    let line = |colour: &str, width: f64| {
        format!(r#"<path d="M7 21.5L25 3.5" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>"#)
    };
    match style {
        Style::Colour => {
            let lamp = r##"<circle cx="16" cy="12.5" r="6.5" fill="none" stroke="#8b93a5" stroke-width="2.2"/>"##;
            format!("{lamp}{}{}", line("#16181e", 6.0), line("#fff", 3.0))
        }
        Style::Template => {
            let lamp = r#"<circle cx="16" cy="12.5" r="8" fill="none" stroke="black" stroke-width="1.6"/>"#;
            format!("{lamp}{}", line("black", 2.8))
        }
    }
}

/// Draws three dots in place of the lamp.
fn signed_out(style: Style) -> String {
    let colour = if style == Style::Colour { "#c8cdd8" } else { "black" };
    [8.0, 16.0, 24.0]
        .map(|x: f64| {
            let x = if style == Style::Colour { 16.0 + (x - 16.0) * 0.7 } else { x };
            format!(r#"<circle cx="{x}" cy="12.5" r="2" fill="{colour}"/>"#)
        })
        .concat()
}
