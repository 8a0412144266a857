//! The program `qmp-vmm` from outside: command line, a session, the end by a signal.
#![allow(clippy::unwrap_used, reason = "a test that unwraps wrongly fails, as it should")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Nothing here takes long; whatever takes longer hangs.
const SOON: Duration = Duration::from_secs(60);

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_qmp-vmm"));
    program.env_remove("RUST_LOG");
    program
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// A running program with one client, in command mode with `oob`.
struct Session {
    child: Child,
    stream: BufReader<UnixStream>,
    folder: TempDir,
}

impl Session {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("qmp");
        let chardev = format!("unix:{},server=on,wait=off", path.display());
        let mut program = program();
        let program = program.args(["--qmp", &chardev]).args(arguments).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        // The program says so when it listens.
        let mut line = String::new();
        BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, format!("qmp-vmm: QMP on unix:{}\n", path.display()));
        let stream = UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        let mut session = Self { child, stream: BufReader::new(stream), folder };
        assert_eq!(session.receive()["QMP"]["capabilities"], json!(["oob"]));
        session.send(&json!({"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}, "id": 0}));
        assert_eq!(session.receive(), json!({"return": {}, "id": 0}));
        session
    }

    fn send(&mut self, request: &Value) {
        self.stream.get_mut().write_all(request.to_string().as_bytes()).unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no message: {line:?}"))
    }

    /// The next reply, over events.
    fn reply(&mut self) -> Value {
        loop {
            let message = self.receive();
            if message.get("event").is_none() {
                return message;
            }
        }
    }

    /// Waits for an event, over others.
    fn event(&mut self, name: &str) -> Value {
        loop {
            let message = self.receive();
            if message["event"] == name {
                return message["data"].clone();
            }
        }
    }

    fn signal(&self) {
        let id = i32::try_from(self.child.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), Signal::TERM).unwrap();
    }

    /// What is left to read, and how the program ended.
    fn end(mut self) -> (String, ExitStatus) {
        let mut rest = String::new();
        self.stream.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A test that failed leaves no program behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a migration up to the end of RAM and state: from there on the source's main thread waits for an answer.
fn read_until_end(peer: &mut UnixStream) {
    peer.read_exact(&mut [0; 12]).unwrap();
    let mut kind = 0;
    while kind != b'E' {
        let mut header = [0; 5];
        peer.read_exact(&mut header).unwrap();
        let [read, len @ ..] = header;
        kind = read;
        peer.read_exact(&mut vec![0; u32::from_le_bytes(len) as usize]).unwrap();
    }
}

#[test]
fn help_teaches_by_examples() {
    let help = run(&["--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(help.status.success());
    for example in [
        "--qmp unix:/tmp/qmp.sock,server=on,wait=off",
        "qmp-shell /tmp/qmp.sock",
        "--qmp tcp:127.0.0.1:4444,server=on,wait=off",
        "--qmp stdio",
        "--incoming defer",
        "[default: 128M]",
    ] {
        assert!(text.contains(example), "{example} is missing in:\n{text}");
    }
}

#[test]
fn a_command_that_takes_long_is_warned_of_while_it_runs_and_when_it_ends() {
    let mut session = Session::start(&["--warn-held", "1"]);
    let stderr = session.child.stderr.take().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    // Its end is that of the program.
    std::thread::spawn(move || {
        BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|line| tell.send(line))
    });
    session.send(&json!({"execute": "x-oob-test", "arguments": {"lock": true}, "id": 1}));
    let warning = told.recv_timeout(SOON).expect("no warning while the command runs");
    assert!(warning.contains(" dispatcher_held ") && warning.contains("command=\"x-oob-test\""), "{warning}");
    session.send(&json!({"exec-oob": "x-query-monitors", "id": 2}));
    let reply = session.reply();
    assert_eq!(reply["return"][0]["running"]["command"], "x-oob-test", "{reply}");
    assert!(reply["return"][0]["running"]["running-us"].as_u64() >= Some(1_000_000), "{reply}");
    session.send(&json!({"exec-oob": "x-oob-test", "arguments": {"lock": false}, "id": 3}));
    let end = told.recv_timeout(SOON).expect("nothing is said when it ends");
    assert!(end.contains(" dispatcher_was_held ") && end.contains("monitor=0 session=1 sequence=1"), "{end}");
}

#[test]
fn mistakes_on_the_command_line_are_said_in_words() {
    for (arguments, words) in [
        (&["--memory", "lots"][..], "expected a number with an optional suffix K, M, G or T"),
        (&["--memory", "1K"], "RAM must be between 1M and 4T"),
        (&["--cpus", "0"], "0 is not in 1..=255"),
        (&["--qmp", "unix:/x,colour=on"], "unknown option 'colour'"),
        (&["--incoming", "ftp:x"], "qmp-vmm: --incoming ftp:x: unknown migration protocol: ftp:x"),
    ] {
        let output = run(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(words), "{arguments:?}: {text}");
    }
}

#[test]
fn a_monitor_that_can_not_be_opened_ends_the_program_with_one_line() {
    let output = run(&["--qmp", "unix:/no/such/folder/qmp,server=on,wait=off"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        text.starts_with("qmp-vmm: ") && text.contains("/no/such/folder/qmp") && text.lines().count() == 1,
        "{text}"
    );
}

#[test]
fn monitor_that_was_opened_before_one_that_can_not_be_leaves_no_socket_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let (good, bad) = (format!("unix:{},server=on,wait=off", path.display()), "unix:/nope/x,server=on,wait=off");
    let output = run(&["--qmp", &good, "--qmp", bad]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!path.exists());
}

#[test]
fn quit_is_answered_and_the_program_ends_well() {
    let mut session = Session::start(&["--name", "here"]);
    session.send(&json!({"execute": "query-name", "id": 1}));
    assert_eq!(session.receive(), json!({"return": {"name": "here"}, "id": 1}));
    session.send(&json!({"execute": "query-status", "id": 2}));
    assert_eq!(session.receive()["return"]["status"], "running");
    session.send(&json!({"execute": "quit", "id": 3}));
    assert_eq!(session.event("SHUTDOWN"), json!({"guest": false, "reason": "host-qmp-quit"}));
    assert_eq!(session.receive(), json!({"return": {}, "id": 3}));
    let socket = session.folder.path().join("qmp");
    let folder = std::mem::replace(&mut session.folder, tempfile::tempdir().unwrap());
    let (rest, status) = session.end();
    assert_eq!((rest.as_str(), status.code()), ("", Some(0)));
    assert!(!socket.exists());
    drop(folder);
}

#[test]
fn migrate_incoming_is_carried_out_of_band_while_the_dispatcher_waits() {
    let mut session = Session::start(&["--incoming", "defer"]);
    session.send(&json!({"execute": "x-oob-test", "arguments": {"lock": true}, "id": "lock"}));
    session.send(&json!({"execute": "query-status", "id": "behind"}));
    let uri = format!("unix:{}", session.folder.path().join("migrate").display());
    session.send(
        &json!({"execute": "migrate-incoming", "arguments": {"uri": uri}, "control": {"run-oob": true}, "id": 1}),
    );
    assert_eq!(session.reply(), json!({"return": {}, "id": 1}));
    session.send(&json!({"execute": "query-yank", "control": {"run-oob": true}, "id": 2}));
    assert_eq!(session.reply(), json!({"return": [{"type": "migration"}], "id": 2}));
    session.send(&json!({"exec-oob": "x-oob-test", "arguments": {"lock": false}, "id": 3}));
    let mut ids: Vec<_> = (0..3).map(|_| session.reply()["id"].clone()).collect();
    ids.sort_by_key(Value::to_string);
    assert_eq!(ids, [json!("behind"), json!("lock"), json!(3)]);
}

/// The story that out-of-band execution was made for.
#[test]
fn migrate_incoming_is_answered_while_a_dump_of_a_gibibyte_blocks_the_main_thread() {
    let mut session = Session::start(&["--memory", "1G", "--incoming", "defer"]);
    let core = session.folder.path().join("core");
    let dump = json!({"paging": false, "protocol": format!("file:{}", core.display())});
    let uri = format!("unix:{}", session.folder.path().join("migrate").display());
    session.send(&json!({"execute": "dump-guest-memory", "arguments": dump, "id": "dump"}));
    session.send(
        &json!({"execute": "migrate-incoming", "arguments": {"uri": uri}, "control": {"run-oob": true}, "id": "oob"}),
    );
    assert_eq!(session.reply(), json!({"return": {}, "id": "oob"}));
    assert_eq!(session.reply(), json!({"return": {}, "id": "dump"}));
    assert!(core.metadata().unwrap().len() > 1 << 30);
}

#[test]
fn out_of_band_commands_are_answered_while_a_dump_blocks_the_main_thread() {
    let mut session = Session::start(&["--memory", "1T"]);
    let dump = json!({"paging": false, "protocol": "file:/dev/null"});
    session.send(&json!({"execute": "dump-guest-memory", "arguments": dump, "id": "dump"}));
    session.event("STOP");
    // The handler runs; whatever is in-band waits for it.
    session.send(&json!({"execute": "query-status", "id": "behind"}));
    session.send(&json!({"exec-oob": "query-yank", "id": "oob"}));
    assert_eq!(session.reply(), json!({"return": [], "id": "oob"}));
    let incoming = json!({"uri": "unix:/x"});
    session.send(&json!({"execute": "migrate-incoming", "arguments": incoming, "control": {"run-oob": true}, "id": 1}));
    assert_eq!(session.reply()["error"]["desc"], "'-incoming' was not specified on the command line");
    assert_eq!(session.event("DUMP_COMPLETED")["result"]["completed"], 1_u64 << 40);
    assert_eq!(session.reply(), json!({"return": {}, "id": "dump"}));
    assert_eq!(session.reply()["return"]["status"], "running");
}

#[test]
fn a_signal_ends_the_program_also_while_its_main_thread_is_stuck() {
    let mut session = Session::start(&["--paused"]);
    let path = session.folder.path().join("mute");
    let listener = UnixListener::bind(&path).unwrap();
    let uri = format!("unix:{}", path.display());
    session.send(&json!({"execute": "migrate", "arguments": {"uri": uri}, "id": 1}));
    let (mut peer, _) = listener.accept().unwrap();
    // Accepts the migration, and never says that it has arrived.
    peer.write_all(b"A\0\0\0\0").unwrap();
    assert_eq!(session.reply(), json!({"return": {}, "id": 1}));
    read_until_end(&mut peer);
    session.signal();
    assert_eq!(session.event("SHUTDOWN"), json!({"guest": false, "reason": "host-signal"}));
    let (rest, status) = session.end();
    assert_eq!((rest.as_str(), status.code()), ("", Some(0)));
}

#[test]
fn a_signal_ends_a_long_dump() {
    let mut session = Session::start(&["--memory", "4T"]);
    let dump = json!({"paging": false, "protocol": "file:/dev/null"});
    session.send(&json!({"execute": "dump-guest-memory", "arguments": dump, "id": "dump"}));
    session.event("STOP");
    session.signal();
    assert_eq!(session.event("DUMP_COMPLETED")["error"], "dump: the machine was shut down");
    session.event("SHUTDOWN");
    assert_eq!(session.end().1.code(), Some(0));
}

#[test]
fn in_preconfig_only_commands_that_allow_it_run_until_it_is_left() {
    let mut session = Session::start(&["--preconfig"]);
    let mut ask = |command: &str| {
        session.send(&json!({"execute": command, "id": command}));
        let reply = session.reply();
        assert_eq!(reply["id"], command);
        reply
    };
    assert_eq!(ask("query-status")["return"]["status"], "prelaunch");
    let refused = ask("cont");
    assert_eq!(
        refused["error"]["desc"],
        "The command 'cont' is permitted only after machine initialization has completed"
    );
    assert_eq!(ask("x-exit-preconfig")["return"], json!({}));
    assert_eq!(ask("query-status")["return"]["status"], "running");
    let again = ask("x-exit-preconfig");
    assert_eq!(again["error"]["desc"], "The command is permitted only before machine initialization");
    assert_eq!(ask("stop")["return"], json!({}));
}

#[test]
fn introspection_tells_the_same_commands_as_the_list_and_knows_every_type_it_names() {
    let mut session = Session::start(&[]);
    session.send(&json!({"execute": "query-commands", "id": 1}));
    let names = |reply: &Value, kind: Option<&str>| -> BTreeSet<String> {
        let entries = reply["return"].as_array().unwrap().iter();
        let of_kind = entries.filter(|entry| kind.is_none_or(|kind| entry["meta-type"] == kind));
        of_kind.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    };
    let listed = names(&session.reply(), None);
    session.send(&json!({"execute": "query-qmp-schema", "id": 2}));
    let schema = session.reply();
    assert_eq!(names(&schema, Some("command")), listed);
    assert!(names(&schema, Some("event")).contains("COMMAND_DROPPED"));

    let known = names(&schema, None);
    let mut used = BTreeSet::new();
    for entry in schema["return"].as_array().unwrap() {
        types_named_in(entry, &mut used);
        let oob = ["yank", "query-yank", "migrate-incoming", "x-oob-test", "x-query-monitors"];
        let oob = oob.iter().any(|name| entry["name"] == *name);
        assert_eq!(entry.get("allow-oob").is_some_and(|allowed| *allowed == json!(true)), oob, "{entry}");
    }
    assert!(used.len() > 20 && used.is_subset(&known), "{:?} are not there", used.difference(&known));
    assert_eq!(known.len(), schema["return"].as_array().unwrap().len(), "a name is there twice");

    session.send(&json!({"execute": "query-qmp-schema", "arguments": {"x": 1}, "id": 3}));
    assert_eq!(session.reply()["error"]["desc"], "Parameter 'x' is unexpected");
}

/// The types that an entry of the introspection names.
fn types_named_in(entry: &Value, types: &mut BTreeSet<String>) {
    let Value::Object(members) = entry else { return };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("type" | "arg-type" | "ret-type" | "element-type", Value::String(name)) => {
                types.insert(name.clone());
            }
            ("members" | "variants", Value::Array(entries)) => {
                entries.iter().for_each(|entry| types_named_in(entry, types));
            }
            _ => {}
        }
    }
}
