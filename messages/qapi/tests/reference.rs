//! The Markdown reference made of a schema that has everything the reference treats in its own way.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::collections::HashSet;
use std::path::Path;

use actix_qmp_qapi::{Defines, Schema, markdown};

fn machine() -> Schema {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/backends/machine.json");
    Schema::load(path).unwrap()
}

fn reference() -> String {
    markdown::reference(&machine(), "Machine Reference")
}

/// The text from an anchor to the next.
fn section(reference: &str, anchor: &str) -> String {
    let start = format!("<a id=\"{anchor}\"></a>");
    let (_, from) = reference.split_once(&start).unwrap_or_else(|| panic!("no {start}"));
    from.split("<a id=").next().unwrap().trim().to_owned()
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

#[test]
fn every_internal_link_has_an_anchor_and_every_anchor_is_there_once() {
    let reference = reference();
    let anchors = between(&reference, "<a id=\"", "\"");
    let unique: HashSet<String> = anchors.iter().map(|anchor| anchor.to_lowercase()).collect();
    assert_eq!(unique.len(), anchors.len());
    let links = between(&reference, "](#", ")");
    assert!(links.len() > 50);
    assert_eq!(links.iter().find(|link| !anchors.contains(link)), None);
}

#[test]
fn contents_list_headings_and_what_is_below_them() {
    assert_eq!(
        section(&reference(), "contents"),
        "## Contents

- [Machine](#section-machine)
  - [Running and stopping](#section-running-and-stopping)
    - Commands: [`query-state`](#command-query-state), [`pause`](#command-pause), [`power-off`](#command-power-off)
    - Events: [`STATE_CHANGED`](#event-STATE_CHANGED), [`SHUTDOWN`](#event-SHUTDOWN)
  - [Running and stopping](#section-running-and-stopping-2)
    - Commands: [`acknowledge`](#command-acknowledge)
- [Disks](#section-disks)
  - Commands: [`disk-add`](#command-disk-add), [`query-disks`](#command-query-disks), \
         [`read-console`](#command-read-console), [`read-sectors`](#command-read-sectors), \
         [`query-remote`](#command-query-remote)
  - Events: [`DISK_ERROR`](#event-DISK_ERROR)
- [Index of types](#types)
- [Built-in types](#built-in-types)"
    );
}

#[test]
fn the_index_has_all_types_and_nothing_else() {
    let index = section(&reference(), "types");
    assert!(index.starts_with("## Index of types\n\n[`Disk`](#type-Disk), [`DiskBase`](#type-DiskBase), "));
    assert_eq!(between(&index, "](#type-", ")").len(), between(&index, "](", ")").len());
}

#[test]
fn a_command_is_described_with_marks_arguments_features_and_notes() {
    assert_eq!(
        section(&reference(), "command-pause"),
        "#### `pause`

*Command* · since 1.0 · may run out-of-band (`allow-oob`) · **unstable**

Stops the machine. In order:

1. processors stop

2. devices are drained:

   - disks
   - networks

It is undone by:

```text
{ \"execute\": \"go-on\",
  \"arguments\": {} }
```

**Arguments**

- `how` ([`RunState`](#type-RunState), optional): in what way
- `deadline` (`number`, optional, **deprecated**, **unstable**): how long to wait for devices

**Features**

- `unstable`: The arguments may change.
- `deprecated`: Member `deadline` is not needed.

**Returns**: Nothing on success.

> **Note**
>
> Nothing is drained when the machine is `paused` already."
    );
}

#[test]
fn an_example_stays_as_it_stands() {
    let section = section(&reference(), "command-query-state");
    let example = "```text
-> { \"execute\": \"query-state\" }
<- { \"return\": { \"state\": \"running\", \"codes\": [], \"kinds\": [] } }
```";
    assert!(section.contains(example), "{section}");
    assert!(section.contains("may run before the machine is built (`allow-preconfig`)"));
    assert!(section.contains("**Returns** [`StateInfo`](#type-StateInfo): a [`StateInfo`](#type-StateInfo)"));
}

#[test]
fn a_command_without_a_response_says_so_and_has_no_arguments() {
    assert_eq!(
        section(&reference(), "command-power-off"),
        "#### `power-off`\n\n*Command* · since 1.0 · no response on success\n\nSwitches the machine off."
    );
}

#[test]
fn a_union_shows_its_base_and_its_branches() {
    let section = section(&reference(), "type-Disk");
    let branches = "**Members**: all of [`DiskBase`](#type-DiskBase)

**Further members by `kind`**

- `memory` ([`DiskMemory`](#type-DiskMemory))
- `file` ([`DiskEncrypted`](#type-DiskEncrypted))
- `none`, `remote` (if `CONFIG_REMOTE`): nothing";
    assert!(section.ends_with(branches), "{section}");
}

#[test]
fn features_of_members_and_values_are_shown_with_what_is_said_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schema.json");
    let schema = "
{ 'enum': 'Gear', 'data': [ { 'name': 'first', 'features': [ 'deprecated', { 'name': 'slow', 'if': 'SLOW' } ] } ] }

##
# @Speed:
#
# @gear: the gear
#
# Features:
# @exact: It is measured.
# @unstable: It may change.
# @manual: @gear is chosen by hand.
##
{ 'struct': 'Speed', 'features': [ 'exact' ],
  'data': { '*gear': { 'type': 'Gear', 'features': [ 'unstable', 'manual' ] } } }";
    std::fs::write(&path, schema).unwrap();
    let reference = markdown::reference(&Schema::load(&path).unwrap(), "Gears");
    let gear = section(&reference, "type-Gear");
    assert!(gear.ends_with("- `first` (**deprecated**, feature `slow` if `SLOW`)"), "{gear}");
    let speed = section(&reference, "type-Speed");
    let expected = "- `gear` ([`Gear`](#type-Gear), optional, **unstable**, feature `manual`): the gear

**Features**

- `exact`: It is measured.
- `unstable`: It may change.
- `manual`: `gear` is chosen by hand.";
    assert!(speed.ends_with(expected), "{speed}");
}

#[test]
fn values_without_a_branch_are_named_for_kinds_of_values_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schema.json");
    let schema =
        "{ 'union': 'Any', 'base': { 'kind': 'QType' }, 'discriminator': 'kind', 'data': { 'qnum': 'Number' } }
{ 'struct': 'Number', 'data': { 'digits': 'int' } }";
    std::fs::write(&path, schema).unwrap();
    let reference = markdown::reference(&Schema::load(&path).unwrap(), "Values");
    let branches = "- `qnum` ([`Number`](#type-Number))
- `none`, `qnull`, `qstring`, `qdict`, `qlist`, `qbool`: nothing";
    assert!(section(&reference, "type-Any").contains(branches), "{reference}");
}

#[test]
fn arrays_alternates_and_boxed_arguments_are_linked() {
    let reference = reference();
    assert!(
        section(&reference, "type-DiskFile").contains("- `backing` (array of [`DiskRef`](#type-DiskRef), optional)")
    );
    assert!(
        section(&reference, "type-DiskRef").contains("**One of**\n\n- `definition` ([`Disk`](#type-Disk)): a new disk")
    );
    assert!(section(&reference, "command-disk-add").contains("**Arguments**: those of the union [`Disk`](#type-Disk)"));
    assert!(section(&reference, "event-STATE_CHANGED").contains("**Data**: all of [`StateInfo`](#type-StateInfo)"));
}

#[test]
fn notes_to_programmers_are_left_out() {
    assert!(!reference().contains("limit its length"));
}

#[test]
fn conditions_are_shown_as_long_as_they_are_not_decided() {
    let open = reference();
    assert!(section(&open, "command-query-remote").contains("· if `CONFIG_REMOTE` and not `CONFIG_LOCAL`"));
    assert!(section(&open, "type-RunState").contains("- `crashed` (if `CONFIG_CRASH`): the guest's kernel gave up"));

    let decided = markdown::reference(&machine().configured(&Defines::default()).unwrap(), "Machine Reference");
    assert!(!decided.contains("CONFIG_"));
    assert!(!decided.contains("query-remote"));
    assert!(!section(&decided, "type-RunState").contains("crashed"));
}
