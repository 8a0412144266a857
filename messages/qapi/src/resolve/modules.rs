//! The order of definitions: file by file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::doc::FreeForm;
use crate::schema::{Definition, FreeFormAt, Schema};
use crate::source::SourceFile;

/// Definitions in the order of the expressions to the order of a schema: all of a file together, files in the order in
/// which they were first named. A free-form comment, which comes with the number of expressions before it, stays
/// within its file.
pub(super) fn in_order(
    files: &[Arc<SourceFile>],
    definitions: IndexMap<String, Definition>,
    free_form: Vec<(usize, FreeForm)>,
) -> Schema {
    let rank_of_path: HashMap<&Path, usize> =
        files.iter().enumerate().map(|(rank, file)| (file.path.as_path(), rank)).collect();
    let rank = |file: &SourceFile| rank_of_path.get(file.path.as_path()).copied().unwrap_or(files.len());

    let mut ranked: Vec<(usize, usize, Definition)> = definitions
        .into_values()
        .enumerate()
        .map(|(index, definition)| (rank(&definition.location.file), index, definition))
        .collect();
    ranked.sort_by_key(|(rank, index, _)| (*rank, *index));
    let mut comments: Vec<(usize, FreeFormAt)> = free_form
        .into_iter()
        .map(|(index, text)| {
            let place = (rank(&text.location.file), index);
            let before = ranked.partition_point(|(rank, index, _)| (*rank, *index) < place);
            (place.0, FreeFormAt { before, text })
        })
        .collect();
    comments.sort_by_key(|(rank, comment)| (comment.before, *rank));
    Schema {
        definitions: ranked.into_iter().map(|(_, _, definition)| (definition.name.clone(), definition)).collect(),
        free_form: comments.into_iter().map(|(_, comment)| comment).collect(),
    }
}
