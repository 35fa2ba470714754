//! Plots as SVG.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

/// Is one line of a plot.
pub struct Curve {
    /// What it is.
    pub name: &'static str,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// Is what is along one side of a plot.
#[derive(Clone, Copy)]
pub struct Axis {
    /// What it is, with its unit.
    pub name: &'static str,
    /// How it is divided.
    pub scale: Scale,
}

/// Tells how an axis is divided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// From zero on, evenly.
    Linear,
    /// By powers of ten.
    Logarithmic,
}

impl Scale {
    fn place(self, value: f64) -> f64 {
        if self == Self::Logarithmic { value.max(1e-9).log10() } else { value }
    }

    fn range(self, values: impl Iterator<Item = f64> + Clone) -> std::ops::Range<f64> {
        let most = values.clone().fold(f64::MIN, f64::max);
        if self == Self::Logarithmic {
            let least = values.fold(f64::MAX, f64::min);
            self.place(least).floor()..self.place(most * 1.2)
        } else {
            0.0..(most * 1.1).max(1.0)
        }
    }

    fn label(self, place: f64) -> String {
        let value = if self == Self::Logarithmic { 10_f64.powf(place) } else { place };
        match value {
            whole if whole >= 10.0 || whole == 0.0 => format!("{whole:.0}"),
            small if small >= 1.0 => format!("{small:.1}"),
            fraction => format!("{fraction:.2}"),
        }
    }
}

/// Is one plot of several.
pub struct Panel {
    /// What it shows.
    pub title: String,
    /// What is along its bottom.
    pub x: Axis,
    /// What is along its left side.
    pub y: Axis,
    /// Its lines.
    pub curves: Vec<Curve>,
}

const COLOURS: [RGBColor; 3] = [RGBColor(47, 95, 208), RGBColor(179, 38, 30), RGBColor(20, 108, 67)];

/// Draws panels, two in a row.
pub fn draw(file: &Path, panels: &[Panel]) -> Result<()> {
    let rows = u32::try_from(panels.len().div_ceil(2))?;
    let area = SVGBackend::new(file, (1000, 360 * rows)).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    for (panel, place) in panels.iter().zip(area.split_evenly((panels.len().div_ceil(2), 2))) {
        let points = || panel.curves.iter().flat_map(|curve| &curve.points);
        let mut chart = ChartBuilder::on(&place)
            .caption(&panel.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(72)
            .build_cartesian_2d(
                panel.x.scale.range(points().map(|(x, _)| *x)),
                panel.y.scale.range(points().map(|(_, y)| *y)),
            )
            .map_err(failed)?;
        chart
            .configure_mesh()
            .x_desc(panel.x.name)
            .y_desc(panel.y.name)
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|place| panel.x.scale.label(*place))
            .y_label_formatter(&|place| panel.y.scale.label(*place))
            .light_line_style(WHITE)
            .draw()
            .map_err(failed)?;
        for (curve, colour) in panel.curves.iter().zip(COLOURS) {
            let points = curve.points.iter().map(|(x, y)| (panel.x.scale.place(*x), panel.y.scale.place(*y)));
            chart
                .draw_series(LineSeries::new(points, colour.stroke_width(2)).point_size(2))
                .map_err(failed)?
                .label(curve.name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
        }
        chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw().map_err(failed)?;
    }
    area.present().map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("the plot could not be drawn: {error}")
}
