//! What keeps other people of this computer out.

use std::{fs::DirBuilder, io, path::Path};

/// Makes a folder, and those above it, that only this person may look into. One that is there stays as it is.
///
/// # Errors
/// Says why it cannot be made.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // On Windows a person's own folders are private to begin with.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes sure that a crash writes no memory to the disk, in which there may be a token: not of this program, and not of
/// those that it starts.
pub fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::warn!(%error, "a crash might write this program's memory to the disk");
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_looks_into_a_private_folder() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a/b");
        create_private_folder(&inner).expect("made");
        create_private_folder(&inner).expect("there already");
        for path in [folder.path().join("a"), inner] {
            assert_eq!(path.metadata().expect("there").permissions().mode() & 0o777, 0o700);
        }
    }
}
