//! The compiler as a build script uses it.

use std::ffi::OsStr;
use std::path::Path;
use std::{env, fs};

use crate::introspect::{introspect_with, to_json};
use crate::parse::{self, Parsed};
use crate::resolve::resolve;
use crate::rust::{self, Options};
use crate::{CompileError, Defines};

/// Begins to configure the compiler.
#[must_use]
pub fn configure() -> Config {
    Config::default()
}

/// How a schema is compiled.
#[derive(Debug, Clone, Default)]
pub struct Config {
    defines: Defines,
    options: Options,
}

impl Config {
    /// Makes conditions find a name.
    #[must_use]
    pub fn define(mut self, name: &str) -> Self {
        self.defines.define(name);
        self
    }

    /// The path of the runtime that the code is to use; `::actix_qmp::qapi` unless told.
    #[must_use]
    pub fn runtime(mut self, path: &str) -> Self {
        path.clone_into(&mut self.options.runtime);
        self
    }

    /// Compiles a schema in a build script: `vmm.json` becomes `$OUT_DIR/vmm.rs`, for `include_schema!("vmm")`. The build
    /// script runs again when a file of the schema changes.
    ///
    /// # Errors
    /// When the schema is wrong, when a file can't be read or written, outside of a build script.
    pub fn compile(self, schema: impl AsRef<Path>) -> Result<(), CompileError> {
        let schema = schema.as_ref();
        let out = env::var_os("OUT_DIR").ok_or(CompileError::NotInBuildScript)?;
        println!("cargo::rerun-if-changed={}", schema.display());
        let parsed = parse::parse(schema)?;
        for file in &parsed.files {
            println!("cargo::rerun-if-changed={}", file.path.display());
        }
        let name = schema.file_stem().unwrap_or(OsStr::new("schema"));
        write_if_changed(&Path::new(&out).join(name).with_extension("rs"), &self.code(schema, parsed)?)
    }

    /// Compiles a schema to a file; one that has that text already is left alone.
    ///
    /// # Errors
    /// When the schema is wrong, when a file can't be read or written.
    pub fn write_to(self, schema: impl AsRef<Path>, output: impl AsRef<Path>) -> Result<(), CompileError> {
        write_if_changed(output.as_ref(), &self.generate(schema)?)
    }

    /// Compiles a schema to text.
    ///
    /// # Errors
    /// When the schema is wrong, when a file can't be read.
    pub fn generate(self, schema: impl AsRef<Path>) -> Result<String, CompileError> {
        let schema = schema.as_ref();
        self.code(schema, parse::parse(schema)?)
    }

    fn code(self, path: &Path, parsed: Parsed) -> Result<String, CompileError> {
        let schema = resolve(parsed)?;
        let options = Options {
            source: path.file_name().map(|name| name.display().to_string()),
            introspection: Some(to_json(&introspect_with(&schema, &self.defines))),
            ..self.options
        };
        rust::generate(&schema.configured(&self.defines)?, &options)
    }
}

/// Cargo goes by the time of a file.
fn write_if_changed(path: &Path, text: &str) -> Result<(), CompileError> {
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|source| CompileError::File { action: "write", path: path.to_owned(), source })
}
