//! The marking of the series, and its rule about ids.

use super::{Exception, differs};

const BY_SERIES: &str = "the series marks out-of-band requests with 'control', which QEMU no longer knows";
const ID_REQUIRED: &str = "an out-of-band answer may overtake others, so the series requires an id to tell it by";

pub(super) const EXCEPTIONS: &[Exception] = &[
    differs("control in plain session", r#"return id 1"#, BY_SERIES),
    differs("control is a string", r#"GenericError "QMP input member 'control' must be an object" id 1"#, BY_SERIES),
    differs("control is an array", r#"GenericError "QMP input member 'control' must be an object" id 1"#, BY_SERIES),
    differs(
        "control with an unknown member",
        r#"GenericError "QMP input member 'control.fast' is unexpected" id 1"#,
        BY_SERIES,
    ),
    differs(
        "exec-oob without an id",
        r#"GenericError "Out-Of-Band capability requires that every command contains an 'id' field""#,
        ID_REQUIRED,
    ),
    differs("run-oob", r#"return id 1"#, BY_SERIES),
    differs(
        "run-oob is a string",
        r#"GenericError "QMP input member 'control.run-oob' must be a boolean" id 1"#,
        BY_SERIES,
    ),
    differs("run-oob is false", r#"return id 1"#, BY_SERIES),
    differs(
        "run-oob of an in-band command",
        r#"GenericError "The command query-version does not support OOB" id 1"#,
        BY_SERIES,
    ),
];
