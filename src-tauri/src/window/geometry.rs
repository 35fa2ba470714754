//! The size and the position of the window, remembered for each of its forms.

use std::{fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use tallylight_core::settings::WindowMode;

/// The longest side of a window that is restored: a damaged file must not ask the system for more.
const MAX_SIDE: u32 = 16_384;
/// How much of the top of a window must be on a screen, in pixels, so that a mouse can move it.
const MIN_VISIBLE: i32 = 48;

/// How a window covers the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Its own size and position.
    Normal,
    /// Maximized.
    Maximized,
    /// Full screen.
    Fullscreen,
}

/// The size and the position of a window, in pixels of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geometry {
    /// The width of the content.
    pub width: u32,
    /// The height of the content.
    pub height: u32,
    /// The left edge.
    pub x: i32,
    /// The top edge.
    pub y: i32,
    #[serde(default)]
    maximized: bool,
    #[serde(default)]
    fullscreen: bool,
}

impl Geometry {
    /// Creates it. The size and the position are those of the window as it is now.
    pub fn new((width, height): (u32, u32), (x, y): (i32, i32), extent: Extent) -> Self {
        let (maximized, fullscreen) = (extent == Extent::Maximized, extent == Extent::Fullscreen);
        Self { width, height, x, y, maximized, fullscreen }
    }

    /// Returns how the window covers the screen.
    pub fn extent(&self) -> Extent {
        match (self.fullscreen, self.maximized) {
            (true, _) => Extent::Fullscreen,
            (false, true) => Extent::Maximized,
            (false, false) => Extent::Normal,
        }
    }

    /// Returns whether the window could be moved with a mouse: its top is on one of the screens.
    pub fn is_reachable(&self, screens: &[Screen]) -> bool {
        let width = i32::try_from(self.width).unwrap_or(i32::MAX);
        screens.iter().any(|screen| {
            let left = self.x.max(screen.x);
            let right = self.x.saturating_add(width).min(screen.x.saturating_add(screen.width));
            let is_in_height = self.y >= screen.y && self.y <= screen.y.saturating_add(screen.height) - MIN_VISIBLE;
            is_in_height && right.saturating_sub(left) >= MIN_VISIBLE
        })
    }

    fn is_plausible(&self) -> bool {
        (1..=MAX_SIDE).contains(&self.width) && (1..=MAX_SIDE).contains(&self.height)
    }
}

/// The area of a screen, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// The left edge.
    pub x: i32,
    /// The top edge.
    pub y: i32,
    /// The width.
    pub width: i32,
    /// The height.
    pub height: i32,
}

/// What the file holds. The first name is the one that earlier versions wrote.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Remembered {
    main: Option<Geometry>,
    strip: Option<Geometry>,
}

/// The remembered geometry of each form of the window, in a file.
#[derive(Debug)]
pub struct GeometryMemory {
    file: PathBuf,
    remembered: Remembered,
}

impl GeometryMemory {
    /// Reads the file; one that is missing or damaged remembers nothing.
    pub fn read(file: PathBuf) -> Self {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let Remembered { main, strip } = serde_json::from_str(&text).unwrap_or_default();
        let remembered =
            Remembered { main: main.filter(Geometry::is_plausible), strip: strip.filter(Geometry::is_plausible) };
        Self { file, remembered }
    }

    /// Returns the geometry of a form, if it was shown before.
    pub fn geometry(&self, mode: WindowMode) -> Option<Geometry> {
        match mode {
            WindowMode::Full => self.remembered.main,
            WindowMode::Strip => self.remembered.strip,
        }
    }

    /// Remembers what the window of a form is like now, and writes the file if that changed. The size to which a
    /// maximized window returns is the one before.
    pub fn remember(&mut self, mode: WindowMode, now: Geometry) {
        if !now.is_plausible() {
            return;
        }
        let slot = match mode {
            WindowMode::Full => &mut self.remembered.main,
            WindowMode::Strip => &mut self.remembered.strip,
        };
        let next = match *slot {
            Some(before) if now.extent() != Extent::Normal => {
                Geometry { maximized: now.maximized, fullscreen: now.fullscreen, ..before }
            }
            _ => now,
        };
        if slot.replace(next) == Some(next) {
            return;
        }
        let text = serde_json::to_string_pretty(&self.remembered).unwrap_or_default();
        if let Err(error) = fs::write(&self.file, text) {
            tracing::warn!(%error, "the size of the window could not be stored");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { x: 0, y: 0, width: 1920, height: 1080 };

    fn normal(width: u32, height: u32, x: i32, y: i32) -> Geometry {
        Geometry::new((width, height), (x, y), Extent::Normal)
    }

    #[test]
    fn each_form_returns_as_it_was_also_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("window.json");
        let mut memory = GeometryMemory::read(file.clone());
        assert_eq!(memory.geometry(WindowMode::Full), None);
        memory.remember(WindowMode::Full, normal(1100, 800, 30, 40));
        memory.remember(WindowMode::Strip, normal(300, 140, 1600, 10));
        memory.remember(WindowMode::Strip, normal(320, 150, 1500, 20));
        let restarted = GeometryMemory::read(file);
        assert_eq!(restarted.geometry(WindowMode::Full), Some(normal(1100, 800, 30, 40)));
        assert_eq!(restarted.geometry(WindowMode::Strip), Some(normal(320, 150, 1500, 20)));
    }

    #[test]
    fn maximized_window_keeps_the_size_to_which_it_returns() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut memory = GeometryMemory::read(folder.path().join("window.json"));
        memory.remember(WindowMode::Full, normal(1100, 800, 30, 40));
        for extent in [Extent::Maximized, Extent::Fullscreen] {
            memory.remember(WindowMode::Full, Geometry::new((1920, 1080), (0, 0), extent));
            let kept = memory.geometry(WindowMode::Full).expect("a geometry");
            assert_eq!((kept.width, kept.height, kept.x, kept.y), (1100, 800, 30, 40));
            assert_eq!(kept.extent(), extent);
        }
        memory.remember(WindowMode::Full, normal(1000, 700, 5, 6));
        assert_eq!(memory.geometry(WindowMode::Full), Some(normal(1000, 700, 5, 6)));
    }

    #[test]
    fn file_of_an_earlier_version_is_read_and_a_damaged_one_ignored() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("window.json");
        let read = |text: &str| {
            std::fs::write(&file, text).expect("a file");
            let memory = GeometryMemory::read(file.clone());
            [WindowMode::Full, WindowMode::Strip].map(|mode| memory.geometry(mode))
        };
        let earlier = r#"{"main":{"width":960,"height":680,"x":7,"y":8,"prev_x":1,"prev_y":2,"maximized":false,
            "visible":true,"decorated":true,"fullscreen":false}}"#;
        assert_eq!(read(earlier), [Some(normal(960, 680, 7, 8)), None]);
        for damaged in ["", "{", "[]", r#"{"main":{"width":-1}}"#, r#"{"main":{"width":0,"height":0,"x":0,"y":0}}"#] {
            assert_eq!(read(damaged), [None, None], "{damaged}");
        }
        let huge = r#"{"strip":{"width":4000000000,"height":100,"x":0,"y":0}}"#;
        assert_eq!(read(huge), [None, None]);
    }

    #[test]
    fn window_is_placed_only_where_a_mouse_can_move_it() {
        let second = Screen { x: 1920, y: 200, width: 1280, height: 720 };
        for (geometry, is_reachable) in [
            (normal(960, 680, 0, 0), true),
            (normal(960, 680, -900, 100), true),
            (normal(960, 680, -930, 100), false),
            (normal(960, 680, 100, -10), false),
            (normal(300, 120, 1900, 1050), false),
            (normal(300, 120, 2500, 300), true),
            (normal(300, 120, 2500, 100), false),
            (normal(300, 120, i32::MAX, i32::MAX), false),
        ] {
            assert_eq!(geometry.is_reachable(&[SCREEN, second]), is_reachable, "{geometry:?}");
        }
        assert!(!normal(960, 680, 0, 0).is_reachable(&[]));
    }
}
