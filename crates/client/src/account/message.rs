//! What the runtime passes on: one kind of message for each component, and those that concern several.

use tallylight_core::{JobId, protocol::snapshot::Caption};

use super::{alerts, auth, backend, connection, fetcher, library, outbox, publisher, uploads};
use crate::storage::Saved;

/// A message of the queue. Messages come from background tasks, and from components in answer to others.
pub(super) enum Message {
    Auth(auth::Input),
    Backend(backend::Input),
    Connection(connection::Input),
    Fetcher(fetcher::Input),
    Library(library::Input),
    Outbox(outbox::Input),
    Uploads(uploads::Input),
    Alerts(alerts::Input),
    Publisher(publisher::Input),
    /// Jobs were written to disk, or could not be.
    Saved(Saved),
    /// Every job is to be written to disk now.
    SaveAll,
    /// The list of the backend replaces all that is known.
    Replace(Box<library::ListUpdate>),
    /// A job was fetched for somebody who asked for it.
    Answer(JobId, Vec<fetcher::Question>, Vec<Caption>),
    /// Every job, and everything about them, is to be deleted here and on disk.
    ForgetJobs,
}

macro_rules! from_input {
    ($($component:ident => $variant:ident),* $(,)?) => {
        $(impl From<$component::Input> for Message {
            fn from(input: $component::Input) -> Self {
                Self::$variant(input)
            }
        })*
    };
}

/// The inputs of the state machines of the core, each for the component that runs it.
macro_rules! from_machine_input {
    ($($machine:ident => $component:ident),* $(,)?) => {
        $(impl From<tallylight_core::$machine::Input> for Message {
            fn from(input: tallylight_core::$machine::Input) -> Self {
                $component::Input::Machine(input).into()
            }
        })*
    };
}

from_input! {
    auth => Auth, backend => Backend, connection => Connection, fetcher => Fetcher, library => Library,
    outbox => Outbox, uploads => Uploads, alerts => Alerts, publisher => Publisher,
}

from_machine_input! { auth => auth, connection => connection, edits => outbox }

impl Message {
    /// Returns whether it carries frames of the socket. Their history is written once a frame; before anything else it is
    /// written at once.
    pub(super) fn is_of_socket(&self) -> bool {
        matches!(self, Self::Connection(connection::Input::Socket(..)))
    }
}
