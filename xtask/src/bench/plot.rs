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

/// Is one plot of several.
pub struct Panel {
    /// What it shows.
    pub title: String,
    /// Its lines.
    pub curves: Vec<Curve>,
}

const COLOURS: [RGBColor; 3] = [RGBColor(47, 95, 208), RGBColor(179, 38, 30), RGBColor(20, 108, 67)];

/// Draws panels of arrivals a second, two in a row; the rates on a logarithmic scale.
pub fn draw(file: &Path, panels: &[Panel]) -> Result<()> {
    let area = SVGBackend::new(file, (1000, 720)).into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    for (panel, place) in panels.iter().zip(area.split_evenly((2, 2))) {
        let points = || panel.curves.iter().flat_map(|curve| &curve.points);
        let last = points().map(|(time, _)| *time).fold(1.0, f64::max);
        let most = points().map(|(_, rate)| *rate).fold(10.0, f64::max);
        let mut chart = ChartBuilder::on(&place)
            .caption(&panel.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(72)
            .build_cartesian_2d(0.0..last, (10.0..most * 2.0).log_scale())
            .map_err(failed)?;
        let labels = |rate: &f64| format!("{rate:.0}");
        chart
            .configure_mesh()
            .x_desc("seconds since the server is back")
            .y_desc("connects a second")
            .y_label_formatter(&labels)
            .light_line_style(WHITE)
            .draw()
            .map_err(failed)?;
        for (curve, colour) in panel.curves.iter().zip(COLOURS) {
            let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2)).point_size(2);
            chart
                .draw_series(line)
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
