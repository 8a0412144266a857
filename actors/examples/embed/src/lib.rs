//! The types of the schema; a library so that the embedding guide can use them too.

/// The commands, events and types of `schema/embed.json`.
pub mod qapi {
    actix_qmp::include_schema!("embed");
}

/// The code in the embedding guide compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/embedding.md")]
struct EmbeddingGuide;
