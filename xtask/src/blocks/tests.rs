use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

const GUIDE: Wanted<'static> = Wanted { id: "guide", version: 2, body: "one\ntwo\n" };

fn put_end(host: &[u8], wanted: &Wanted<'_>) -> Vec<u8> {
    put(Some(host), Syntax::Markdown, wanted, Where::End).unwrap()
}

fn removed(host: &[u8]) -> Vec<u8> {
    remove(host, Syntax::Markdown, "guide").unwrap().expect("something is left")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn mistake(host: &str, syntax: Syntax) -> String {
    find(host.as_bytes(), syntax).unwrap_err().to_string()
}

#[test]
fn a_block_is_put_below_what_stands_there() {
    insta::assert_snapshot!(text(&put_end(b"# Title\n\nWords.\n", &GUIDE)), @"
    # Title

    Words.

    <!-- xtask:begin id=guide version=2 hash=814f4a422927b82f added=1 -->
    one
    two
    <!-- xtask:end id=guide -->
    ");
    let hash = Wanted { id: "shell", version: 1, body: "echo\n" };
    let script = put(Some(b"#!/bin/sh\nrest\n"), Syntax::Hash, &hash, Where::At(10)).unwrap();
    insta::assert_snapshot!(text(&script), @"
    #!/bin/sh
    # xtask:begin id=shell version=1 hash=fa11a6a9c54797a8
    echo
    # xtask:end id=shell
    rest
    ");
}

#[test]
fn the_hash_is_the_beginning_of_gits_name_of_the_body() {
    let id = git2::Oid::hash_object(git2::ObjectType::Blob, b"one\ntwo\n").unwrap().to_string();
    assert_eq!(id[..16], marker::hash(b"one\r\ntwo\r\n"));
}

#[test]
fn putting_twice_is_putting_once_and_removing_gives_the_bytes_back() {
    let hosts: &[&[u8]] = &[
        b"",
        b"\n",
        b"no line end",
        b"# One\n",
        b"# One\n\n",
        b"# One\r\n\r\nTwo\r\n",
        b"# One\r\nno line end",
        b"\xef\xbb\xbf# BOM\n",
        b"# Latin \xe9\n",
        b"nul \0\n",
        b"lone return\r",
        b"```\n<!-- xtask:begin id=guide version=1 hash=x -->\n```\n",
        b"    <!-- xtask:end id=guide -->\n",
        b"<!-- a comment\nof two lines -->\n",
    ];
    for host in hosts {
        let once = put_end(host, &GUIDE);
        assert_eq!(put_end(&once, &GUIDE), once, "{host:?}");
        assert_eq!(standing(&once, Syntax::Markdown, &GUIDE), Ok(Standing::Current), "{host:?}");
        assert_eq!(removed(&once), *host, "{}", String::from_utf8_lossy(&once));
    }
}

#[test]
fn a_file_made_for_the_block_goes_with_it_unless_somebody_wrote_into_it() {
    let made = put(None, Syntax::Markdown, &GUIDE, Where::End).unwrap();
    assert_eq!(remove(&made, Syntax::Markdown, "guide"), Ok(None));
    let updated = put_end(&made, &Wanted { body: "three\n", ..GUIDE });
    assert_eq!(remove(&updated, Syntax::Markdown, "guide"), Ok(None));
    let written = [made.as_slice(), b"mine\n"].concat();
    assert_eq!(removed(&written), b"mine\n");
    // A file that was there and empty stays, empty.
    assert_eq!(removed(&put_end(b"", &GUIDE)), b"");
}

#[test]
fn what_is_written_around_a_block_later_is_kept() {
    let host = put_end(b"above", &GUIDE);
    let edited = [b"first\n", host.as_slice(), b"below\n"].concat();
    assert_eq!(text(&removed(&edited)), "first\nabove\nbelow\n");
    let updated = put_end(&edited, &Wanted { body: "three\n", version: 3, ..GUIDE });
    assert!(updated.starts_with(b"first\nabove\n\n<!--") && updated.ends_with(b"-->\nbelow\n"));
}

#[test]
fn a_host_stands_to_a_wanted_block_in_five_ways() {
    let host = put_end(b"# Title\n", &GUIDE);
    let standing = |host: &[u8], wanted: &Wanted<'_>| standing(host, Syntax::Markdown, wanted).unwrap();
    assert_eq!(standing(b"# Title\n", &GUIDE), Standing::Absent);
    assert_eq!(standing(&host, &GUIDE), Standing::Current);
    assert_eq!(standing(&host, &Wanted { version: 3, ..GUIDE }), Standing::Outdated);
    assert_eq!(standing(&host, &Wanted { body: "other\n", ..GUIDE }), Standing::Outdated);
    assert_eq!(standing(&host, &Wanted { version: 1, ..GUIDE }), Standing::Newer);
    let by_hand = text(&host).replace("two", "2");
    assert_eq!(standing(by_hand.as_bytes(), &GUIDE), Standing::Edited);
    // git may turn line ends on a checkout; nobody edited anything.
    let turned = text(&host).replace('\n', "\r\n");
    assert_eq!(standing(turned.as_bytes(), &GUIDE), Standing::Current);
}

#[test]
fn lines_end_as_the_hosts_do() {
    let host = put_end(b"# Title\r\n\r\nWords.\r\n", &GUIDE);
    assert_eq!(text(&host).matches('\n').count(), text(&host).matches("\r\n").count());
    let host = put_end(b"a\r\nb\nc\n", &GUIDE);
    assert_eq!(text(&host).matches("\r\n").count(), 1);
}

#[test]
fn malformed_markers_are_errors_with_their_line() {
    let begin = |id: &str| format!("<!-- xtask:begin id={id} version=1 hash=0 -->\n");
    let end = |id: &str| format!("<!-- xtask:end id={id} -->\n");
    let cases = [
        (begin("a"), "line 1: the block `a` is not closed"),
        (end("a"), "line 1: the end of the block `a` has no beginning"),
        (begin("a") + &begin("b") + &end("b"), "line 2: the block `b` begins inside the block `a` of line 1"),
        (begin("a") + &end("b"), "line 2: the end of `b` stands in the block `a` of line 1"),
        (
            begin("a") + &end("a") + &begin("a") + &end("a"),
            "line 3: the block `a` stands twice: also on line 1",
        ),
        ("<!-- xtask:begin -->\n".into(), "line 1: the marker cannot be read: `xtask:begin`"),
        (
            "x\n<!-- xtask:begin id=A version=1 hash=0 -->\n".into(),
            "line 2: the marker cannot be read: `xtask:begin id=A version=1 hash=0`",
        ),
        ("<!-- xtask:begin id=a\n-->\n".into(), "line 1: the marker's comment does not end on its line"),
    ];
    for (host, wanted) in cases {
        assert_eq!(mistake(&host, Syntax::Markdown), wanted, "{host}");
        assert!(put(Some(host.as_bytes()), Syntax::Markdown, &GUIDE, Where::End).is_err());
        assert!(remove(host.as_bytes(), Syntax::Markdown, "a").is_err());
    }
    assert_eq!(
        mistake("# xtask:end id=a\n", Syntax::Hash),
        "line 1: the end of the block `a` has no beginning"
    );
}

#[test]
fn markers_in_code_are_examples() {
    let examples = [
        "```md\n<!-- xtask:end id=a -->\n```\n",
        "- item\n\n  ~~~\n  <!-- xtask:begin id=a -->\n  ~~~\n",
        "text\n\n    <!-- xtask:end id=a -->\n",
        "`<!-- xtask:end id=a -->` in a sentence\n",
        "A word about <!-- xtask:end id=a -->\n",
        "<!-- xtask:beginning -->\n<!-- xtask:report kind=x -->\n",
    ];
    for example in examples {
        assert_eq!(find(example.as_bytes(), Syntax::Markdown), Ok(Vec::new()), "{example}");
    }
}

#[test]
fn a_fence_that_is_left_open_is_said() {
    let error = put(Some(b"```\ncode\n"), Syntax::Markdown, &GUIDE, Where::End).unwrap_err();
    assert!(error.message.contains("left open"), "{error}");
}

#[test]
fn blanking_keeps_the_lines_of_what_is_the_users() {
    let host = put_end(b"# Title\n", &GUIDE);
    let host = [host.as_slice(), b"below\n"].concat();
    let blanked = blank(&host, Syntax::Markdown).unwrap();
    assert_eq!(text(&blanked), "# Title\n\n\n\n\n\nbelow\n");
}

#[test]
fn findings_name_the_line_and_what_to_do() {
    let host = text(&put_end(b"# Title\n", &GUIDE)).replace("two", "2");
    let [edited] = &findings("CONTRIBUTING.md", host.as_bytes(), Syntax::Markdown)[..] else { panic!() };
    assert_eq!((edited.line, edited.level), (Some(3), Level::Warn));
    let [open] = &findings("x.yml", b"a: 1\n# xtask:begin id=a version=1 hash=0\n", Syntax::Hash)[..] else {
        panic!()
    };
    assert_eq!((open.line, open.level), (Some(2), Level::Deny));
}

#[test]
fn the_syntax_follows_the_name() {
    assert_eq!(Syntax::of_file_name(b"CONTRIBUTING.MD"), Syntax::Markdown);
    assert_eq!(Syntax::of_file_name(b".pre-commit-config.yaml"), Syntax::Hash);
    assert_eq!(Syntax::of_file_name(b"pre-commit"), Syntax::Hash);
}

/// Lines of which hosts are made: markers, fences, comments, line ends of both kinds, bytes that are no text.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"words",
        b"",
        b"# Title",
        b"```",
        b"~~~",
        b"> quote",
        b"- item",
        b"    code",
        b"<!--",
        b"-->",
        b"<!-- xtask:begin id=a version=1 hash=0 -->",
        b"<!-- xtask:end id=a -->",
        b"\xff\xfe",
        b"\0",
        b"<script>",
        b"<pre>",
        b"|a|b|",
    ];
    let line = (proptest::sample::select(pieces), proptest::sample::select(vec!["\n", "\r\n", "\r", ""]));
    proptest::collection::vec(line, 0..12)
        .prop_map(|lines| lines.iter().flat_map(|(line, end)| [line, end.as_bytes()].concat()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_host_gives_an_error_or_comes_back_byte_for_byte(host in lines()) {
        if let Ok(once) = put(Some(&host), Syntax::Markdown, &GUIDE, Where::End) {
            prop_assert_eq!(&put_end(&once, &GUIDE), &once);
            prop_assert_eq!(standing(&once, Syntax::Markdown, &GUIDE), Ok(Standing::Current));
            prop_assert_eq!(removed(&once), host);
        }
    }
}
