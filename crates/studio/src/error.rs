//! The errors of the studio's public interface.

use std::io;

use crate::auth::accounts::AccountError;

/// The reason why the studio could not do what its program asked for. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    /// The data folder cannot be used.
    #[error("Couldn't open the studio's data folder {folder} ({source}). Check its permissions.")]
    Folder {
        /// The folder.
        folder: String,
        /// The reason.
        source: io::Error,
    },
    /// Another studio uses the data folder.
    #[error("Another studio is already using {folder}. Stop it or set another folder with --data-dir.")]
    InUse {
        /// The folder.
        folder: String,
    },
    /// The database cannot be used.
    #[error("Couldn't open the studio's database ({0}). Check the disk or move studio.db to another folder.")]
    Database(#[from] rusqlite::Error),
    /// The port is not available.
    #[error("Port {port} on 127.0.0.1 isn't available ({source}). Choose another with --port, or 0 for any.")]
    Port {
        /// The port.
        port: u16,
        /// The reason.
        source: io::Error,
    },
    /// The studio's own address is not a valid URL.
    #[error("The studio's address isn't a valid URL ({0}).")]
    Address(#[from] url::ParseError),
    /// The account could not be created.
    #[error("Couldn't create the account: {0}")]
    Account(#[from] AccountError),
    /// The list has no speech model with this id.
    #[error("Speech model {0:?} not found. Choose another model or a file.")]
    UnknownModel(String),
    /// The file is not a whisper.cpp model.
    #[error("{0} isn't a whisper.cpp model. Choose a file such as ggml-base.bin.")]
    NotAModel(String),
    /// The file of a speech model cannot be read.
    #[error("Couldn't read {file} ({source}). Choose another file.")]
    UnreadableModel {
        /// The file.
        file: String,
        /// The reason.
        source: io::Error,
    },
    /// The file of a speech model cannot be deleted.
    #[error("Couldn't delete {file} ({source}).")]
    UndeletableModel {
        /// The file.
        file: String,
        /// The reason.
        source: io::Error,
    },
}
