//! How a monitor is described: a chardev, and what the monitor does on it.

use std::str::FromStr;

use actix_qmp_chardev::{ChardevOptions, OptionError, OptionList, Switch};
use actix_qmp_messages::{OutputLimits, Style};

use crate::queue::QueueFull;

/// Where a monitor's chardev frontend runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// On an I/O arbiter: a main arbiter that stands still does not matter, and `oob` is offered.
    #[default]
    IoArbiter,
    /// On the main arbiter, for a chardev that can't leave it; `oob` is not offered then.
    MainArbiter,
}

/// Which requests need an `id` once `oob` is enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdRule {
    /// Those that could not be told apart otherwise: with [`QueueFull::Drop`], a request that is marked out-of-band, and
    /// one that finds the queue full; with [`QueueFull::Suspend`], none. qmp-shell sends no `id`, so this is the default.
    #[default]
    WhereNeeded,
    /// Every one (series v6).
    Required,
}

/// One monitor.
#[derive(Debug, Clone)]
pub struct MonitorOptions {
    /// The chardev.
    pub chardev: ChardevOptions,
    /// How messages are written (`pretty=on`).
    pub style: Style,
    /// What happens when eight requests wait (`queue-full=drop|suspend`).
    pub queue_full: QueueFull,
    /// Which requests need an `id` (`id=where-needed|required`).
    pub ids: IdRule,
    /// How much output may wait for the client (`output-suspend=BYTES`, `output-close=BYTES`).
    pub limits: OutputLimits,
    /// Where the frontend runs.
    pub placement: Placement,
}

impl MonitorOptions {
    /// A monitor on `chardev` with the defaults.
    #[must_use]
    pub fn new(chardev: ChardevOptions) -> Self {
        let placement = if chardev.is_main_loop_only() { Placement::MainArbiter } else { Placement::IoArbiter };
        Self {
            chardev,
            style: Style::default(),
            queue_full: QueueFull::default(),
            ids: IdRule::default(),
            limits: OutputLimits::default(),
            placement,
        }
    }
}

/// A mistake in a monitor's options.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MonitorOptionError {
    /// In the list itself, or in what belongs to the chardev.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// Neither of the two rules.
    #[error("option 'queue-full' must be drop or suspend, not '{0}'")]
    QueueFull(String),
    /// Neither of the two rules.
    #[error("option 'id' must be where-needed or required, not '{0}'")]
    Id(String),
    /// The session would be closed before its input was ever held.
    #[error("option 'output-close' ({close_above} bytes) must not be below 'output-suspend' ({suspend_above} bytes)")]
    OutputLimits {
        /// Bytes above which the input is held.
        suspend_above: usize,
        /// Bytes above which the session is closed.
        close_above: usize,
    },
}

impl FromStr for MonitorOptions {
    type Err = MonitorOptionError;

    /// Reads a chardev's options with the monitor's own among them:
    /// `unix:/run/vm/qmp.sock,server=on,wait=off,queue-full=suspend`.
    fn from_str(text: &str) -> Result<Self, MonitorOptionError> {
        let mut list = OptionList::parse(text)?;
        let style = match list.take_switch("pretty")? {
            Some(Switch::On) => Style::Pretty,
            Some(Switch::Off) | None => Style::Compact,
        };
        let queue_full = match list.take("queue-full").as_deref() {
            Some("drop") => QueueFull::Drop,
            Some("suspend") => QueueFull::Suspend,
            Some(other) => return Err(MonitorOptionError::QueueFull(other.to_owned())),
            None => QueueFull::default(),
        };
        let ids = match list.take("id").as_deref() {
            Some("where-needed") => IdRule::WhereNeeded,
            Some("required") => IdRule::Required,
            Some(other) => return Err(MonitorOptionError::Id(other.to_owned())),
            None => IdRule::default(),
        };
        let limits = take_limits(&mut list)?;
        let chardev = ChardevOptions::from_list(&mut list)?;
        list.finish()?;
        Ok(Self { style, queue_full, ids, limits, ..Self::new(chardev) })
    }
}

fn take_limits(list: &mut OptionList) -> Result<OutputLimits, MonitorOptionError> {
    let defaults = OutputLimits::default();
    let suspend_above = list.take_number("output-suspend")?.unwrap_or(defaults.suspend_above);
    let close_above = list.take_number("output-close")?.unwrap_or(defaults.close_above.max(suspend_above));
    if close_above < suspend_above {
        return Err(MonitorOptionError::OutputLimits { suspend_above, close_above });
    }
    Ok(OutputLimits { suspend_above, close_above })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monitor_and_chardev_options_stand_in_one_list() {
        let options: MonitorOptions =
            "unix:/tmp/x,server=on,wait=off,pretty=on,queue-full=suspend,id=required,output-suspend=4096"
                .parse()
                .unwrap();
        assert_eq!(options.style, Style::Pretty);
        assert_eq!(options.queue_full, QueueFull::Suspend);
        assert_eq!(options.ids, IdRule::Required);
        assert_eq!(options.limits.suspend_above, 4096);
        assert_eq!(options.limits.close_above, OutputLimits::default().close_above);
        assert!(!options.chardev.waits_for_client());
    }

    #[test]
    fn mistakes_are_said_in_words() {
        let mistake = |text: &str| text.parse::<MonitorOptions>().unwrap_err().to_string();
        assert_eq!(mistake("null,queue-full=maybe"), "option 'queue-full' must be drop or suspend, not 'maybe'");
        assert_eq!(mistake("null,id=maybe"), "option 'id' must be where-needed or required, not 'maybe'");
        assert!(mistake("null,colour=on").starts_with("unknown option 'colour'"));
        assert!(mistake("null,output-suspend=100,output-close=10").contains("must not be below"));
    }
}
