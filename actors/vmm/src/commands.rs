//! The commands of this VMM: arguments and returns, one file per subject. Names, members and types are QEMU's.

pub mod dump;
pub mod inventory;
pub mod migration;
pub mod run_state;
pub mod yank;

/// Declares commands without arguments: `struct => "name" -> return type`.
macro_rules! bare_commands {
    ($($(#[$doc:meta])* $command:ident => $name:literal -> $return:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $command;

        impl actix::Message for $command {
            type Result = Result<$return, actix_qmp::QmpError>;
        }

        impl actix_qmp::Command for $command {
            const NAME: &'static str = $name;
            type Return = $return;

            fn from_arguments(
                arguments: actix_qmp::Arguments,
            ) -> Result<Self, actix_qmp::QmpError> {
                arguments.finish().map(|()| Self)
            }
        }
    )*};
}
use bare_commands;

#[cfg(test)]
pub(crate) mod tests {
    use actix_qmp::{Arguments, Command};
    use serde_json::Value;

    /// A command from the JSON text of its arguments, or the error's description.
    pub(crate) fn parse<C: Command>(arguments: &str) -> Result<C, String> {
        let Ok(Value::Object(members)) = serde_json::from_str(arguments) else {
            panic!("not an object: {arguments}");
        };
        C::from_arguments(Arguments::new(members)).map_err(|error| error.desc().to_owned())
    }
}
