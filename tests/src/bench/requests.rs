//! What is sent. Both monitors have these commands; none has a side effect.

use super::options::OobForm;

/// In-band.
pub const IN_BAND: &str = "{\"execute\": \"query-status\", \"id\": 1}\n";

/// In-band, too: one that a function of the monitor's runs, not an actor of the machine's.
pub const IN_BAND_FUNCTION: &str = "{\"execute\": \"query-version\", \"id\": 1}\n";

/// Introspection: a reply of some 200 kB.
pub const INTROSPECTION: &str = "{\"execute\": \"query-qmp-schema\", \"id\": 1}\n";

/// Out-of-band, in the form that was asked for.
pub fn out_of_band(form: OobForm) -> &'static str {
    match form {
        OobForm::ExecOob => "{\"exec-oob\": \"query-yank\", \"id\": 1}\n",
        OobForm::Control => "{\"execute\": \"query-yank\", \"control\": {\"run-oob\": true}, \"id\": 1}\n",
    }
}

/// What the echoes get: a line as long as the in-band request.
pub const ECHOED: &str = IN_BAND;
