//! Stand-ins for Apple's C compiler and archiver, for the build scripts of crates. A type check links nothing: an empty
//! object serves as well as a compiled one, and Objective-C needs headers that no registry has.

use std::path::PathBuf;

use anyhow::Result;
use xshell::Shell;

use crate::{desktop::make_private, install};

/// Writes an empty object; runs only the preprocessor, which build scripts ask about the compiler.
const COMPILER: &str = r#"#!/bin/bash
out=
for ((i = 1; i <= $#; i++)); do
  case "${!i}" in
    -E) exec gcc "${@/%-arch/-Wall}" 2>/dev/null ;;
    -o) j=$((i + 1)); out=${!j} ;;
    -o*) out=${!i#-o} ;;
    --version) echo 'clang version 19.0.0'; exit ;;
  esac
done
[ -z "$out" ] || : > "$out"
"#;
/// Writes an empty archive.
const ARCHIVER: &str = r#"#!/bin/bash
for argument; do
  case "$argument" in *.a) printf '!<arch>\n' > "$argument" ;; esac
done
"#;

/// Writes them, and returns the environment variables by which build scripts find them.
pub fn stand_in_compilers(shell: &Shell, target: &str) -> Result<Vec<(String, PathBuf)>> {
    let folder = install::tools()?.join("cross/apple");
    let (compiler, archiver, sdk) = (folder.join("cc"), folder.join("ar"), folder.join("sdk"));
    shell.create_dir(&sdk)?;
    for (path, script) in [(&compiler, COMPILER), (&archiver, ARCHIVER)] {
        shell.write_file(path, script)?;
        make_private(path)?;
    }
    let target = target.replace('-', "_");
    Ok(vec![
        ("SDKROOT".to_owned(), sdk),
        (format!("CC_{target}"), compiler.clone()),
        (format!("CXX_{target}"), compiler),
        (format!("AR_{target}"), archiver),
    ])
}
