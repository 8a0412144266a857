//! The `id` in an answer.

use super::{Exception, differs};

const AS_SENT: &str = "the id comes back as it was sent; QEMU writes the number anew, as it read it";
const NOT_JSON: &str = "QEMU answers with something that is not JSON";
const ID_READ: &str = "a malformed request is answered with its id where one could be read";

pub(super) const EXCEPTIONS: &[Exception] = &[
    differs(
        "error id is a whole float",
        r#"GenericError "QMP input member 'execute' must be a string" id 1.0"#,
        AS_SENT,
    ),
    differs("id is a whole float", r#"return id 1.0"#, AS_SENT),
    differs("number -0", r#"return id -0.0"#, AS_SENT),
    differs("number -1e999", r#"GenericError "JSON parse error, number out of range '-1e999'""#, NOT_JSON),
    differs("number 1,5", r#"GenericError "JSON parse error, key is not a string in object" id 1"#, ID_READ),
    differs("number 1.0", r#"return id 1.0"#, AS_SENT),
    differs("number 1E3", r#"return id 1000.0"#, AS_SENT),
    differs("number 1e+3", r#"return id 1000.0"#, AS_SENT),
    differs("number 1e-999", r#"return id 0.0"#, AS_SENT),
    differs("number 1e3", r#"return id 1000.0"#, AS_SENT),
    differs("number 1e309", r#"GenericError "JSON parse error, number out of range '1e309'""#, NOT_JSON),
    differs("number 1e999", r#"GenericError "JSON parse error, number out of range '1e999'""#, NOT_JSON),
    differs("oob id is a whole float", r#"return id 1.0"#, AS_SENT),
];
