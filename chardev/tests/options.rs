//! The syntax of option lists and of the chardevs that they name.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use actix_qmp_chardev::{ChardevOptions, OptionError, OptionList, Switch};
use proptest::prelude::*;

fn canonical(text: &str) -> String {
    text.parse::<ChardevOptions>().unwrap().to_string()
}

fn error(text: &str) -> String {
    text.parse::<ChardevOptions>().unwrap_err().to_string()
}

#[test]
fn two_commas_are_one_comma_in_a_value() {
    let mut list = OptionList::parse("unix:/tmp/a,,b,id=x,,,y=1").unwrap();
    assert_eq!(list.head(), "unix:/tmp/a,b");
    assert_eq!(list.take("id").unwrap(), "x,");
    assert_eq!(list.take("y").unwrap(), "1");
    assert_eq!(list.take("y"), None);
    list.finish().unwrap();
}

#[test]
fn a_value_may_contain_an_equals_sign_and_be_empty() {
    let mut list = OptionList::parse("unix:/tmp/a=b,x=1=2,y=").unwrap();
    assert_eq!(list.head(), "unix:/tmp/a=b");
    assert_eq!(list.take("x").unwrap(), "1=2");
    assert_eq!(list.take("y").unwrap(), "");
}

#[test]
fn nothing_may_be_empty() {
    for text in ["", ",", "unix:/x,", "unix:/x,=on", ",server=on", "unix:/x,server=on,"] {
        let error = OptionList::parse(text).unwrap_err();
        assert!(matches!(error, OptionError::Empty { .. }), "{text}: {error}");
    }
}

#[test]
fn a_key_twice_is_an_error_in_words() {
    assert_eq!(error("unix:/x,server=on,server=on"), "option 'server' is given twice");
    assert_eq!(error("unix:/x,server=on,wait=on,nowait"), "option 'wait' is given twice");
}

#[test]
fn switches_have_many_spellings() {
    for (text, expected) in [
        ("h,s", Some(Switch::On)),
        ("h,s=on", Some(Switch::On)),
        ("h,s=yes", Some(Switch::On)),
        ("h,s=true", Some(Switch::On)),
        ("h,s=y", Some(Switch::On)),
        ("h,nos", Some(Switch::Off)),
        ("h,s=off", Some(Switch::Off)),
        ("h,s=no", Some(Switch::Off)),
        ("h,s=false", Some(Switch::Off)),
        ("h,s=n", Some(Switch::Off)),
        ("h", None),
    ] {
        let mut list = OptionList::parse(text).unwrap();
        assert_eq!(list.take_switch("s").unwrap(), expected, "{text}");
        list.finish().unwrap();
    }
    let error = OptionList::parse("h,s=1").unwrap().take_switch("s").unwrap_err();
    assert_eq!(error.to_string(), "option 's' must be on or off, not '1'");
}

#[test]
fn a_no_form_with_a_value_is_no_switch() {
    let mut list = OptionList::parse("h,nos=on").unwrap();
    assert_eq!(list.take_switch("s").unwrap(), None);
    assert!(list.finish().is_err());
}

#[test]
fn numbers_are_checked_against_their_type() {
    let mut list = OptionList::parse("h,a=7,b=300,c=x").unwrap();
    assert_eq!(list.take_number::<u8>("a").unwrap(), Some(7));
    assert_eq!(list.take_number::<u8>("b").unwrap_err().to_string(), "option 'b' must be a number in range, not '300'");
    assert!(list.take_number::<u64>("c").is_err());
    assert_eq!(list.take_number::<u64>("d").unwrap(), None);
}

#[test]
fn an_unknown_option_is_named_with_those_that_are_known() {
    let error = error("unix:/x,server=on,srver=on,other");
    assert_eq!(error, "unknown option 'srver'; known here: server, wait, reconnect");
    let error = "null,server=on".parse::<ChardevOptions>().unwrap_err().to_string();
    assert_eq!(error, "unknown option 'server'; known here: none");
}

#[test]
fn the_monitors_own_options_are_left_in_the_list() {
    let mut list = OptionList::parse("unix:/x,pretty=on,server=on,queue-full=drop").unwrap();
    let options = ChardevOptions::from_list(&mut list).unwrap();
    assert_eq!(options.to_string(), "unix:/x,server=on");
    assert_eq!(list.take_switch("pretty").unwrap(), Some(Switch::On));
    assert_eq!(list.take("queue-full").unwrap(), "drop");
    list.finish().unwrap();
}

#[test]
fn the_canonical_form_leaves_defaults_out() {
    for (text, expected) in [
        ("unix:/x", "unix:/x"),
        ("unix:/x,server=off", "unix:/x"),
        ("unix:/x,server", "unix:/x,server=on"),
        ("unix:/x,server,wait", "unix:/x,server=on"),
        ("unix:/x,server,nowait", "unix:/x,server=on,wait=off"),
        ("unix:/x,wait=off,server=on", "unix:/x,server=on,wait=off"),
        ("unix:/a,,b", "unix:/a,,b"),
        ("unix:/x,reconnect=5", "unix:/x,reconnect=5"),
        ("unix:/x,reconnect=0", "unix:/x"),
        ("tcp::4444,server=on", "tcp:127.0.0.1:4444,server=on"),
        ("tcp:localhost:0,server,nodelay=off", "tcp:localhost:0,server=on,nodelay=off"),
        ("tcp:[::1]:4444,nodelay", "tcp:[::1]:4444"),
        ("tcp:example.org:1,insecure=yes", "tcp:example.org:1,insecure=on"),
        ("stdio", "stdio"),
        ("fd:5", "fd:5"),
        ("fd:5,output=6,insecure=on", "fd:5,output=6,insecure=on"),
        ("null", "null"),
    ] {
        assert_eq!(canonical(text), expected, "{text}");
        assert_eq!(canonical(expected), expected);
    }
    assert_eq!(ChardevOptions::memory().0.to_string(), "memory");
}

#[test]
fn a_server_waits_for_its_client_unless_told_otherwise() {
    for (text, waits) in [
        ("unix:/x,server=on", true),
        ("unix:/x,server,nowait", false),
        ("unix:/x,server=on,wait=off", false),
        ("unix:/x", false),
        ("tcp::1,server=on", true),
        ("tcp::1,server=on,wait=off", false),
        ("stdio", false),
        ("null", false),
    ] {
        let options: ChardevOptions = text.parse().unwrap();
        assert_eq!(options.waits_for_client(), waits, "{text}");
        assert!(!options.is_main_loop_only());
    }
}

#[test]
fn an_option_of_the_other_role_is_refused() {
    assert_eq!(error("unix:/x,wait=off"), "option 'wait' is for servers (server=on) only");
    assert_eq!(error("tcp::1,server=on,reconnect=3"), "option 'reconnect' is for clients (server=off) only");
    assert_eq!(error("tcp::0"), "'tcp::0': port 0 is for servers only");
}

#[test]
fn impossible_addresses_are_refused_in_words() {
    for (text, problem) in [
        ("unix:", "needs a path"),
        ("unix:,server=on", "needs a path"),
        ("unix:/a\0b", "NUL"),
        ("tcp:4444", "needs a host and a port"),
        ("tcp:localhost", "needs a host and a port"),
        ("tcp:localhost:", "the port must be a number"),
        ("tcp:localhost:65536", "the port must be a number"),
        ("tcp:localhost:http", "the port must be a number"),
        ("tcp:::1:4444", "[ADDRESS]:PORT"),
        ("tcp:[[a]:4444", "[ADDRESS]:PORT"),
        ("tcp:a]:4444", "[ADDRESS]:PORT"),
        ("tcp:[::1]", "[ADDRESS]:PORT"),
        ("tcp:[::1]4444", "[ADDRESS]:PORT"),
        ("fd:", "needs a descriptor's number"),
        ("fd:-1", "needs a descriptor's number"),
        ("fd:x", "needs a descriptor's number"),
        ("vsock:3:4", "unknown chardev 'vsock:3:4'"),
        ("stdio:", "unknown chardev"),
        ("unix", "unknown chardev 'unix'; known: unix:PATH"),
        ("memory", "unknown chardev"),
    ] {
        let error = error(text);
        assert!(error.contains(problem), "{text:?}: {error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused_but_never_a_panic(text in "\\PC{0,40}") {
        let _ = text.parse::<ChardevOptions>();
    }

    #[test]
    fn the_canonical_form_of_any_path_reads_back(path in "[^\0]{1,40}", tail in "(,server=on)?") {
        let text = format!("unix:{}{tail}", path.replace(',', ",,"));
        let options: ChardevOptions = text.parse().unwrap();
        prop_assert_eq!(options.to_string(), text);
    }
}
