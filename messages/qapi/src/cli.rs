//! The command line: which schema, which output, where to.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use actix_qmp_qapi::schema::Kind;
use actix_qmp_qapi::{CompileError, Defines, Schema, configure, introspect, markdown};
use clap::{Args, Parser, Subcommand};

/// Checks a QAPI schema and makes of it what a QMP server and its users need.
///
/// A schema is the file that includes all others. An error is shown with the file and line it is in.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    output: Output,
}

const EXAMPLES: &str = "\
Examples:
  Is my schema right?
    qapi check schema/vmm.json

  What would a client see of a build with TPM?
    qapi introspect schema/vmm.json --define CONFIG_TPM --pretty

  Which commands may run out-of-band?
    qapi introspect schema/vmm.json | jq '.[] | select(.\"allow-oob\") | .name'

  What code does a build script get?
    qapi rust schema/vmm.json --define CONFIG_TPM | less

  Write the reference manual:
    qapi doc schema/vmm.json --title 'VMM QMP Reference' -o docs/qmp.md

Exit status: 0 if all is well, 1 if the schema is wrong or a file can't be read or written,
2 if the command line is wrong.";

#[derive(Debug, Subcommand)]
enum Output {
    /// Checks the schema; prints a line that counts what is in it
    ///
    /// Without --define no condition is decided: all that may exist is counted.
    Check {
        #[command(flatten)]
        input: Input,
    },
    /// Prints the answer to query-qmp-schema as JSON
    ///
    /// Conditions are decided by --define. Types have the numbers that QEMU would give them.
    Introspect {
        #[command(flatten)]
        input: Input,
        /// On many lines, for people
        #[arg(long)]
        pretty: bool,
    },
    /// Prints Rust code: types, commands, events, and what the monitor must know of the schema
    ///
    /// Types, commands' arguments and events are structs and enums with serde's traits, which check what they read.
    /// The static SCHEMA has the commands' names and the answer to query-qmp-schema.
    ///
    /// Conditions are decided by --define. A build script does the same with `actix_qmp_qapi::configure()`.
    Rust {
        #[command(flatten)]
        input: Input,
    },
    /// Prints a reference of commands, events and types in Markdown
    ///
    /// Without --define no condition is decided: all that may exist is described, with its condition.
    Doc {
        #[command(flatten)]
        input: Input,
        /// The document's heading
        #[arg(long, value_name = "TITLE", default_value = "QMP Reference")]
        title: String,
    },
}

#[derive(Debug, Args)]
struct Input {
    /// The schema: the file that includes all others
    #[arg(value_name = "FILE")]
    schema: PathBuf,
    /// Lets conditions ('if') find this name defined; may be given many times. A value makes no difference
    #[arg(long = "define", value_name = "NAME[=VALUE]", value_parser = define)]
    defines: Vec<String>,
    /// Where to write, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The name of `NAME` or `NAME=VALUE`: what is defined for a C compiler can be given as it is.
fn define(argument: &str) -> Result<String, String> {
    let (name, _value) = argument.split_once('=').unwrap_or((argument, ""));
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_name) {
        return Err("a name has letters, digits and '_', and no digit first".to_owned());
    }
    Ok(name.to_owned())
}

impl Cli {
    /// Does what the command line asks for.
    ///
    /// # Errors
    /// When the schema is wrong, or a file can't be read or written.
    pub(crate) fn run(self) -> Result<(), CompileError> {
        match self.output {
            Output::Check { input } => {
                let summary = format!("{}: {}\n", input.schema.display(), summary(&input.decided_if_asked()?));
                input.write(&summary)
            }
            Output::Introspect { input, pretty } => {
                let entries = introspect::introspect_with(&Schema::load(&input.schema)?, &input.defines());
                input.write(
                    &(if pretty { introspect::to_json_pretty(&entries) } else { introspect::to_json(&entries) } + "\n"),
                )
            }
            Output::Rust { input } => input.write(&input.code()?),
            Output::Doc { input, title } => {
                let text = markdown::reference(&input.decided_if_asked()?, &title);
                input.write(&text)
            }
        }
    }
}

impl Input {
    fn defines(&self) -> Defines {
        let mut defines = Defines::default();
        for name in &self.defines {
            defines.define(name);
        }
        defines
    }

    /// The schema, configured if there is a `--define`.
    fn decided_if_asked(&self) -> Result<Schema, CompileError> {
        let schema = Schema::load(&self.schema)?;
        if self.defines.is_empty() { Ok(schema) } else { Ok(schema.configured(&self.defines())?) }
    }

    fn code(&self) -> Result<String, CompileError> {
        self.defines.iter().fold(configure(), |config, name| config.define(name)).generate(&self.schema)
    }

    fn write(&self, text: &str) -> Result<(), CompileError> {
        let (path, result) = match &self.output {
            Some(path) => (path.as_path(), std::fs::write(path, text)),
            None => (Path::new("standard output"), print(text)),
        };
        result.map_err(|source| CompileError::File { action: "write", path: path.to_owned(), source })
    }
}

/// Prints; a reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn summary(schema: &Schema) -> String {
    let (mut commands, mut events, mut types) = (0, 0, 0);
    for definition in schema.definitions.values() {
        match definition.kind {
            Kind::Command(_) => commands += 1,
            Kind::Event(_) => events += 1,
            Kind::Enum(_) | Kind::Struct(_) | Kind::Union(_) | Kind::Alternate(_) => types += 1,
        }
    }
    format!("{}, {}, {}", count(commands, "command"), count(events, "event"), count(types, "type"))
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
