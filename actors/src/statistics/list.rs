//! The monitors that there are, for whoever wants to know how they are doing.

use std::sync::Arc;

use actix_qmp_messages::MonitorId;
use actix_qmp_messages::schema::MonitorInfo;
use tokio::sync::watch;

use super::Statistics;

/// How the monitors of a program are doing: what `x-query-monitors` tells, for the program itself.
///
/// Cheap to clone; may be asked from any thread, and waits for none.
#[derive(Debug, Clone, Default)]
pub struct MonitorList(Arc<watch::Sender<Vec<Arc<Statistics>>>>);

impl MonitorList {
    /// All monitors, in the order they were added.
    #[must_use]
    pub fn read(&self) -> Vec<MonitorInfo> {
        self.statistics().iter().map(|statistics| statistics.read()).collect()
    }

    /// Puts a monitor on the list until what this gives is dropped.
    pub(crate) fn add(&self, monitor: MonitorId, chardev: String) -> Listed {
        let statistics = Arc::new(Statistics::new(monitor, chardev));
        self.0.send_modify(|all| all.push(Arc::clone(&statistics)));
        Listed { list: self.clone(), statistics }
    }

    /// What is counted for a monitor; for one that is not listed, something that nobody reads.
    pub(crate) fn of(&self, monitor: MonitorId) -> Arc<Statistics> {
        let found = self.0.borrow().iter().find(|statistics| statistics.monitor() == monitor).cloned();
        found.unwrap_or_else(|| Arc::new(Statistics::new(monitor, String::new())))
    }

    fn statistics(&self) -> Vec<Arc<Statistics>> {
        self.0.borrow().clone()
    }
}

/// A monitor's place on the list.
#[derive(Debug)]
pub(crate) struct Listed {
    list: MonitorList,
    statistics: Arc<Statistics>,
}

impl Listed {
    pub(crate) fn statistics(&self) -> Arc<Statistics> {
        Arc::clone(&self.statistics)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.list.0.send_modify(|all| all.retain(|statistics| !Arc::ptr_eq(statistics, &self.statistics)));
        #[cfg(feature = "metrics")]
        super::metrics::publish_last(self.statistics.read());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monitors_are_listed_in_the_order_they_came_until_they_end() {
        let list = MonitorList::default();
        let first = list.add(MonitorId(0), "null".to_owned());
        let _second = list.add(MonitorId(1), "stdio".to_owned());
        let names = |list: &MonitorList| list.read().into_iter().map(|info| info.chardev).collect::<Vec<_>>();
        assert_eq!(names(&list), ["null", "stdio"]);
        drop(first);
        assert_eq!(names(&list), ["stdio"]);
    }

    #[test]
    fn what_is_counted_for_a_listed_monitor_is_read_and_for_another_is_not() {
        let list = MonitorList::default();
        let _listed = list.add(MonitorId(0), String::new());
        list.of(MonitorId(0)).dropped.add(1);
        list.of(MonitorId(1)).dropped.add(1);
        assert_eq!(list.read().iter().map(|info| info.counts.dropped).collect::<Vec<_>>(), [1]);
    }
}
