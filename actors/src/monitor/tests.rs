//! What adding and closing a monitor says when a mailbox is full or its actor gone.

use actix::{Actor, System};
use actix_qmp_chardev::ChardevOptions;
use futures_util::{FutureExt, StreamExt};

use super::*;

/// Mailboxes of the actors that all monitors share, without the actors.
struct Shared {
    around: Surroundings,
    dispatcher: AddressReceiver<Dispatcher>,
    responder: AddressReceiver<Responder>,
}

fn shared() -> Shared {
    let (dispatcher_tx, dispatcher) = channel(1);
    let (responder_tx, responder) = channel(1);
    let arbiter = System::current().arbiter().clone();
    let around = Surroundings {
        main: arbiter.clone(),
        io: arbiter,
        table: Arc::default(),
        oob_budget: Duration::ZERO,
        list: MonitorList::default(),
        warn_after: None,
        dispatcher: Addr::new(dispatcher_tx),
        responder: Addr::new(responder_tx),
    };
    Shared { around, dispatcher, responder }
}

async fn add(around: &Surroundings) -> Result<Monitor, WiringError> {
    let chardev = ChardevOptions::memory().0;
    let options = MonitorOptions::new(chardev.clone());
    wire(MonitorId(7), &options, chardev.bind().unwrap(), around).await
}

fn words(added: Result<Monitor, WiringError>) -> String {
    added.err().map(|error| error.to_string()).unwrap_or_default()
}

/// Messages that wait in a mailbox.
fn waiting<A: Actor>(mailbox: &mut AddressReceiver<A>) -> usize {
    std::iter::from_fn(|| mailbox.next().now_or_never().flatten()).count()
}

fn fill_responder(around: &Surroundings) -> usize {
    (0..16).take_while(|_| around.responder.try_send(FinishMonitor { monitor: MonitorId(0) }).is_ok()).count()
}

#[actix::test]
async fn a_responder_with_a_full_mailbox_takes_no_monitor_and_the_dispatcher_hears_nothing_of_it() {
    let mut shared = shared();
    let sent = fill_responder(&shared.around);
    assert_eq!(words(add(&shared.around).await), "the mailbox of the responder is full; try again");
    assert_eq!(waiting(&mut shared.responder), sent);
    assert_eq!(waiting(&mut shared.dispatcher), 0);
    assert!(shared.around.list.read().is_empty(), "it is not listed");
}

#[actix::test]
async fn a_dispatcher_with_a_full_mailbox_takes_no_monitor_and_the_responder_forgets_it() {
    let mut shared = shared();
    let queue = || Addr::<Queue>::new(channel(1).0).recipient();
    let other = || AddMonitorToDispatcher {
        monitor: MonitorId(0),
        queue: queue(),
        responder: shared.around.responder.clone().recipient(),
    };
    let sent = (0..16).take_while(|_| shared.around.dispatcher.try_send(other()).is_ok()).count();
    assert_eq!(words(add(&shared.around).await), "the mailbox of the dispatcher is full; try again");
    assert_eq!(waiting(&mut shared.dispatcher), sent);
    assert_eq!(waiting(&mut shared.responder), 2, "the monitor, and its end");
}

#[actix::test]
async fn without_a_dispatcher_or_a_responder_the_end_has_come() {
    for gone in ["dispatcher", "responder"] {
        let Shared { around, dispatcher, responder } = shared();
        let _other: Box<dyn std::any::Any> = if gone == "dispatcher" {
            drop(dispatcher);
            Box::new(responder)
        } else {
            drop(responder);
            Box::new(dispatcher)
        };
        assert_eq!(words(add(&around).await), "the monitors are being shut down", "{gone}");
    }
}

#[actix::test]
async fn the_order_to_close_gets_into_full_mailboxes() {
    tokio::time::pause();
    let mut shared = shared();
    let (frontend_tx, mut frontend) = channel::<Frontend>(1);
    let busy = Addr::new(frontend_tx);
    let order = MonitorsToFrontend::Close { within: Duration::ZERO };
    let sent = (0..16).take_while(|_| busy.try_send(order).is_ok()).count();
    let sent_to_responder = fill_responder(&shared.around);
    let alive = TaskTracker::new();
    // Of an actor that does not get to its messages.
    let _lives = alive.token();
    alive.close();
    let (id, responder) = (MonitorId(7), shared.around.responder.clone());
    let end = MonitorEnd { id, frontend: busy.clone().recipient(), responder, alive };
    let closed = end.close(Duration::from_secs(5)).await;
    assert_eq!(closed.unwrap_err().to_string(), "monitor 7 did not end within 5s; its I/O thread is blocked");
    assert_eq!(waiting(&mut frontend), sent + 1);
    assert_eq!(waiting(&mut shared.responder), sent_to_responder + 1);
}
