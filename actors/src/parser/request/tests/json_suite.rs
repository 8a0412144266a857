//! The JSON parsing cases of a public suite, whole and byte by byte.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::transcripts::answers;

/// Where QMP's input differs from the suite on purpose, by the reason.
const DIFFERENT: &[(&str, &[&str])] = &[
    ("single quotes belong to QMP's dialect", &["n_object_single_quote.json", "n_string_single_quote.json"]),
    (
        "input is a stream of values: none or several make no JSON text, but are no mistake",
        &[
            "n_single_space.json",
            "n_structure_no_data.json",
            "n_structure_double_array.json",
            "n_structure_object_with_trailing_garbage.json",
        ],
    ),
    (
        "a value outside of an object is refused as such; what stands behind it on the line is no second mistake",
        &["n_string_with_trailing_garbage.json", "n_structure_close_unopened_array.json"],
    ),
    (
        "the same name twice is refused: which one is meant, nobody knows",
        &["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"],
    ),
    (
        "noncharacters are refused, as in QEMU",
        &[
            "y_string_escaped_noncharacter.json",
            "y_string_last_surrogates_1_and_2.json",
            "y_string_nonCharacterInUTF-8_U+10FFFF.json",
            "y_string_nonCharacterInUTF-8_U+FFFF.json",
            "y_string_unicode_U+10FFFE_nonchar.json",
            "y_string_unicode_U+1FFFE_nonchar.json",
            "y_string_unicode_U+FDD0_nonchar.json",
            "y_string_unicode_U+FFFE_nonchar.json",
        ],
    ),
];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/json-test-suite")
}

#[test]
fn the_suite_is_accepted_and_refused_as_its_names_say() {
    let mut cases = 0;
    let mut surprises = BTreeSet::new();
    for entry in fs::read_dir(directory()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        cases += 1;
        let text = fs::read(&path).unwrap();
        let whole = answers(&[&text]);
        let pieces: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(answers(&pieces), whole, "{name} byte by byte");
        let bad = whole.iter().any(|answer| answer.starts_with("!JSON"));
        let surprise = match name.as_bytes()[0] {
            b'y' => bad,
            b'n' => !bad,
            _ => false,
        };
        if surprise {
            surprises.insert(name);
        }
    }
    let explained: BTreeSet<String> =
        DIFFERENT.iter().flat_map(|(_, names)| names.iter().map(|&name| name.to_owned())).collect();
    assert_eq!((surprises, cases), (explained, 318));
}
