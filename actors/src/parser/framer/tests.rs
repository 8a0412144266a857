//! The framer by itself: cuts, limits, memory, accounting.

use proptest::prelude::*;

use super::*;
use crate::parser::members::Members;
use crate::parser::syntax_error::SyntaxError;

fn drain(framer: &mut Framer) -> Vec<Frame> {
    std::iter::from_fn(|| framer.next()).collect()
}

/// A framer whose reader refuses everything: the lexer sees all values.
fn lexing(limits: Limits) -> Framer {
    Framer { reader: Reader::new(0, 0), ..Framer::new(limits) }
}

type Outcome = (Vec<Frame>, Option<SyntaxError>);

fn outcome_of(mut framer: Framer, chunks: &[&[u8]]) -> (Outcome, usize, u64) {
    let mut frames = Vec::new();
    for chunk in chunks {
        framer.push(Bytes::copy_from_slice(chunk));
        frames.append(&mut drain(&mut framer));
    }
    ((frames, framer.finish()), framer.take_consumed(), framer.withheld())
}

/// What the lexer makes of it, of which the reader makes the same.
#[track_caller]
fn frames_in(chunks: &[&[u8]], limits: Limits) -> Outcome {
    let lexed = outcome_of(lexing(limits), chunks);
    assert_eq!(outcome_of(Framer::new(limits), chunks), lexed);
    lexed.0
}

fn members_of(text: &Bytes) -> Option<Members> {
    let mut reader = Reader::new(MAX_DEPTH, usize::MAX);
    let complete = Ok((text.len(), Read::Complete));
    (reader.run(text, 0..text.len()) == complete).then(|| reader.take())
}

fn frames(input: &[u8]) -> Vec<Frame> {
    frames_in(&[input], Limits::default()).0
}

/// What is no object.
fn other() -> Frame {
    Frame::error(SyntaxError::NotAnObject)
}

fn request(text: &str) -> Frame {
    Frame::Request(members_of(&Bytes::copy_from_slice(text.as_bytes())).unwrap())
}

fn small() -> Limits {
    Limits { depth: 4, bytes: 20, tokens: 9 }
}

const VALID: &[u8] = br#"{"execute":"x"}"#;

fn valid() -> Frame {
    request(r#"{"execute":"x"}"#)
}

/// The one error that `input` makes before the valid request behind it is framed.
#[track_caller]
fn one_error(input: &[u8], limits: Limits) -> SyntaxError {
    let mut all = frames_in(&[input, VALID], limits).0;
    assert_eq!(all.pop(), Some(valid()));
    match (all.pop(), all.pop()) {
        (Some(Frame::Error { error, id: None }), None) => error,
        other => panic!("not one error: {other:?}"),
    }
}

#[test]
fn values_need_no_newline_and_may_stand_back_to_back() {
    let [nested, bracket] = [r#"{"execute":[{}]}"#, r#"{"execute":"]\"}"}"#];
    let expected = [request(nested), request("{}"), request("{ }"), request(bracket)];
    assert_eq!(frames(format!("{nested}{{}}\r\n \t{{ }}{bracket}").as_bytes()), expected);
}

#[test]
fn single_quotes_come_out_as_json_has_them() {
    assert_eq!(frames(br#"{'execute': '"\''}"#), [request(r#"{"execute": "\"'"}"#)]);
    assert_eq!(frames(br#"{"execute": "\'"}"#), [request(r#"{"execute": "'"}"#)]);
    assert_eq!(frames(br#"{"execute": "'"}"#), [request(r#"{"execute": "'"}"#)]);
}

#[test]
fn a_value_in_one_chunk_is_a_slice_of_it() {
    let chunk = Bytes::from_static(b"  {\"a\": 1} {\"b\": 2}");
    let mut framer = lexing(Limits::default());
    framer.push(chunk.clone());
    assert_eq!((framer.ground(), framer.read()), (None, None));
    framer.scanned = 8;
    let value = framer.take_raw();
    assert_eq!(value, &b"{\"a\": 1}"[..]);
    assert!(chunk.as_ptr_range().contains(&value.as_ptr()));
}

#[test]
fn a_scalar_outside_of_brackets_ends_at_a_delimiter_or_with_the_input() {
    assert_eq!(frames(b"null\n12\n\"s\"\n"), [other(), other(), other()]);
    assert_eq!(frames(b"null{}"), [other(), request("{}")]);
    assert_eq!(frames(b"null"), []);
    assert_eq!(frames_in(&[b"null"], Limits::default()).1, Some(SyntaxError::NotAnObject));
    assert_eq!(frames_in(&[b"nul"], Limits::default()).1, Some(SyntaxError::InvalidKeyword("nul".into())));
}

#[test]
fn input_that_ends_inside_a_value_is_one_error_and_blank_input_none() {
    for tail in ["{", "[1", "{\"a\": {\"b", "'", "\"\\"] {
        let input = format!("{{}} {tail}");
        let (all, end) = frames_in(&[input.as_bytes()], Limits::default());
        assert_eq!((all, end), (vec![request("{}")], Some(SyntaxError::PrematureEnd)), "{tail}");
    }
    for silent in ["", " \r\n", "{}", "{}\n", "}\n", "{\u{1}\n", "%%p"] {
        assert_eq!(frames_in(&[silent.as_bytes()], Limits::default()).1, None, "{silent:?}");
    }
    let mut again = Framer::default();
    again.push(Bytes::from_static(b"{\"a"));
    assert_eq!((again.next(), again.finish(), again.finish()), (None, Some(SyntaxError::PrematureEnd), None));
    again.push(Bytes::from_static(VALID));
    assert_eq!(again.next(), Some(valid()));
}

#[test]
fn depth_is_limited_to_1024_and_the_next_valid_command_is_answered() {
    let nested = |levels: usize| ["[".repeat(levels), "]".repeat(levels)].concat();
    assert_eq!(frames(nested(1024).as_bytes()).len(), 1);
    for levels in [1025, 1026, 100_000] {
        assert_eq!(one_error(nested(levels).as_bytes(), Limits::default()), SyntaxError::DepthLimit);
        assert_eq!(one_error("[".repeat(levels).as_bytes(), Limits::default()), SyntaxError::DepthLimit);
        let objects = ["{\"a\":".repeat(levels), "1".into(), "}".repeat(levels)].concat();
        assert_eq!(one_error(objects.as_bytes(), Limits::default()), SyntaxError::DepthLimit);
    }
}

#[test]
fn size_is_limited_for_values_and_tokens_and_the_next_valid_command_is_answered() {
    let string = |length: usize| format!("[\"{}\"]", "x".repeat(length - 4));
    assert_eq!(frames_in(&[string(20).as_bytes()], small()).0.len(), 1);
    assert_eq!(one_error(string(21).as_bytes(), small()), SyntaxError::SizeLimit);
    assert_eq!(one_error(&[b'1'; 21], small()), SyntaxError::SizeLimit);
    assert_eq!(one_error(b"{\"a\":                1}", small()), SyntaxError::SizeLimit);
}

#[test]
fn tokens_are_limited_and_the_next_valid_command_is_answered() {
    assert_eq!(frames_in(&[b"[1,2,3,4]"], small()).0.len(), 1);
    assert_eq!(one_error(b"[1,2,3,4,5]", small()), SyntaxError::TokenLimit);
    assert_eq!(one_error(b"[1,2,3,4,[]", small()), SyntaxError::TokenLimit);
    assert_eq!(one_error(b"{'a':'b',1,2,''}", small()), SyntaxError::TokenLimit);
}

#[test]
fn memory_is_bounded_by_the_limit_and_given_away_with_the_value() {
    let limits = Limits { bytes: 100_000, ..Limits::default() };
    let mut framer = Framer::new(limits);
    framer.push(Bytes::from_static(b"[\""));
    for _ in 0..99 {
        framer.push(Bytes::from(vec![b'x'; 1000]));
        assert_eq!(framer.next(), None);
        assert!(framer.kept.capacity() <= limits.bytes);
    }
    framer.push(Bytes::from_static(b"\"]"));
    assert_eq!((framer.take_consumed(), framer.next()), (99_002, Some(other())));
    assert_eq!((framer.next(), framer.kept.capacity(), framer.chunk.len()), (None, 0, 0));

    framer.push(Bytes::from(vec![b'['; 5000]));
    assert!(matches!(framer.next(), Some(Frame::Error { error: SyntaxError::DepthLimit, id: None })));
    assert_eq!((framer.next(), framer.kept.capacity(), framer.chunk.len()), (None, 0, 0));
}

#[test]
fn each_byte_is_accounted_once_whatever_the_chunks() {
    let input = [&b"  {'a': 'b'} {\x01 garbage} "[..], &[b'y'; 3000], b"\n[1, 2] {\"open\": ["].concat();
    for size in [1, 2, 7, 64, 5000] {
        let mut framer = Framer::default();
        let mut accounted = 0;
        for chunk in input.chunks(size) {
            framer.push(Bytes::copy_from_slice(chunk));
            drain(&mut framer);
            accounted += framer.take_consumed();
        }
        assert_eq!(accounted, input.len(), "chunks of {size}");
    }
}

#[test]
fn a_value_in_many_chunks_is_moved_only_a_few_times() {
    let mut framer = Framer::default();
    let mut moves = 0;
    framer.push(Bytes::from_static(b"["));
    for _ in 0..200_000 {
        let before = framer.kept.capacity();
        framer.push(Bytes::from_static(b" "));
        assert_eq!(framer.next(), None);
        moves += usize::from(framer.kept.capacity() != before);
    }
    // The logarithm of the size, and a few more for each piece.
    assert!(moves <= 40, "{moves} moves");
    assert_eq!(framer.take_consumed(), 200_001);
}

#[test]
fn a_large_request_in_large_pieces_is_the_same_request() {
    let long = |unit: &str| unit.repeat(150_000 / unit.len());
    let [plain, mixed, escaped] = [long("plain text"), long("größe 日本"), long(r"\ud83d\ude00\n\u00e9ab")];
    let text = format!(r#"{{"execute": "{plain}", "arguments": {{"{mixed}": ["{escaped}", "{mixed}"], "n": [1]}}}}"#);
    let expected = [request(&text)];
    for size in [999, 16_383, 16_384, 16_385, 40_000, 65_536, 1 << 20] {
        let mut framer = Framer::default();
        text.as_bytes().chunks(size).for_each(|chunk| framer.push(Bytes::copy_from_slice(chunk)));
        assert!(drain(&mut framer) == expected, "in pieces of {size}");
        assert_eq!((framer.take_consumed(), framer.kept.capacity()), (text.len(), 0));
    }
}

#[test]
fn a_mistake_in_a_long_string_is_one_error_and_the_next_valid_command_is_answered() {
    for (wrong, error) in [
        (&b"\xc3"[..], "invalid UTF-8 sequence in string"),
        (b"\xef\xb7\x90", "invalid UTF-8 sequence in string"),
        (b"\\ufffe", "\\ufffe is not a valid Unicode character"),
        (b"\\x", "invalid escape sequence in string"),
        (b"\xff", "stray "),
    ] {
        for place in [0, 20_000, 65_535, 65_536, 99_990] {
            let mut input = [b"{\"execute\": \"", &vec![b'a'; 100_000][..], b"\"}"].concat();
            input.splice(13 + place..13 + place + wrong.len(), wrong.iter().copied());
            input.extend_from_slice(VALID);
            let chunks: Vec<&[u8]> = input.chunks(65_536).collect();
            let (all, end) = frames_in(&chunks, Limits::default());
            let [Frame::Error { error: first, id: None }, next] = &all[..] else { panic!("{} frames", all.len()) };
            assert!(first.desc().contains(error), "{} for {error}", first.desc());
            assert_eq!((next, end), (&valid(), None));
        }
    }
}

#[test]
fn a_wrong_bracket_is_told_at_once_though_nothing_comes_behind_it() {
    for (before, wrong, behind) in [
        ("[", "}", ""),
        ("{", "]", ""),
        ("[1", "}", ""),
        ("{\"a\":[", "}", "}"),
        ("[{", "]", "}"),
        ("{\"a\":1", "]", ""),
    ] {
        let mut framer = Framer::default();
        framer.push(Bytes::from(before));
        assert_eq!(framer.next(), None, "{before}");
        framer.push(Bytes::from(wrong));
        assert!(matches!(framer.next(), Some(Frame::Error { id: None, .. })), "{before}{wrong}");
        framer.push(Bytes::from(behind));
        assert_eq!((framer.next(), framer.finish()), (None, None), "{before}{wrong}{behind}");

        let whole = [before, wrong, behind].concat();
        framer.push(Bytes::from(whole.clone()));
        assert!(matches!(framer.next(), Some(Frame::Error { id: None, .. })), "{whole} in one");
        assert_eq!(framer.next(), None, "{whole} in one");
    }
}

#[test]
fn the_caller_may_stop_after_any_item_and_go_on_without_new_input() {
    let mut framer = Framer::default();
    framer.push(Bytes::from_static(b"{}{}"));
    framer.push(Bytes::from_static(b"{\"a\""));
    framer.push(Bytes::from_static(b":1}%"));
    assert_eq!((framer.next(), framer.take_consumed()), (Some(request("{}")), 2));
    assert_eq!(framer.take_consumed(), 0);
    assert_eq!((framer.next(), framer.take_consumed()), (Some(request("{}")), 2));
    assert_eq!((framer.next(), framer.take_consumed()), (Some(request("{\"a\":1}")), 7));
    assert_eq!(framer.next(), Some(Frame::error(SyntaxError::Stray("%".into()))));
    assert_eq!((framer.next(), framer.take_consumed()), (None, 1));
}

#[test]
fn a_flood_of_garbage_is_answered_in_proportion_and_the_rest_is_counted() {
    for flood in ["}\n", "{]", "[}\n", "\u{1}\n", "{\u{1}", "1 \n", "\"\"\n", "[]", "x\n"] {
        let input = flood.repeat(50_000);
        let mut framer = Framer::default();
        framer.push(Bytes::from(input.clone()));
        let errors = drain(&mut framer).len();
        assert!(errors >= 32 && errors * 95 <= input.len() * 4, "{flood:?}: {errors} errors");
        assert!(framer.withheld() > 10_000, "{flood:?}");
        framer.push(Bytes::from_static(b"\n{}"));
        assert_eq!(drain(&mut framer), [request("{}")], "{flood:?}");
    }
}

fn all_splits_agree(input: &[u8], limits: Limits) -> Result<(), TestCaseError> {
    let whole = frames_in(&[input], limits);
    for at in 0..=input.len() {
        let (head, tail) = input.split_at(at);
        prop_assert_eq!(&frames_in(&[head, tail], limits), &whole, "split at {}", at);
    }
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    prop_assert_eq!(&frames_in(&bytes, limits), &whole, "byte by byte");
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_make_the_same_frames(input in proptest::collection::vec(any::<u8>(), 0..60)) {
        all_splits_agree(&input, Limits::default())?;
        all_splits_agree(&input, small())?;
    }

    #[test]
    fn anything_that_looks_like_json_in_any_pieces_makes_the_same_frames(input in "[\\[\\]{}:,'\"\\\\a1 \n\u{1}]{0,60}") {
        all_splits_agree(input.as_bytes(), Limits::default())?;
        all_splits_agree(input.as_bytes(), small())?;
    }

    #[test]
    fn a_stream_of_values_is_cut_as_serde_json_cuts_it(
        values in proptest::collection::vec(r#"\{"(execute|arguments|exec-oob)": (1|-2\.5|true|null|"[\[\]{},a ]{0,5}"|\[1, \{\}, \[\]\])\}"#, 0..6),
        gaps in proptest::collection::vec("[ \n\r\t]{0,3}", 6),
        piece in 1usize..20,
    ) {
        let stream: String = values.iter().zip(&gaps).flat_map(|(value, gap)| [value.as_str(), gap]).collect();
        let raw = serde_json::Deserializer::from_str(&stream).into_iter::<Box<serde_json::value::RawValue>>();
        let expected: Vec<Frame> = raw.map(|text| request(text.unwrap().get())).collect();
        prop_assert_eq!(expected.len(), values.len());
        let pieces: Vec<&[u8]> = stream.as_bytes().chunks(piece).collect();
        prop_assert_eq!(frames_in(&pieces, Limits::default()), (expected, None));
    }
}
