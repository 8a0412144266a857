//! Whose command runs next: one per turn of each monitor, in order within one.

use std::collections::VecDeque;

use actix_qmp_messages::{MonitorId, ReadyRequest, SessionKey};
use rustc_hash::FxHashMap;

/// Requests that were handed over and not taken yet.
#[derive(Debug, Default)]
pub(crate) struct RoundRobin {
    requests: FxHashMap<MonitorId, VecDeque<ReadyRequest>>,
    // Monitors that have a request, each once; the front is next.
    turns: VecDeque<MonitorId>,
}

impl RoundRobin {
    /// Appends a request to its monitor's.
    pub(crate) fn push(&mut self, request: ReadyRequest) {
        let monitor = request.key.session.monitor;
        let requests = self.requests.entry(monitor).or_default();
        if requests.is_empty() {
            self.turns.push_back(monitor);
        }
        requests.push_back(request);
    }

    /// Takes the request whose turn it is; its monitor goes to the back of the line.
    pub(crate) fn pop(&mut self) -> Option<ReadyRequest> {
        let monitor = self.turns.pop_front()?;
        let requests = self.requests.get_mut(&monitor)?;
        let request = requests.pop_front();
        if !requests.is_empty() {
            self.turns.push_back(monitor);
        }
        request
    }

    /// Takes out everything of a session that is over.
    pub(crate) fn discard(&mut self, session: SessionKey) -> Vec<ReadyRequest> {
        let Some(requests) = self.requests.get_mut(&session.monitor) else {
            return Vec::new();
        };
        let (gone, kept) = requests.drain(..).partition(|request| request.key.session == session);
        *requests = kept;
        if requests.is_empty() {
            self.turns.retain(|&monitor| monitor != session.monitor);
        }
        Vec::from(gone)
    }

    /// Forgets a monitor.
    pub(crate) fn remove(&mut self, monitor: MonitorId) {
        self.requests.remove(&monitor);
        self.turns.retain(|&other| other != monitor);
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.requests.clear();
        self.turns.clear();
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use actix_qmp_messages::{CommandIndex, PreparedCommand, RequestKey, Sequence, SessionId};

    use super::*;

    fn key(monitor: u32, session: u64, sequence: u64) -> RequestKey {
        let session = SessionKey { monitor: MonitorId(monitor), session: SessionId(session) };
        RequestKey { session, sequence: Sequence(sequence) }
    }

    fn request(key: RequestKey) -> ReadyRequest {
        ReadyRequest {
            key,
            id: None,
            command: PreparedCommand { index: CommandIndex(0), name: "x", arguments: Ok(Box::new(())) },
            span: tracing::Span::none(),
            parsed_at: Instant::now(),
        }
    }

    fn order(round: &mut RoundRobin) -> Vec<RequestKey> {
        std::iter::from_fn(|| round.pop()).map(|request| request.key).collect()
    }

    #[test]
    fn monitors_take_turns_and_each_keeps_its_order() {
        let mut round = RoundRobin::default();
        let handed = [key(1, 1, 1), key(1, 1, 2), key(1, 1, 3), key(2, 1, 1), key(3, 1, 1), key(3, 1, 2)];
        handed.into_iter().for_each(|key| round.push(request(key)));
        let expected = [key(1, 1, 1), key(2, 1, 1), key(3, 1, 1), key(1, 1, 2), key(3, 1, 2), key(1, 1, 3)];
        assert_eq!(order(&mut round), expected);
        assert!(round.is_empty());
    }

    #[test]
    fn discarding_a_session_leaves_the_next_one_of_the_same_monitor() {
        let mut round = RoundRobin::default();
        [key(1, 1, 1), key(2, 1, 1), key(1, 1, 2), key(1, 2, 1)].into_iter().for_each(|key| round.push(request(key)));
        assert_eq!(round.discard(key(1, 1, 0).session).len(), 2);
        assert_eq!(order(&mut round), [key(1, 2, 1), key(2, 1, 1)]);

        round.push(request(key(1, 2, 2)));
        assert_eq!(round.discard(key(1, 2, 0).session).len(), 1);
        assert!(round.is_empty());
        assert!(round.discard(key(9, 1, 0).session).is_empty());
    }
}
