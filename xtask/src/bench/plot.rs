//! Plots as SVG.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::{
    coord::{
        Shift,
        ranged1d::{KeyPointHint, NoDefaultFormatting, ValueFormatter},
        types::RangedCoordf64,
    },
    prelude::*,
};

/// A line of a plot.
pub struct Curve {
    /// Its name in the legend.
    pub name: &'static str,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// An axis of a plot.
#[derive(Clone, Copy)]
pub struct Axis {
    /// Its name, with the unit.
    pub name: &'static str,
    /// Its scale.
    pub scale: Scale,
}

/// The scale of an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Even, from zero.
    Linear,
    /// By powers of ten.
    Logarithmic,
}

/// The range of an axis.
struct AxisRange {
    scale: Scale,
    from: f64,
    to: f64,
}

impl AxisRange {
    fn of(scale: Scale, values: impl Iterator<Item = f64> + Clone) -> Self {
        let most = values.clone().fold(f64::MIN, f64::max);
        match scale {
            Scale::Linear => Self { scale, from: 0.0, to: (most * 1.1).max(1.0) },
            Scale::Logarithmic => {
                let least = values.fold(f64::MAX, f64::min).max(1e-9);
                Self { scale, from: 10_f64.powf(least.log10().floor()), to: (most * 1.2).max(least * 1.2) }
            }
        }
    }
}

impl Ranged for AxisRange {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let part = match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Logarithmic => (value.max(self.from) / self.from).log10() / (self.to / self.from).log10(),
        };
        #[expect(clippy::cast_possible_truncation, reason = "a place on the picture")]
        let along = (f64::from(to - from) * part).round() as i32;
        from + along
    }

    /// Returns the powers of ten and, where there are few of them, values between.
    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if self.scale == Scale::Linear {
            return RangedCoordf64::from(self.from..self.to).key_points(hint);
        }
        let decades = (self.to / self.from).log10();
        let between: &[f64] = match decades {
            few if few < 1.0 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0],
            some if some < 2.5 => &[1.0, 2.0, 5.0],
            _ => &[1.0],
        };
        std::iter::successors(Some(self.from), |power| Some(power * 10.0))
            .take_while(|power| *power <= self.to)
            .flat_map(|power| between.iter().map(move |times| power * times))
            .filter(|value| *value <= self.to)
            .collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for AxisRange {
    fn format_ext(&self, value: &f64) -> String {
        if *value >= 1000.0 {
            return thousands(&format!("{value:.0}"));
        }
        // Powers of ten have rounding errors: 0.010000000000000002.
        format!("{value:.6}").trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// Formats 12345 as 12,345.
fn thousands(digits: &str) -> String {
    match digits.len().checked_sub(3) {
        Some(split @ 1..) => format!("{},{}", thousands(&digits[..split]), &digits[split..]),
        _ => digits.to_owned(),
    }
}

/// A plot of several.
pub struct Panel {
    /// Its title.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Its lines.
    pub curves: Vec<Curve>,
}

const COLOURS: [RGBColor; 3] = [RGBColor(47, 95, 208), RGBColor(179, 38, 30), RGBColor(20, 108, 67)];

/// The height of the title and the legend, in pixels.
const HEAD: i32 = 58;

/// Draws panels, two in a row.
pub fn draw(file: &Path, panels: &[Panel]) -> Result<()> {
    let columns = panels.len().min(2);
    let rows = panels.len().div_ceil(columns);
    let area = SVGBackend::new(file, (500 * u32::try_from(columns)?, 360 * u32::try_from(rows)?)).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    for (panel, place) in panels.iter().zip(area.split_evenly((rows, columns))) {
        let (head, body) = place.split_vertically(HEAD);
        draw_head(&head, panel)?;
        draw_lines(&body, panel)?;
    }
    area.present().map_err(failed)
}

type Place<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws the title and the legend, above the lines, where they hide none.
fn draw_head(place: &Place<'_>, panel: &Panel) -> Result<()> {
    let font = |size: i32| ("sans-serif", size).into_font();
    place.draw(&Text::new(panel.title.clone(), (LEFT, 12), font(18))).map_err(failed)?;
    let apart = 400 / i32::try_from(panel.curves.len())?.max(2);
    for (nth, (curve, colour)) in (0..).zip(panel.curves.iter().zip(COLOURS)) {
        let (left, middle) = (LEFT + apart * nth, 46);
        place.draw(&PathElement::new([(left, middle), (left + 18, middle)], colour.stroke_width(3))).map_err(failed)?;
        place.draw(&Text::new(curve.name, (left + 24, middle - 7), font(14))).map_err(failed)?;
    }
    Ok(())
}

/// The width of the labels of the vertical axis, in pixels.
const LEFT: i32 = 84;
/// The margin of a plot, in pixels.
const MARGIN: i32 = 12;

/// The most points of a line that are marked.
const MARKED: usize = 20;

fn draw_lines(place: &Place<'_>, panel: &Panel) -> Result<()> {
    let points = || panel.curves.iter().flat_map(|curve| &curve.points);
    let mut chart = ChartBuilder::on(place)
        .margin(MARGIN)
        .x_label_area_size(36)
        .y_label_area_size(LEFT - MARGIN)
        .build_cartesian_2d(
            AxisRange::of(panel.x.scale, points().map(|(x, _)| *x)),
            AxisRange::of(panel.y.scale, points().map(|(_, y)| *y)),
        )
        .map_err(failed)?;
    chart
        .configure_mesh()
        .x_desc(panel.x.name)
        .y_desc(panel.y.name)
        .x_labels(6)
        .y_labels(6)
        .light_line_style(WHITE)
        .draw()
        .map_err(failed)?;
    for (curve, colour) in panel.curves.iter().zip(COLOURS) {
        // Many dots would hide the line.
        let dots = if curve.points.len() > MARKED { 0 } else { 2 };
        chart
            .draw_series(LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2)).point_size(dots))
            .map_err(failed)?;
    }
    Ok(())
}

fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the plot could not be drawn: {error}")
}
