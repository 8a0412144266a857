//! The queue policy alone, and its whole state space against a model.

use std::collections::{HashSet, VecDeque};
use std::time::Instant;

use actix_qmp_messages::{
    CommandIndex, InBandRequest, MonitorId, Oob, PreparedCommand, QmpError, RequestKey, Sequence, SessionId, SessionKey,
};

use super::*;

fn request(sequence: u64, body: Result<(), QmpError>) -> InBandRequest {
    let session = SessionKey { monitor: MonitorId(0), session: SessionId(1) };
    InBandRequest {
        key: RequestKey { session, sequence: Sequence(sequence) },
        id: Some(RequestId::from_normalised(sequence.to_string().into())),
        body: body.map(|()| PreparedCommand { index: CommandIndex(0), name: "x", arguments: Ok(Box::new(())) }),
        span: tracing::Span::none(),
        parsed_at: Instant::now(),
    }
}

fn command(sequence: u64) -> InBandRequest {
    request(sequence, Ok(()))
}

fn malformed(sequence: u64) -> InBandRequest {
    request(sequence, Err(QmpError::generic("malformed")))
}

fn hand_in(queue: &mut RequestQueue, request: InBandRequest) -> Verdict {
    let verdict = queue.judge(&request);
    if verdict == Verdict::Enqueue {
        queue.push(request);
    }
    verdict
}

fn is_held(queue: &RequestQueue) -> bool {
    queue.holds().iter().any(|(_, hold)| *hold == Hold::Needed)
}

fn with_oob(rule: QueueFull) -> RequestQueue {
    let mut queue = RequestQueue::new(rule);
    queue.set_oob(Oob::Enabled);
    queue
}

#[test]
fn one_running_and_eight_waiting_fit_and_the_next_is_dropped() {
    let mut queue = with_oob(QueueFull::Drop);
    assert_eq!(hand_in(&mut queue, command(1)), Verdict::Enqueue);
    assert!(matches!(queue.step(), Some(Step::HandOver(_))));
    queue.taken();
    for sequence in 2..=9 {
        assert_eq!(hand_in(&mut queue, command(sequence)), Verdict::Enqueue);
        while queue.step().is_some() {}
    }
    assert_eq!(queue.len(), QUEUE_LENGTH);
    assert_eq!(hand_in(&mut queue, command(10)), Verdict::Drop);
    assert_eq!(hand_in(&mut queue, malformed(11)), Verdict::AnswerNow);
    queue.taken();
    assert_eq!(hand_in(&mut queue, command(12)), Verdict::Enqueue);
}

#[test]
fn request_without_an_id_waits_like_any_other_but_is_refused_where_it_would_be_dropped() {
    let mut queue = with_oob(QueueFull::Drop);
    for sequence in 1..=8 {
        assert_eq!(hand_in(&mut queue, InBandRequest { id: None, ..command(sequence) }), Verdict::Enqueue);
    }
    assert_eq!(hand_in(&mut queue, InBandRequest { id: None, ..command(9) }), Verdict::RefuseWithoutId);
    assert_eq!(hand_in(&mut queue, command(10)), Verdict::Drop);
}

#[test]
fn suspend_rule_stops_at_eight_and_goes_on_when_one_is_taken() {
    let mut queue = with_oob(QueueFull::Suspend);
    for sequence in 1..=8 {
        assert!(!is_held(&queue));
        assert_eq!(hand_in(&mut queue, command(sequence)), Verdict::Enqueue);
        while queue.step().is_some() {}
    }
    assert!(is_held(&queue));
    queue.taken();
    assert!(!is_held(&queue));
}

#[test]
fn malformed_request_waits_for_the_answers_before_it_and_holds_those_behind() {
    let mut queue = with_oob(QueueFull::Drop);
    hand_in(&mut queue, command(1));
    hand_in(&mut queue, malformed(2));
    hand_in(&mut queue, command(3));
    assert!(matches!(queue.step(), Some(Step::HandOver(ready)) if ready.key.sequence == Sequence(1)));
    assert!(queue.step().is_none());
    queue.taken();
    assert!(queue.step().is_none());
    queue.answered(1);
    assert!(matches!(queue.step(), Some(Step::Fail { .. })));
    assert!(matches!(queue.step(), Some(Step::HandOver(ready)) if ready.key.sequence == Sequence(3)));
}

#[test]
fn what_an_ended_session_left_in_the_dispatcher_counts_against_the_window_not_the_length() {
    let mut queue = with_oob(QueueFull::Drop);
    for sequence in 1..=8 {
        hand_in(&mut queue, command(sequence));
        assert!(queue.step().is_some());
    }
    queue.end_session();
    queue.set_oob(Oob::Enabled);
    assert_eq!(queue.len(), 0);
    assert_eq!(hand_in(&mut queue, command(1)), Verdict::Enqueue);
    assert!(queue.step().is_none(), "the dispatcher holds eight already");
    queue.taken_of_ended_session();
    assert!(queue.step().is_some());
}

/// What is handed in, in the model.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Kind {
    Command,
    Malformed,
}

/// Whether a request can be told of if it is dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Naming {
    WithId,
    WithoutId,
}

/// What can happen to a queue.
#[derive(Clone, Copy, Debug)]
enum Event {
    HandIn(Kind, Naming),
    Taken,
    Answered,
    TakenOfEnded,
    EndSession,
}

/// The rules written down a second time, as plainly as possible: every request with its state.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
struct Model {
    waiting: VecDeque<Kind>,
    in_dispatcher: usize,
    running_or_answering: usize,
    stale: usize,
}

impl Model {
    fn may_happen(&self, event: Event) -> bool {
        match event {
            Event::HandIn(_, _) | Event::EndSession => true,
            Event::Taken => self.in_dispatcher > 0,
            Event::Answered => self.running_or_answering > 0,
            Event::TakenOfEnded => self.stale > 0,
        }
    }

    /// Returns the expected verdict and how many steps of which kind follow.
    fn apply(&mut self, event: Event) -> (Option<Verdict>, Vec<Kind>) {
        let mut verdict = None;
        match event {
            Event::HandIn(kind, naming) => {
                let room = self.waiting.len() + self.in_dispatcher < QUEUE_LENGTH;
                verdict = Some(match (room, kind, naming) {
                    (true, _, _) => Verdict::Enqueue,
                    (false, Kind::Command, Naming::WithId) => Verdict::Drop,
                    (false, Kind::Command, Naming::WithoutId) => Verdict::RefuseWithoutId,
                    (false, Kind::Malformed, _) => Verdict::AnswerNow,
                });
                if room {
                    self.waiting.push_back(kind);
                }
            }
            Event::Taken => {
                self.in_dispatcher -= 1;
                self.running_or_answering += 1;
            }
            Event::Answered => self.running_or_answering -= 1,
            Event::TakenOfEnded => self.stale -= 1,
            Event::EndSession => {
                self.stale += self.in_dispatcher;
                *self = Self { stale: self.stale, ..Self::default() };
            }
        }
        (verdict, self.advance())
    }

    fn advance(&mut self) -> Vec<Kind> {
        let mut left = Vec::new();
        while let Some(&head) = self.waiting.front() {
            let goes = match head {
                Kind::Command => self.in_dispatcher + self.stale < DISPATCH_WINDOW,
                Kind::Malformed => self.in_dispatcher + self.running_or_answering == 0,
            };
            if !goes {
                break;
            }
            self.waiting.pop_front();
            if head == Kind::Command {
                self.in_dispatcher += 1;
            }
            left.push(head);
        }
        left
    }
}

fn replay(rule: QueueFull, oob: Oob, events: &[Event]) -> Model {
    let mut queue = RequestQueue::new(rule);
    queue.set_oob(oob);
    let mut model = Model::default();
    for (place, &event) in events.iter().enumerate() {
        let (expected, expected_steps) = model.apply(event);
        let sequence = place as u64 + 1;
        let verdict = match event {
            Event::HandIn(kind, naming) => {
                let request = if kind == Kind::Command { command(sequence) } else { malformed(sequence) };
                let id = request.id.clone().filter(|_| naming == Naming::WithId);
                Some(hand_in(&mut queue, InBandRequest { id, ..request }))
            }
            Event::Taken => {
                queue.taken();
                None
            }
            Event::Answered => {
                queue.answered(1);
                None
            }
            Event::TakenOfEnded => {
                queue.taken_of_ended_session();
                None
            }
            Event::EndSession => {
                queue.end_session();
                queue.set_oob(oob);
                None
            }
        };
        assert_eq!(verdict, expected, "{events:?}");
        let mut steps = Vec::new();
        while let Some(step) = queue.step() {
            steps.push(match step {
                Step::HandOver(_) => Kind::Command,
                Step::Fail { .. } => Kind::Malformed,
            });
        }
        assert_eq!(steps, expected_steps, "{events:?}");
        assert_eq!(queue.len(), model.waiting.len() + model.in_dispatcher, "{events:?}");
        assert!(queue.len() <= QUEUE_LENGTH && queue.handed <= DISPATCH_WINDOW, "{events:?}");
        let idle = model.waiting.is_empty() && model.in_dispatcher + model.running_or_answering == 0;
        assert_eq!(queue.is_idle(), idle, "{events:?}");
        let in_flight = oob == Oob::Disabled && !idle;
        let full = rule == QueueFull::Suspend && model.waiting.len() + model.in_dispatcher == QUEUE_LENGTH;
        let held = queue.holds().map(|(_, hold)| hold == Hold::Needed);
        assert_eq!(held, [in_flight, full], "{events:?}");
    }
    model
}

#[test]
fn every_history_to_depth_12_agrees_with_the_model() {
    for rule in [QueueFull::Drop, QueueFull::Suspend] {
        for oob in [Oob::Enabled, Oob::Disabled] {
            agrees_to_depth_12(rule, oob);
        }
    }
}

fn agrees_to_depth_12(rule: QueueFull, oob: Oob) {
    const EVENTS: [Event; 7] = [
        Event::HandIn(Kind::Command, Naming::WithId),
        Event::HandIn(Kind::Command, Naming::WithoutId),
        Event::HandIn(Kind::Malformed, Naming::WithId),
        Event::Taken,
        Event::Answered,
        Event::TakenOfEnded,
        Event::EndSession,
    ];
    // Histories that lead to the same model state have the same future: one of them is followed.
    let mut seen = HashSet::from([Model::default()]);
    let mut frontier = vec![(Vec::new(), Model::default())];
    for _depth in 0..12 {
        let mut reached: Vec<(Model, Vec<Event>)> = Vec::new();
        for (history, model) in &frontier {
            let possible = EVENTS.into_iter().filter(|&event| model.may_happen(event));
            let longer = possible.map(|event| [history.as_slice(), &[event]].concat());
            reached.extend(longer.map(|history| (replay(rule, oob, &history), history)));
        }
        reached.retain(|(model, _)| seen.insert(model.clone()));
        frontier = reached.into_iter().map(|(model, history)| (history, model)).collect();
    }
    assert!(seen.len() > 1000, "only {} states were reached", seen.len());
}
