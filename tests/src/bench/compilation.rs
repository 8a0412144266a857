//! How long a large schema takes to compile: from the path to the code, as a build script does it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use actix_qmp_qapi::introspect::{introspect_with, to_json};
use actix_qmp_qapi::rust::{self, generate};
use actix_qmp_qapi::{Defines, Schema};

use super::options::Options;
use super::report::{CompilationFigures, Row};
use super::servers::Availability;
use super::statistics::Quartiles;
use crate::qemu_source::{DEBIAN_DEFINES, QemuSource, Version};
use crate::{Context, Outcome};

const STEPS: [&str; 4] = ["load", "introspect", "configure", "generate"];

/// Measures QEMU's schema, if it is there.
pub fn measure(options: &Options) -> Row<CompilationFigures> {
    let source = QemuSource::find(Version::V7_2).map_or_else(Availability::Absent, Availability::There);
    Row::new("QEMU's", source.then(|source| figures(&source.monitor(), options.compilations())))
}

fn figures(path: &Path, runs: usize) -> Outcome<CompilationFigures> {
    let mut defines = Defines::default();
    for name in DEBIAN_DEFINES {
        defines.define(name);
    }
    let mut totals_ms = Vec::new();
    let mut steps_ms = STEPS.map(|_| Vec::new());
    let mut code = String::new();
    for _ in 0..runs {
        let (this_code, took_ms) = compile(path, &defines)?;
        totals_ms.push(took_ms.iter().sum());
        steps_ms.iter_mut().zip(took_ms).for_each(|(step, took_ms)| step.push(took_ms));
        code = this_code;
    }
    let total_ms = Quartiles::of_some(totals_ms)?;
    let steps = STEPS.into_iter().zip(steps_ms);
    let files = files(&Schema::load(path)?);
    let mut lines = 0;
    for file in &files {
        lines += fs::read_to_string(file).context(file.display())?.lines().count();
    }
    Ok(CompilationFigures {
        files: files.len(),
        lines,
        total_ms,
        lines_per_second: lines as f64 * 1000.0 / total_ms.median,
        steps_ms: steps.filter_map(|(step, took)| Some((step, Quartiles::of(took)?.median))).collect(),
        code_lines: code.lines().count(),
        code_bytes: code.len(),
    })
}

/// Gives the code and how many milliseconds each step took.
fn compile(path: &Path, defines: &Defines) -> Outcome<(String, [f64; STEPS.len()])> {
    let mut last = Instant::now();
    let mut lap_ms = || {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut last, now)).as_secs_f64() * 1000.0
    };
    let schema = Schema::load(path)?;
    let load = lap_ms();
    let introspection = to_json(&introspect_with(&schema, defines));
    let introspect = lap_ms();
    let configured = schema.configured(defines)?;
    let configure = lap_ms();
    let options = rust::Options { introspection: Some(introspection), ..rust::Options::default() };
    let code = generate(&configured, &options)?;
    Ok((code, [load, introspect, configure, lap_ms()]))
}

/// The files that something is defined in, and those that include them.
fn files(schema: &Schema) -> HashSet<PathBuf> {
    let mut files = HashSet::new();
    for definition in schema.definitions.values() {
        let mut at = Some(&definition.location);
        while let Some(location) = at {
            files.insert(location.file.path.clone());
            at = location.file.included_from.as_ref();
        }
    }
    files
}
