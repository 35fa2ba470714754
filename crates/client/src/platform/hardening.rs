//! Hardening: keeps the user's data from other users of this computer, and memory from the disk.

use std::{fs::DirBuilder, io, path::Path};

/// Creates a folder and its parents with access only for the user. An existing folder keeps its permissions.
///
/// # Errors
/// The folder cannot be created.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // On Windows, folders in a user's profile are private by default.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Disables core dumps of this process and its children, because memory may contain a token.
pub fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::warn!(%error, "core dumps could not be disabled");
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn private_folders_are_only_accessible_by_their_owner() {
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
