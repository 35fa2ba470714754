//! The events that the shell sends to the page. This list is their only one: TypeScript is generated from it.

use std::marker::PhantomData;

use serde::Serialize;
use tallylight_core::JobId;
use tallylight_view::{Event, Show, UpdateView};
use tauri::{AppHandle, Emitter};

/// An event with its name and the type of its payload.
pub struct PageEvent<T> {
    name: &'static str,
    payload: PhantomData<fn(T)>,
}

impl<T: Serialize + Clone> PageEvent<T> {
    const fn new(name: &'static str) -> Self {
        Self { name, payload: PhantomData }
    }

    /// Sends the event to the page.
    pub fn send(&self, app: &AppHandle, payload: T) {
        if let Err(error) = app.emit(self.name, payload) {
            tracing::warn!(%error, event = self.name, "an event could not be sent to the window");
        }
    }
}

/// Defines the events, and the function that lists them for TypeScript.
macro_rules! page_events {
    ($($(#[doc = $doc:literal])* $constant:ident: $payload:ty = $name:literal;)*) => {
        $($(#[doc = $doc])* pub const $constant: PageEvent<$payload> = PageEvent::new($name);)*

        /// Passes each event to a visitor.
        #[cfg(test)]
        pub fn visit(visitor: &mut impl EventVisitor) {
            $(visitor.visit_event::<$payload>($name, concat!($($doc),*).trim());)*
        }
    };
}

page_events! {
    /// A batch of changes.
    BATCH: Batch = "tally";
    /// Opens a job.
    OPEN_JOB: JobId = "open_job";
    /// Shows a view other than a job.
    SHOW: Show = "show";
    /// Reports that the settings have changed.
    SETTINGS: () = "settings";
    /// Reports the changed state of the update.
    UPDATE: UpdateView = "update";
}

/// A batch of changes with its number, which the page acknowledges.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Batch {
    /// The number of the batch, from 1.
    pub number: u64,
    /// The changes.
    pub event: Event,
}

/// A visitor of the events.
#[cfg(test)]
pub trait EventVisitor {
    /// Visits an event with a payload of type `T`.
    fn visit_event<T: ts_rs::TS + 'static>(&mut self, name: &'static str, doc: &'static str);
}
