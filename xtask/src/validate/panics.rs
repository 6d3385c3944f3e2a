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

/// The panic of the test's own thread, else the last one.
fn panic(name: &str, lines: &[&str]) -> Option<Raised> {
    let own = format!("thread '{name}'");
    let is_panic = |line: &&str| line.contains("panicked at ");
    let at = lines
        .iter()
        .position(|line| is_panic(line) && line.starts_with(&own))
        .or_else(|| lines.iter().rposition(is_panic))?;
    let place = lines[at].split_once("panicked at ").and_then(|(_, place)| place_of(place));
    let ends =
        |line: &str| line.starts_with("note: ") || line.starts_with("stack backtrace:") || line.is_empty();
    let message: Vec<&str> = match other_panic(lines) {
        Some(said) => said,
        None => lines[at + 1..].iter().copied().take_while(|line| !ends(line)).collect(),
    };
    Some(failure(if place.is_some() { "panic" } else { "failure" }, message.join("\n"), place))
}

/// libtest's word that the panic is not the one that the test expects, with both messages.
fn other_panic<'a>(lines: &[&'a str]) -> Option<Vec<&'a str>> {
    let is_word = |line: &&str| OTHER_PANIC.iter().any(|word| line.starts_with(word));
    let at = lines.iter().rposition(is_word)?;
    let first = lines[at].trim_start_matches("note: ");
    let rest = lines[at + 1..].iter().copied().take_while(|line| line.starts_with(' '));
    Some(std::iter::once(first).chain(rest).take(LINES).collect())
}

/// A test that returns an error prints it without a place.
fn printed(lines: &[&str]) -> Raised {
    let told = lines.iter().filter(|line| !line.trim().is_empty() && !line.starts_with("note: "));
    failure("failure", told.take(LINES).copied().collect::<Vec<_>>().join("\n"), None)
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
    if let Some(raised) = panic("main", lines) {
        return failure(&raised.kind, raised.message, Some(place));
    }
    let error = lines.iter().position(|line| line.starts_with("Error: "));
    printed(error.map_or(lines, |at| &lines[at..]))
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
    fn documentation_test_stands_where_it_begins_not_where_its_program_panics() {
        let panicked = "Test executable failed (exit status: 101).\n\nstderr:\n\n\
            thread 'main' (9) panicked at src/lib.rs:4:1:\nit is so\n\n\n";
        let name = "src/lib.rs - add (line 9)";
        assert_eq!(documentation_place(name), at(9));
        assert_eq!(documentation_place("tests::add"), None);
        assert_eq!(told(name, panicked), ("panic".to_owned(), "it is so".to_owned(), at(9)));
        let refused = "error[E0308]: mismatched types\n  --> src/lib.rs:17:13\n   |\n\n\
            error: aborting due to 1 previous error\n\nCouldn't compile the test.\n";
        assert_eq!(told(name, refused), ("error[E0308]".to_owned(), "mismatched types".to_owned(), None));
        let returned = "Test executable failed (exit status: 1).\n\nstderr:\nError: \"bad thing\"\n\n\n";
        assert_eq!(told(name, returned), ("failure".to_owned(), "Error: \"bad thing\"".to_owned(), None));
        let marked = "Test compiled successfully, but it's marked `compile_fail`.\n";
        assert_eq!(told(name, marked).1, marked.trim());
    }
}
