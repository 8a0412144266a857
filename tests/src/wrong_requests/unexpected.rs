//! Members that nobody declared, at every depth.

use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("an unexpected member", "ringbuf-read", r#"{"device": "d", "size": 1, "nope": 1}"#),
    row("an unexpected member that is null", "ringbuf-read", r#"{"device": "d", "size": 1, "nope": null}"#),
    row(
        "an unexpected member that is an object",
        "ringbuf-read",
        r#"{"device": "d", "size": 1, "nope": {"device": "d"}}"#,
    ),
    row("an unexpected member with an empty name", "ringbuf-read", r#"{"device": "d", "size": 1, "": 1}"#),
    row("an unexpected member with a dot in its name", "ringbuf-read", r#"{"device": "d", "size": 1, "a.b": 1}"#),
    row("an unexpected member with brackets in its name", "ringbuf-read", r#"{"device": "d", "size": 1, "a[0]": 1}"#),
    row("an unexpected member with a quote in its name", "ringbuf-read", r#"{"device": "d", "size": 1, "it's": 1}"#),
    row("an unexpected member not in ASCII", "ringbuf-read", r#"{"device": "d", "size": 1, "größe": 1}"#),
    row(
        "an unexpected member with an escape in its name",
        "ringbuf-read",
        r#"{"device": "d", "size": 1, "a\"b\\c\u00e9": 1}"#,
    ),
    row(
        "an unexpected member with a percent sign in its name",
        "ringbuf-read",
        r#"{"device": "d", "size": 1, "%s": 1}"#,
    ),
    row(
        "an unexpected member of an optional command",
        "qom-list-types",
        r#"{"implements": "device", "abstracts": true}"#,
    ),
    row("an unexpected member of a boxed struct", "migrate-set-parameters", r#"{"compress-levels": 1}"#),
    row("an unexpected member of a command with out-of-band", "yank", r#"{"instances": [], "id": 1}"#),
    row("an asterisk before an optional name", "ringbuf-read", r#"{"device": "d", "size": 1, "*format": "utf8"}"#),
    row(
        "an unexpected member of a nested struct",
        "query-cpu-model-expansion",
        r#"{"type": "full", "model": {"name": "qemu64", "type": "full"}}"#,
    ),
    row(
        "an unexpected member of an array's struct",
        "migrate-set-capabilities",
        r#"{"capabilities": [{"capability": "xbzrle", "state": true, "value": 1}]}"#,
    ),
    row(
        "an unexpected member of the second struct",
        "migrate-set-capabilities",
        "{\"capabilities\": [{\"capability\": \"xbzrle\", \"state\": true}, {\"capability\": \"events\", \
         \"state\": true, \"x\": 0}]}",
    ),
    row(
        "an unexpected member of an empty struct",
        "transaction",
        r#"{"actions": [{"type": "abort", "data": {"why": "x"}}]}"#,
    ),
    row(
        "an unexpected member beside the wrapped data",
        "transaction",
        r#"{"actions": [{"type": "abort", "data": {}, "why": "x"}]}"#,
    ),
    row(
        "an unexpected member of a struct three levels down",
        "migrate-set-parameters",
        "{\"block-bitmap-mapping\": [{\"node-name\": \"n\", \"alias\": \"a\", \"bitmaps\": [{\"name\": \
         \"b\", \"alias\": \"c\", \"transform\": {\"keep\": true}}]}]}",
    ),
    row(
        "an unexpected member in an alternate's struct",
        "block-dirty-bitmap-merge",
        r#"{"node": "n", "target": "t", "bitmaps": [{"node": "n", "name": "b", "x": 1}]}"#,
    ),
    row(
        "an unexpected member beside an array of texts",
        "query-stats",
        r#"{"target": "vm", "providers": [{"provider": "kvm", "name": "exits"}]}"#,
    ),
];
