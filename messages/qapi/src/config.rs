//! The compiler as a build script uses it.

use std::ffi::OsStr;
use std::path::Path;
use std::{env, fs};

use crate::introspect::{introspect_with, to_json};
use crate::parse::{self, Parsed};
use crate::resolve::resolve;
use crate::rust::{Options, generate};
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
        self.defines.define(name, None);
        self
    }

    /// Makes conditions find a name, which has a value for people.
    #[must_use]
    pub fn define_value(mut self, name: &str, value: &str) -> Self {
        self.defines.define(name, Some(value));
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
        self.write(schema, parsed, &Path::new(&out).join(name).with_extension("rs"))
    }

    /// Compiles a schema to a file; one that has that text already is left alone.
    ///
    /// # Errors
    /// When the schema is wrong, when a file can't be read or written.
    pub fn write_to(self, schema: impl AsRef<Path>, output: impl AsRef<Path>) -> Result<(), CompileError> {
        let schema = schema.as_ref();
        self.write(schema, parse::parse(schema)?, output.as_ref())
    }

    fn write(self, path: &Path, parsed: Parsed, output: &Path) -> Result<(), CompileError> {
        let schema = resolve(parsed)?;
        let options = Options {
            source: path.file_name().map(|name| name.display().to_string()),
            introspection: Some(to_json(&introspect_with(&schema, &self.defines))),
            ..self.options
        };
        let code = generate(&schema.configured(&self.defines)?, &options)?;
        if fs::read_to_string(output).is_ok_and(|known| known == code) {
            return Ok(());
        }
        fs::write(output, code).map_err(|source| CompileError::File {
            action: "write",
            path: output.to_owned(),
            source,
        })
    }
}
