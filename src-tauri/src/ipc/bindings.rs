//! Generates the TypeScript of everything that crosses to the page (types, commands and events), and checks that the
//! committed file matches the Rust code.

use std::{
    any::TypeId,
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
    sync::Arc,
};

use tallylight_core::{Error, model::fault_code::FaultCode};
use tauri::State;
use ts_rs::{Config, TS, TypeVisitor};

use super::commands;
use crate::{
    controller::Controller,
    page_events::{self, EventVisitor},
};

const FILE: &str = "../ui/src/ipc/bindings.ts";

/// The TypeScript that is generated from the visited commands and events.
pub struct Bindings {
    config: Config,
    visited: BTreeSet<TypeId>,
    /// The declaration of each type, by name.
    types: BTreeMap<String, String>,
    /// The methods of the interface of the commands.
    declared: Vec<String>,
    /// The methods that implement them.
    implemented: Vec<String>,
    /// The fields of the interface of the events.
    events: Vec<String>,
}

impl Bindings {
    fn generate() -> String {
        let mut bindings = Self {
            // Numbers are within the integers that JavaScript represents exactly.
            config: Config::new().with_large_int("number"),
            visited: BTreeSet::new(),
            types: BTreeMap::new(),
            declared: Vec::new(),
            implemented: Vec::new(),
            events: Vec::new(),
        };
        commands::visit(&mut bindings);
        page_events::visit(&mut bindings);
        // What a failed command throws.
        bindings.visit::<Error>();
        // The codes that have a text in every language.
        bindings.visit::<FaultCode>();
        let Self { types, declared, implemented, events, .. } = bindings;
        let (declared, implemented, events) = (declared.concat(), implemented.concat(), events.concat());
        let types: String = types.into_values().collect();
        format!(
            "// GENERATED from the Rust code by `cargo xtask bindings`. Do not edit.\n\n{types}\n\
             /** Sends a command with its arguments, and returns its answer. */\n\
             export type Invoke = <T>(command: string, args?: Record<string, unknown>) => Promise<T>;\n\n\
             /** The commands. A failed one throws a `TallyError`. */\n\
             export interface Commands {{\n{declared}}}\n\n\
             /** Returns the commands; `invoke` sends them. */\n\
             export const createCommands = (invoke: Invoke): Commands => ({{\n{implemented}}});\n\n\
             /** The payload of each event. */\n\
             export interface Events {{\n{events}}}\n"
        )
    }

    /// Adds a command.
    pub fn visit_command<A>(&mut self, command: &impl Command<A>, name: &str, doc: &str, arguments: &[&str]) {
        let (types, answer) = command.types(self);
        assert_eq!(types.len(), arguments.len(), "the arguments of {name}");
        let method = camel_case(name);
        let arguments: Vec<String> = arguments.iter().map(|argument| camel_case(argument)).collect();
        let parameters: Vec<String> =
            arguments.iter().zip(types).map(|(argument, of_type)| format!("{argument}: {of_type}")).collect();
        let declaration = format!("{method}({}): Promise<{answer}>", parameters.join(", "));
        self.declared.push(format!("  /** {doc} */\n  {declaration};\n"));
        let sent = if arguments.is_empty() { String::new() } else { format!(", {{ {} }}", arguments.join(", ")) };
        self.implemented.push(format!("  {method}: ({}) => invoke(\"{name}\"{sent}),\n", arguments.join(", ")));
    }

    /// Adds a type, and returns its name.
    fn name_of<T: TS + 'static>(&mut self) -> String {
        self.visit::<T>();
        T::name(&self.config)
    }
}

impl TypeVisitor for Bindings {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.visited.insert(TypeId::of::<T>()) {
            return;
        }
        // Types of the standard library have no declaration.
        if T::output_path().is_some() {
            self.types.insert(T::ident(&self.config), format!("export {}\n", T::decl(&self.config)));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

impl EventVisitor for Bindings {
    fn visit_event<T: TS + 'static>(&mut self, name: &'static str, doc: &'static str) {
        let payload = self.name_of::<T>();
        self.events.push(format!("  /** {doc} */\n  {name}: {payload};\n"));
    }
}

/// A function that is a command; `A` is the tuple of its arguments, without the controller.
pub trait Command<A> {
    /// Adds the types of the arguments and of the answer, and returns their names.
    fn types(&self, bindings: &mut Bindings) -> (Vec<String>, String);
}

type App = State<'static, Arc<Controller>>;

/// Implements [`Command`] for functions of some number of arguments.
macro_rules! implement_command {
    ($($argument:ident)*) => {
        impl<Function, Future, Answer, $($argument),*> Command<($($argument,)*)> for Function
        where
            Function: Fn(App, $($argument),*) -> Future,
            Future: std::future::Future<Output = Result<Answer, Error>>,
            Answer: TS + 'static,
            $($argument: TS + 'static,)*
        {
            fn types(&self, bindings: &mut Bindings) -> (Vec<String>, String) {
                let arguments = vec![$(bindings.name_of::<$argument>()),*];
                let answer = bindings.name_of::<Answer>();
                (arguments, if answer == "null" { "void".to_owned() } else { answer })
            }
        }
    };
}

implement_command!();
implement_command!(First);
implement_command!(First Second);

/// Converts a name of Rust to one of TypeScript, as Tauri does with the names of arguments.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        format!("{name}{}{rest}", initial.to_uppercase())
    })
}

#[test]
fn generated_bindings_match_the_rust_code() {
    let file = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join(FILE);
    let expected = Bindings::generate();
    if env::var_os("TALLYLIGHT_WRITE_BINDINGS").is_some() {
        fs::write(&file, &expected).expect("bindings.ts can be written");
    }
    let actual = fs::read_to_string(&file).unwrap_or_default();
    assert!(actual == expected, "ui/src/ipc/bindings.ts is out of date: run `cargo xtask bindings`");
}
