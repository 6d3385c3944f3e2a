//! Why a failing Rust test failed, and where, from what it printed.

use super::events::Raised;

/// What libtest says of a test that should panic and did not.
const NO_PANIC: &str = "note: test did not panic as expected";
/// What libtest says of a test that panicked otherwise than it should.
const OTHER_PANIC: [&str; 2] =
    ["note: panic did not contain expected string", "note: expected panic with string value,"];
/// Lines of what a test printed, where it says nothing better.
const LINES: usize = 4;

/// A file and its line.
type Spot = (String, usize);

/// What a test failed of; `output` is what it printed, or all that its process did.
pub(super) fn raised(name: &str, output: &str) -> Raised {
    let own = below_heading(name, output).unwrap_or_else(|| without_list(output));
    let lines: Vec<&str> = own.lines().collect();
    match documentation_place(name) {
        Some(place) => of_documentation(&lines, place),
        None => no_panic(&lines).or_else(|| panic(name, &lines)).unwrap_or_else(|| printed(&lines)),
    }
}

/// The line at which a documentation test begins, from its name: `src/lib.rs - add (line 9)`.
pub(super) fn documentation_place(name: &str) -> Option<Spot> {
    let (file, rest) = name.split_once(" - ")?;
    let (_, line) = rest.strip_suffix(')')?.rsplit_once("(line ")?;
    Some((file.to_owned(), line.parse().ok()?))
}

/// `src/lib.rs:14:9:`, as the compiler and panics write a place.
pub(super) fn place_of(text: &str) -> Option<Spot> {
    let mut parts = text.trim().trim_end_matches(':').rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some((file.to_owned(), line.parse().ok()?))
}

/// What libtest shows below the test's heading, of all that its process printed.
pub(super) fn below_heading<'a>(name: &str, output: &'a str) -> Option<&'a str> {
    let (_, below) = output.split_once(&format!("---- {name} stdout ----\n"))?;
    Some(without_list(below))
}

/// Without the list of all tests that failed, which stands below the last one's output.
fn without_list(output: &str) -> &str {
    output.rsplit_once("\nfailures:\n    ").map_or(output, |(own, _)| own)
}

fn no_panic(lines: &[&str]) -> Option<Raised> {
    let rest = lines.iter().rev().find_map(|line| line.strip_prefix(NO_PANIC))?;
    // Older ones do not say where.
    let place = rest.strip_prefix(" at ").and_then(place_of);
    Some(failure("failure", NO_PANIC.trim_start_matches("note: ").to_owned(), place))
}

/// A panic as it is printed.
struct Panic {
    /// The line that it begins on.
    at: usize,
    message: String,
    place: Option<Spot>,
    /// The places of its backtrace, the deepest last.
    trace: Vec<Spot>,
}

/// True where a text holds what Rust prints of a panic.
pub(super) fn has_panic(text: &str) -> bool {
    text.lines().any(is_panic)
}

/// True where a text holds what Rust prints of a test that failed without a panic.
pub(super) fn has_word(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("Error: ") || line.starts_with(NO_PANIC))
}

/// What a test is said to have failed of that ended its process: `how` that ended, and what it said before.
pub(super) fn ended(name: &str, output: &str, kind: &str, how: &str) -> Raised {
    let lines: Vec<&str> = output.lines().collect();
    let said = match panic(name, &lines) {
        Some(raised) => raised,
        None if output.contains("' has overflowed its stack")
            || output.contains(") has overflowed its stack") =>
        {
            failure(kind, "its stack overflowed".to_owned(), None)
        }
        None => return failure(kind, how.to_owned(), None),
    };
    Raised { kind: kind.to_owned(), message: format!("{how}: {}", said.message), ..said }
}

/// `thread 'main' (7) panicked at `: other words may stand before it on its line, which a test printed.
fn is_panic(line: &str) -> bool {
    line.split_once(" panicked at ").is_some_and(|(before, _)| before.contains("thread '"))
}

/// The panic of the test's own thread, else the last one; where that only says that another thread panicked, what that
/// one said.
fn panic(name: &str, lines: &[&str]) -> Option<Raised> {
    let all: Vec<Panic> = (0..lines.len()).filter_map(|at| panic_at(lines, at)).collect();
    let own = format!("thread '{name}'");
    let is_own = |panic: &&Panic| lines[panic.at].contains(&own);
    let told = all.iter().find(is_own).or(all.last())?;
    let told = all.iter().rev().find(|panic| passes_on(told) && panic.at < told.at).unwrap_or(told);
    let message = other_panic(lines).map_or_else(|| told.message.clone(), |said| said.join("\n"));
    let places = told.trace.iter().chain(&told.place).cloned();
    let frames = places.map(|(file, line)| (file, line, String::new())).collect();
    let kind = if told.place.is_some() { "panic" } else { "failure" };
    Some(Raised { frames, ..failure(kind, message, None) })
}

/// True for a panic over a thread that panicked: what is joined has no words of its own.
fn passes_on(panic: &Panic) -> bool {
    panic.message.contains("Any { .. }") || panic.message == "a scoped thread panicked"
}

fn panic_at(lines: &[&str], at: usize) -> Option<Panic> {
    let line = lines.get(at).filter(|line| is_panic(line))?;
    let (_, rest) = line.split_once(" panicked at ")?;
    let (mut message, place) = match rest.strip_prefix('\'') {
        Some(quoted) => quoted_message(quoted, &lines[at + 1..]),
        None => (Vec::new(), place_of(rest)),
    };
    if message.is_empty() {
        let ends = |line: &str| {
            line.starts_with("note: ")
                || line.starts_with("stack backtrace:")
                || line.is_empty()
                || is_panic(line)
        };
        // Words may begin below an empty line, but no other panic's are among them.
        let below = lines[at + 1..].iter().copied().skip_while(|line| line.is_empty());
        message = below.take_while(|line| !ends(line)).collect();
    }
    Some(Panic { at, message: message.join("\n"), place, trace: trace(&lines[at + 1..]) })
}

/// As Rust before 1.73 writes it: `'message', src/lib.rs:14:9`, over as many lines as the message has.
fn quoted_message<'a>(first: &'a str, rest: &[&'a str]) -> (Vec<&'a str>, Option<Spot>) {
    let mut message = Vec::new();
    for &line in std::iter::once(&first).chain(rest) {
        if let Some((said, place)) = line.rsplit_once("', ")
            && let Some(place) = place_of(place)
        {
            message.push(said);
            return (message, Some(place));
        }
        message.push(line);
    }
    (Vec::new(), None)
}

/// The places of the backtrace that stands below a panic, before another one; the deepest last.
fn trace(lines: &[&str]) -> Vec<Spot> {
    let own = lines.iter().take_while(|line| !is_panic(line));
    let below = own.skip_while(|line| !line.starts_with("stack backtrace:")).skip(1);
    let is_frame = |line: &&&str| line.starts_with(' ');
    let places = below.take_while(is_frame).filter_map(|line| place_of(line.trim().strip_prefix("at ")?));
    let mut places: Vec<Spot> = places.collect();
    places.reverse();
    places
}

/// libtest's word that the panic is not the one that the test expects, with both messages.
fn other_panic<'a>(lines: &[&'a str]) -> Option<Vec<&'a str>> {
    let is_word = |line: &&str| OTHER_PANIC.iter().any(|word| line.starts_with(word));
    let at = lines.iter().rposition(is_word)?;
    let first = lines[at].trim_start_matches("note: ");
    let rest = lines[at + 1..].iter().copied().take_while(|line| line.starts_with(' '));
    Some(std::iter::once(first).chain(rest).take(LINES).collect())
}

/// A test that returns an error prints it without a place, below all that it printed before.
fn printed(lines: &[&str]) -> Raised {
    let error = lines.iter().rposition(|line| line.starts_with("Error: ")).unwrap_or(0);
    let told = lines[error..].iter().filter(|line| !line.trim().is_empty() && !line.starts_with("note: "));
    let told = told.take(LINES).copied().collect::<Vec<_>>().join("\n");
    failure("failure", if told.is_empty() { "it printed nothing of why".to_owned() } else { told }, None)
}

/// rustdoc makes a program of each test, and a panic names a line of that program: the place is where the test begins.
///
/// Without a panic the message speaks for itself, and is one cause wherever it is said.
fn of_documentation(lines: &[&str], place: Spot) -> Raised {
    if lines.contains(&"Couldn't compile the test.")
        && let Some(at) = lines.iter().position(|line| line.starts_with("error"))
    {
        let (kind, message) = lines[at].split_once(": ").unwrap_or(("error", lines[at]));
        return failure(kind, message.to_owned(), None);
    }
    if let Some(mut raised) = panic("main", lines) {
        let is_elsewhere = |(file, ..): &(String, usize, String)| *file != place.0 && file.ends_with(".rs");
        // A panic in another file is one of the library.
        let is_deeper = raised.frames.last().is_some_and(is_elsewhere);
        let own = (place.0, place.1, String::new());
        raised.frames.retain(|_| is_deeper);
        raised.frames.insert(0, own);
        return raised;
    }
    printed(lines)
}

fn failure(kind: &str, message: String, place: Option<Spot>) -> Raised {
    let frames = place.into_iter().map(|(file, line)| (file, line, String::new())).collect();
    Raised { kind: kind.to_owned(), message, frames, module: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, output: &str) -> (String, String, Option<Spot>) {
        let raised = raised(name, output);
        let place = raised.frames.first().map(|(file, line, _)| (file.clone(), *line));
        (raised.kind, raised.message, place)
    }

    fn at(line: usize) -> Option<Spot> {
        Some(("src/lib.rs".to_owned(), line))
    }

    #[test]
    fn panic_is_found_with_its_place() {
        let output = "thread 'a::two' panicked at src/lib.rs:14:9:\nassertion `left == right` failed\n  left: 1\n \
            right: 2\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        let message = "assertion `left == right` failed\n  left: 1\n right: 2";
        assert_eq!(told("a::two", output), ("panic".to_owned(), message.to_owned(), at(14)));
    }

    #[test]
    fn test_that_should_panic_and_does_not_says_so_whatever_it_printed() {
        let word = "note: test did not panic as expected";
        let said = "test did not panic as expected".to_owned();
        let cases = [
            (format!("{word} at src/lib.rs:57:8\n"), at(57)),
            (format!("hello\n{word} at src/lib.rs:57:8\n\nfailures:\n    a\n    b\n\n"), at(57)),
            (format!("{word}\n\nfailures:\n    a\n"), None),
            (
                format!(
                    "running 1 test\nfailures:\n\n---- a stdout ----\n{word} at src/lib.rs:57:8\n\nfailures:\n    a\n"
                ),
                at(57),
            ),
        ];
        for (output, place) in cases {
            assert_eq!(told("a", &output), ("failure".to_owned(), said.clone(), place), "{output}");
        }
    }

    #[test]
    fn test_that_panics_otherwise_than_it_should_gives_both_messages() {
        let output = "\nthread 'a' (7) panicked at src/lib.rs:60:21:\nthis one\n\
            note: panic did not contain expected string\n      panic message: \"this one\"\n expected substring: \"other\"\n";
        let message = "panic did not contain expected string\n      panic message: \"this one\"\n expected substring: \"other\"";
        assert_eq!(told("a", output), ("panic".to_owned(), message.to_owned(), at(60)));
    }

    #[test]
    fn returned_error_is_told_without_the_list_of_all_failures() {
        let output = "Error: \"no luck\"\n\nfailures:\n    tests::a\n    tests::b\n\n";
        assert_eq!(told("a", output), ("failure".to_owned(), "Error: \"no luck\"".to_owned(), None));
    }

    #[test]
    fn quoted_message_of_older_compilers_is_the_same_panic() {
        let output = "thread 'a::two' panicked at 'assertion failed: `(left == right)`\n  left: `1`,\n right: `2`: it', \
            src/lib.rs:14:9\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        let message = "assertion failed: `(left == right)`\n  left: `1`,\n right: `2`: it";
        assert_eq!(told("a::two", output), ("panic".to_owned(), message.to_owned(), at(14)));
        let short = "thread 'a' panicked at 'it's, so', src/lib.rs:14:9\n";
        assert_eq!(told("a", short), ("panic".to_owned(), "it's, so".to_owned(), at(14)));
    }

    #[test]
    fn words_of_a_panic_may_begin_below_an_empty_line_and_no_words_are_none_of_another() {
        let head = "thread 'a' (7) panicked at src/lib.rs:14:9:\n";
        let message = |said: &str| told("a", &format!("{head}{said}")).1;
        assert_eq!(message("\nfirst\n\nsecond\n"), "first");
        assert_eq!(message("\n\nthread 'b' (8) panicked at src/lib.rs:3:1:\nother\n"), "");
        assert_eq!(message("\nnote: run with `RUST_BACKTRACE=1`\n"), "");
        assert_eq!(told("a", "\n").1, "it printed nothing of why");
    }

    #[test]
    fn panic_of_another_thread_is_told_where_the_tests_own_has_no_words_but_that() {
        let inner = "thread '<unnamed>' (3) panicked at src/lib.rs:4:1:\ninner\n\n";
        let own = |said: &str| format!("{inner}thread 'a' (2) panicked at src/lib.rs:9:1:\n{said}\n");
        let words = [
            "called `Result::unwrap()` on an `Err` value: Any { .. }",
            "the worker died: Any { .. }",
            "a scoped thread panicked",
        ];
        for said in words {
            let expected = ("panic".to_owned(), "inner".to_owned(), at(4));
            assert_eq!(told("a", &own(said)), expected, "{said}");
        }
        assert_eq!(told("a", &own("no answer")), ("panic".to_owned(), "no answer".to_owned(), at(9)));
    }

    #[test]
    fn places_of_a_backtrace_are_frames_and_the_panics_own_is_the_deepest() {
        let output = "thread 'a' (2) panicked at /rustc/0/library/core/src/x.rs:9:5:\nit is\nstack backtrace:\n   \
            0: core::x\n             at /rustc/0/library/core/src/x.rs:9:5\n   1: seeded::helper\n             at \
            ./src/lib.rs:7:5\n   2: a\n             at ./tests/a.rs:3:1\nnote: Some details are omitted\n";
        let raised = raised("a", output);
        let lines: Vec<(&str, usize)> =
            raised.frames.iter().map(|(file, line, _)| (file.as_str(), *line)).collect();
        let std = "/rustc/0/library/core/src/x.rs";
        assert_eq!(lines, [("./tests/a.rs", 3), ("./src/lib.rs", 7), (std, 9), (std, 9)]);
        assert_eq!(raised.message, "it is");
    }

    #[test]
    fn test_that_ended_its_process_tells_what_it_said_before() {
        let how = "the process ended by SIGABRT (signal 6)";
        let overflow =
            "\nthread 'a' (7) has overflowed its stack\nfatal runtime error: stack overflow, aborting\n";
        let panics = "thread 'a' (7) panicked at src/lib.rs:4:1:\nbody\n\nthread 'a' (7) panicked at src/lib.rs:2:1:\ndrop\n";
        let told = |output| {
            let raised = ended("a", output, "crash", how);
            (raised.kind, raised.message, raised.frames.first().map(|(file, line, _)| (file.clone(), *line)))
        };
        let expected = |said: &str, place| ("crash".to_owned(), format!("{how}{said}"), place);
        assert_eq!(told("hello\n"), expected("", None));
        assert_eq!(told(overflow), expected(": its stack overflowed", None));
        assert_eq!(told(panics), expected(": body", at(4)));
    }

    #[test]
    fn what_a_test_printed_before_it_returned_its_error_is_no_part_of_it() {
        let message = "Error: Os { code: 2 }".to_owned();
        assert_eq!(told("a", "hello\nError: Os { code: 2 }\n"), ("failure".to_owned(), message, None));
    }

    #[test]
    fn documentation_test_stands_where_it_begins_not_where_its_program_panics() {
        let panicked = "Test executable failed (exit status: 101).\n\nstderr:\n\n\
            thread 'main' (9) panicked at src/lib.rs:4:1:\nit is so\n\n\n";
        let name = "src/lib.rs - add (line 9)";
        assert_eq!(documentation_place(name), at(9));
        assert_eq!(documentation_place("tests::add"), None);
        assert_eq!(told(name, panicked), ("panic".to_owned(), "it is so".to_owned(), at(9)));
        let in_library = panicked.replace("src/lib.rs:4:1", "src/other.rs:4:1");
        let deepest = raised(name, &in_library).frames.pop().map(|(file, line, _)| (file, line));
        assert_eq!(deepest, Some(("src/other.rs".to_owned(), 4)));
        let refused = "error[E0308]: mismatched types\n  --> src/lib.rs:17:13\n   |\n\n\
            error: aborting due to 1 previous error\n\nCouldn't compile the test.\n";
        assert_eq!(told(name, refused), ("error[E0308]".to_owned(), "mismatched types".to_owned(), None));
        let returned = "Test executable failed (exit status: 1).\n\nstderr:\nError: \"bad thing\"\n\n\n";
        assert_eq!(told(name, returned), ("failure".to_owned(), "Error: \"bad thing\"".to_owned(), None));
        let marked = "Test compiled successfully, but it's marked `compile_fail`.\n";
        assert_eq!(told(name, marked).1, marked.trim());
    }
}
