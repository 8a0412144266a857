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
pub struct MonitorList(Arc<Lists>);

/// Who there is, and of whom numbers were published.
#[derive(Debug, Default)]
struct Lists {
    all: watch::Sender<Vec<Arc<Statistics>>>,
    #[cfg(feature = "metrics")]
    published: watch::Sender<Vec<Arc<Statistics>>>,
}

impl MonitorList {
    /// All monitors, in the order they were added.
    #[must_use]
    pub fn read(&self) -> Vec<MonitorInfo> {
        self.statistics().iter().map(|statistics| statistics.read()).collect()
    }

    /// Puts a monitor on the list until what this gives is dropped.
    pub(crate) fn add(&self, monitor: MonitorId, chardev: String) -> Listed {
        let statistics = Arc::new(Statistics::new(monitor, chardev));
        self.0.all.send_modify(|all| all.push(Arc::clone(&statistics)));
        Listed { list: self.clone(), statistics }
    }

    /// What is counted for a monitor; for one that is not listed, something that nobody reads.
    pub(crate) fn of(&self, monitor: MonitorId) -> Arc<Statistics> {
        let found = self.0.all.borrow().iter().find(|statistics| statistics.monitor() == monitor).cloned();
        found.unwrap_or_else(|| Arc::new(Statistics::new(monitor, String::new())))
    }

    fn statistics(&self) -> Vec<Arc<Statistics>> {
        self.0.all.borrow().clone()
    }

    /// Those that there are, and those that have ended since this was asked last or still run a command.
    #[cfg(feature = "metrics")]
    pub(super) fn to_publish(&self) -> (Vec<Arc<Statistics>>, Vec<Arc<Statistics>>) {
        let all = self.statistics();
        let mut ended = Vec::new();
        self.0.published.send_modify(|published| {
            let before = std::mem::replace(published, all.clone());
            let is_gone = |one: &Arc<Statistics>| !all.iter().any(|other| Arc::ptr_eq(one, other));
            ended.extend(before.into_iter().filter(is_gone));
            published.extend(ended.iter().filter(|one| one.running().is_some()).cloned());
        });
        (all, ended)
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
        self.list.0.all.send_modify(|all| all.retain(|statistics| !Arc::ptr_eq(statistics, &self.statistics)));
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
