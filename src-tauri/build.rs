//! Generates what Tauri needs at compile time. The app's commands are read from `src/ipc/commands/`, so that each is
//! written once: the handler, the permissions and what the test of the bindings reads are generated from them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use syn::{Attribute, Expr, FnArg, Item, ItemFn, Lit, Meta, Pat};

/// The folder with the commands, one module for each subject.
const COMMANDS: &str = "src/ipc/commands";
/// The permission set of all commands, which `capabilities/main.json` grants to the main window. Any other window is
/// denied them.
const PERMISSION_SET: &str = "all-commands";

/// A function with `#[tauri::command]`.
struct Command {
    /// Its path from the folder's module.
    path: String,
    name: String,
    doc: String,
    /// The names of its arguments, without the controller.
    arguments: Vec<String>,
}

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed={COMMANDS}");
    let out = PathBuf::from(env::var_os("OUT_DIR").context("cargo sets OUT_DIR")?);
    let commands = read_commands(Path::new(COMMANDS))?;
    write(&out.join("commands.rs"), &code(&commands))?;
    let permissions = out.join("permissions");
    write(&permissions.join("commands.toml"), &permission_set(&commands))?;
    let names: Vec<&str> = commands.into_iter().map(|command| &*command.name.leak()).collect();
    let manifest = tauri_build::AppManifest::new()
        .commands(names.leak())
        .permissions_path_pattern(permissions.join("*.toml").to_string_lossy().into_owned().leak());
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
}

/// Returns the commands of all modules, in the order of their files.
fn read_commands(folder: &Path) -> Result<Vec<Command>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let mut commands = Vec::new();
    for file in files {
        let module = file.file_stem().context("a file has a name")?.to_string_lossy().into_owned();
        let syntax = syn::parse_file(&fs::read_to_string(&file)?).with_context(|| file.display().to_string())?;
        for item in &syntax.items {
            if let Item::Fn(function) = item
                && function.attrs.iter().any(is_command)
            {
                commands.push(Command::read(&module, function)?);
            }
        }
    }
    Ok(commands)
}

impl Command {
    fn read(module: &str, function: &ItemFn) -> Result<Self> {
        let name = function.sig.ident.to_string();
        // The first parameter is the controller.
        let arguments = function.sig.inputs.iter().skip(1).map(argument);
        let arguments =
            arguments.collect::<Option<_>>().with_context(|| format!("an argument of {name} has no name"))?;
        let doc: String = function.attrs.iter().filter_map(doc_line).collect();
        if doc.is_empty() {
            bail!("the command {name} has no doc comment");
        }
        Ok(Self { path: format!("{module}::{name}"), name, doc: doc.trim().to_owned(), arguments })
    }
}

fn is_command(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "command")
}

fn argument(parameter: &FnArg) -> Option<String> {
    let FnArg::Typed(parameter) = parameter else { return None };
    let Pat::Ident(pattern) = parameter.pat.as_ref() else { return None };
    Some(pattern.ident.to_string())
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let Expr::Lit(value) = &meta.value else { return None };
    let Lit::Str(text) = &value.lit else { return None };
    attribute.path().is_ident("doc").then(|| text.value())
}

/// Returns the code that `src/ipc/commands.rs` includes.
fn code(commands: &[Command]) -> String {
    let paths: Vec<&str> = commands.iter().map(|command| command.path.as_str()).collect();
    let visits: Vec<String> = commands
        .iter()
        .map(|Command { path, name, doc, arguments }| {
            format!("    visitor.visit_command(&{path}, {name:?}, {doc:?}, &{arguments:?});\n")
        })
        .collect();
    format!(
        "/// Returns the handler of all commands.\n\
         pub fn handler() -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {{\n    \
             tauri::generate_handler![{}]\n\
         }}\n\n\
         /// Passes each command to a visitor, with its name, its doc comment and the names of its arguments.\n\
         #[cfg(test)]\n\
         pub fn visit(visitor: &mut super::bindings::Bindings) {{\n{}}}\n",
        paths.join(", "),
        visits.concat(),
    )
}

/// Returns the file that defines the permission set.
fn permission_set(commands: &[Command]) -> String {
    let allowed: Vec<String> =
        commands.iter().map(|command| format!("\"allow-{}\"", command.name.replace('_', "-"))).collect();
    let allowed = allowed.join(", ");
    format!("[[set]]\nidentifier = {PERMISSION_SET:?}\ndescription = \"All commands\"\npermissions = [{allowed}]\n")
}

/// Writes a file and creates its folder.
fn write(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().context("a file has a folder")?;
    fs::create_dir_all(folder).and_then(|()| fs::write(file, text)).with_context(|| file.display().to_string())
}
