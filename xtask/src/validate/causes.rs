//! Groups failures by what is behind them.
//!
//! Two failures have one cause when the exception's type, its message without what changes from run to run,
//! and the deepest place in the repository's own code are the same. The place does not count where it is the
//! test itself and the message speaks for itself: twelve tests that call a function which is gone have one
//! cause. It does count for a bare `assert 1 == 2`, which says nothing of why.

use std::collections::BTreeMap;

use super::events::Raised;
use super::folded::{Normaliser, shown_message, without_measures};
use super::places::Roots;
use super::result::{Cause, Place};
use crate::fnv;

/// One failure, ready to be grouped.
#[derive(Clone, Debug)]
pub(super) struct Grouped<'a> {
    /// The test or file that failed.
    pub(super) case: &'a str,
    /// What was raised.
    pub(super) raised: &'a Raised,
    /// The roots of the session it came from.
    pub(super) roots: &'a Roots,
    /// The test's own place, for failures that no own code raised.
    pub(super) home: Option<Place>,
}

/// The deepest place in own code, and the function there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Frame {
    pub(super) place: Place,
    pub(super) function: String,
}

/// Gives each failure the key of its cause, and the causes: most tests first, then by their first test.
pub(super) fn group(failures: &[Grouped<'_>]) -> (Vec<String>, Vec<Cause>) {
    let normaliser = Normaliser::new();
    let mut keys = Vec::with_capacity(failures.len());
    let mut causes: BTreeMap<String, Cause> = BTreeMap::new();
    for failure in failures {
        let frame = deepest_own(failure.raised, failure.roots);
        let key = fnv::digits(&signature(failure, frame.as_ref(), &normaliser, None));
        let shown = shown_message(failure.raised, failure.roots);
        let cause = causes.entry(key.clone()).or_insert_with(|| Cause {
            key: key.clone(),
            exception: exception_of(failure.raised),
            message: shown.clone(),
            frame: frame.map(|frame| frame.place).or(failure.home.clone()),
            cases: Vec::new(),
            install: None,
            hint: None,
            commits: Vec::new(),
        });
        if cause.message != shown {
            cause.message = without_measures(&cause.message);
        }
        cause.cases.push(failure.case.to_owned());
        keys.push(key);
    }
    let mut causes: Vec<Cause> = causes.into_values().collect();
    for cause in &mut causes {
        cause.cases.sort();
        cause.cases.dedup();
    }
    causes.sort_by(|a, b| b.cases.len().cmp(&a.cases.len()).then_with(|| a.cases.cmp(&b.cases)));
    (keys, causes)
}

/// For each failure the keys that its cause had while its file stood at the `older` places of that file.
pub(super) fn older_keys(failures: &[Grouped<'_>], older: impl Fn(&str) -> Vec<String>) -> Vec<Vec<String>> {
    let normaliser = Normaliser::new();
    let keys = failures.iter().map(|failure| {
        let frame = deepest_own(failure.raised, failure.roots);
        let place = frame.as_ref().map(|frame| &frame.place).or(failure.home.as_ref());
        let places = place.map(|place| older(&place.path)).unwrap_or_default();
        let key = |path: &String| fnv::digits(&signature(failure, frame.as_ref(), &normaliser, Some(path)));
        places.iter().map(key).collect()
    });
    keys.collect()
}

/// Where a test stands.
pub(super) fn home_of(path: Option<&str>, line: Option<u64>) -> Option<Place> {
    let line = line.and_then(|line| usize::try_from(line).ok()).unwrap_or(1);
    path.map(|path| Place { path: path.to_owned(), line })
}

/// The exception's type as people say it.
pub(super) fn exception_of(raised: &Raised) -> String {
    match raised.kind.as_str() {
        "" if raised.message.starts_with("[XPASS") => "unexpected pass".to_owned(),
        "" => "failure".to_owned(),
        kind => kind.to_owned(),
    }
}

/// The deepest frame in the repository's own code.
pub(super) fn deepest_own(raised: &Raised, roots: &Roots) -> Option<Frame> {
    raised.frames.iter().rev().find_map(|(file, line, function)| {
        if file.starts_with('<') || *line == 0 {
            return None;
        }
        let path = roots.own(file)?;
        Some(Frame { place: Place { path, line: *line }, function: function.clone() })
    })
}

/// What failures of one cause have in common; `path`: where its file is taken to stand.
fn signature(
    failure: &Grouped<'_>,
    frame: Option<&Frame>,
    normaliser: &Normaliser,
    path: Option<&String>,
) -> String {
    let raised = failure.raised;
    if is_missing_module(raised) {
        // One missing package is one cause, wherever it is imported.
        return format!("missing module\n{}", raised.module.as_deref().unwrap_or_default());
    }
    let first_line = raised.message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let message = normaliser.normalise(first_line, failure.roots);
    let speaks = !message.is_empty() && !is_bare(&raised.kind, first_line);
    let path_of = |place: &Place| path.unwrap_or(&place.path).clone();
    let place = match frame {
        // A name that a module lacks is one cause, wherever it is imported: the message tells both.
        _ if speaks && is_import(raised) => String::new(),
        Some(frame) if is_test_itself(failure, frame) => match speaks {
            true => String::new(),
            false => format!("{}:{}", path_of(&frame.place), frame.function),
        },
        Some(frame) => format!("{}:{}", path_of(&frame.place), stable_place(frame, speaks)),
        None if speaks => String::new(),
        None => failure.home.as_ref().map(path_of).unwrap_or_default(),
    };
    format!("{}\n{message}\n{place}", raised.kind)
}

/// A missing module of somebody else's; a name that a module lacks is another matter.
pub(super) fn is_missing_module(raised: &Raised) -> bool {
    raised.module.is_some() && raised.kind == "ModuleNotFoundError"
}

fn is_import(raised: &Raised) -> bool {
    let of_rust = matches!(raised.kind.as_str(), "error[E0432]" | "error[E0433]");
    // These mean another module in each file.
    let is_relative = ["`super", "`self", "`crate"].iter().any(|start| raised.message.contains(start));
    (raised.module.is_some() && raised.kind == "ImportError") || (of_rust && !is_relative)
}

/// Lines shift when a file is edited above; a function's name stays. A message that says nothing needs the
/// line too, or every assertion of a helper would be one cause.
fn stable_place(frame: &Frame, speaks: bool) -> String {
    let named = !frame.function.is_empty() && frame.function != "<module>";
    if named && speaks { frame.function.clone() } else { format!("{}:{}", frame.function, frame.place.line) }
}

/// True when the frame is the test's own function or place, not something that it called.
fn is_test_itself(failure: &Grouped<'_>, frame: &Frame) -> bool {
    let name = failure.case.rsplit_once("::").map_or(failure.case, |(_, name)| name);
    let name = name.split('[').next().unwrap_or(name);
    let name = name.split(" #").next().unwrap_or(name);
    // A documentation test has a place, and no function.
    let is_home = || frame.function.is_empty() && failure.home.as_ref() == Some(&frame.place);
    frame.function == name || is_home()
}

/// Words that Rust itself has for all code that panics so, from their beginning.
const BARE_PANICS: &[&str] = &[
    "assertion failed: ",
    "attempt to ",
    "byte index ",
    "index out of bounds: ",
    "range end index ",
    "range start index ",
    "slice index starts at ",
];
/// The same where they are all that is said.
const BARE_WHOLE_PANICS: &[&str] = &[
    "already borrowed: BorrowMutError",
    "already mutably borrowed: BorrowError",
    "assertion `left != right` failed",
    "assertion `left == right` failed",
    "assertion `left matches right` failed",
    "called `Option::unwrap()` on a `None` value",
    "explicit panic",
    "internal error: entered unreachable code",
    "not implemented",
    "not yet implemented",
];

/// True for a message that says nothing of why: the language writes it of any code that fails so.
fn is_bare(kind: &str, message: &str) -> bool {
    match kind {
        "panic" => {
            BARE_WHOLE_PANICS.contains(&message.trim_end())
                || BARE_PANICS.iter().any(|words| message.starts_with(words))
        }
        // How a process ended, unless it said why before.
        "crash" | "exit" | "time limit" => !message.contains(": "),
        _ => message.trim_start().starts_with("assert "),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn raised(kind: &str, message: &str, frames: &[(&str, usize, &str)]) -> Raised {
        let frames =
            frames.iter().map(|&(file, line, name)| (file.to_owned(), line, name.to_owned())).collect();
        Raised { kind: kind.to_owned(), message: message.to_owned(), frames, module: None }
    }

    fn groups(failures: &[(&str, Raised)]) -> Vec<Vec<String>> {
        let roots = Roots::new(Path::new("/r"), Path::new("/r"));
        let grouped: Vec<Grouped<'_>> = failures
            .iter()
            .map(|(case, raised)| Grouped { case, raised, roots: &roots, home: None })
            .collect();
        group(&grouped).1.into_iter().map(|cause| cause.cases).collect()
    }

    #[test]
    fn key_of_a_cause_at_an_older_place_is_that_which_it_had_there() {
        let roots = Roots::new(Path::new("/r"), Path::new("/r"));
        let key = |file: &str, message: &str| {
            let raised = raised("AssertionError", message, &[(file, 3, "test_a")]);
            let grouped = [Grouped { case: "t.py::test_a", raised: &raised, roots: &roots, home: None }];
            let older = older_keys(&grouped, |_| vec!["a/t.py".to_owned()]).remove(0).remove(0);
            (group(&grouped).0.remove(0), older)
        };
        let (then, _) = key("/r/a/t.py", "assert 1 == 2");
        let (now, older) = key("/r/b/t.py", "assert 1 == 2");
        assert!(now != then && older == then);
        assert_ne!(key("/r/b/t.py", "assert x in []").1, then);
    }

    #[test]
    fn changing_parts_of_a_message_do_not_split_a_cause() {
        let pairs = [
            ("bad id=4 at 0x7ffd01", "bad id=17 at 0xabc"),
            ("no file '/tmp/pytest-of-me/pytest-3/a.txt'", "no file '/tmp/pytest-of-me/pytest-4/b.txt'"),
            ("read /home/a/x.txt: gone", "read /srv/b/y.txt: gone"),
            ("took 1.5 s", "took 300 ms"),
            ("value 1e-9", "value -2.5E+10"),
            ("no job 550e8400-e29b-41d4-a716-446655440000", "no job 016b3c2d-1111-4222-8333-abcdefabcdef"),
            ("container 4e07408562be is gone", "container 9f86d081884c is gone"),
        ];
        for (one, other) in pairs {
            let failures = [("t.py::a", raised("E", one, &[])), ("t.py::b", raised("E", other, &[]))];
            assert_eq!(groups(&failures).len(), 1, "{one} / {other}");
        }
    }

    #[test]
    fn title_of_a_cause_has_no_address_and_no_time_that_only_one_test_had() {
        let title = |messages: &[&str]| {
            let roots = Roots::new(Path::new("/r"), Path::new("/r"));
            let raised: Vec<Raised> = messages.iter().map(|message| raised("E", message, &[])).collect();
            let grouped =
                raised.iter().map(|raised| Grouped { case: "t.py::a", raised, roots: &roots, home: None });
            let causes = group(&grouped.collect::<Vec<_>>()).1;
            assert_eq!(causes.len(), 1, "{messages:?}");
            causes[0].message.clone()
        };
        assert_eq!(title(&["<A at 0x7f3a> is not 0xff"]), "<A at <address>> is not 0xff");
        assert_eq!(title(&["no '/tmp/pytest-of-me/pytest-3/a/b.txt'"]), "no '<temporary>/b.txt'");
        assert_eq!(title(&["no /tmp/tmpab12cd_x"]), "no <temporary>");
        assert_eq!(title(&["job 550e8400-e29b-41d4-a716-446655440000"]), "job <uuid>");
        assert_eq!(title(&["no answer in 30 s"]), "no answer in 30 s");
        assert_eq!(title(&["hash 4e07408562be"]), "hash 4e07408562be");
        assert_eq!(title(&["took 1.5 s", "took 300 ms"]), "took <duration>");
        assert_eq!(title(&["no 4e07408562be", "no 9f86d081884c"]), "no <id>");
        assert_eq!(title(&["bad 3", "bad 4"]), "bad 3", "an example");
    }

    #[test]
    fn a_name_that_a_module_lacks_is_one_cause_wherever_it_is_imported() {
        let lacks = |name: &str, file: &str| Raised {
            module: Some("m".to_owned()),
            ..raised(
                "ImportError",
                &format!("cannot import name '{name}' from 'm' (/r/m.py)"),
                &[(file, 1, "<module>")],
            )
        };
        let failures = [
            ("t/a.py", lacks("parse", "/r/t/a.py")),
            ("t/b.py", lacks("parse", "/r/t/b.py")),
            ("t/c.py", lacks("parse", "/r/t/helper.py")),
            ("t/d.py", lacks("load", "/r/t/d.py")),
        ];
        assert_eq!(groups(&failures), [vec!["t/a.py", "t/b.py", "t/c.py"], vec!["t/d.py"]]);
    }

    #[test]
    fn tests_that_end_their_processes_in_two_files_are_two_causes_unless_they_say_why() {
        let roots = Roots::new(Path::new("/r"), Path::new("/r"));
        let causes = |message: &str| {
            let raised = raised("crash", message, &[]);
            let at = |file| {
                let home = Some(Place { path: file, line: 1 });
                Grouped { case: "n::t", raised: &raised, roots: &roots, home }
            };
            group(&[at("tests/a.rs".to_owned()), at("tests/b.rs".to_owned())]).1.len()
        };
        assert_eq!(causes("the process ended by SIGABRT (signal 6)"), 2);
        assert_eq!(causes("the process ended by SIGABRT (signal 6): no memory"), 1);
    }

    #[test]
    fn one_error_of_the_compiler_is_one_cause_and_a_lost_name_is_so_wherever_it_is_used() {
        let at = |kind: &str, message: &str, file: &str| raised(kind, message, &[(file, 3, "")]);
        let both = |kind, message, files: [&str; 2]| {
            let [one, other] = files;
            groups(&[("build: a", at(kind, message, one)), ("build: b", at(kind, message, other))]).len()
        };
        let shared = ["/r/tests/common/mod.rs"; 2];
        let apart = ["/r/tests/a.rs", "/r/tests/b.rs"];
        assert_eq!(both("error[E0308]", "mismatched types", shared), 1);
        assert_eq!(both("error[E0308]", "mismatched types", apart), 2);
        assert_eq!(both("error[E0432]", "unresolved import `own::gone`", apart), 1);
        assert_eq!(both("error[E0432]", "unresolved import `super::gone`", apart), 2);
    }

    #[test]
    fn different_words_types_and_helpers_are_different_causes() {
        let test = |name| [("/r/t.py", 5, name)];
        let failures = [
            ("t.py::a", raised("ValueError", "x", &test("a"))),
            ("t.py::b", raised("KeyError", "x", &test("b"))),
            ("t.py::c", raised("ValueError", "y", &test("c"))),
            ("t.py::d", raised("ValueError", "x", &[("/r/t.py", 9, "d"), ("/r/p.py", 2, "load")])),
        ];
        assert_eq!(groups(&failures).len(), 4);
    }

    #[test]
    fn one_helper_behind_many_tests_is_one_cause() {
        let failures: Vec<(String, Raised)> = (0..8)
            .map(|n| {
                let frames = [("/r/t.py", 10 + n, "test"), ("/r/h.py", 2, "boom"), ("/usr/l.py", 9, "get")];
                (format!("t.py::test_{n}"), raised("KeyError", "'missing'", &frames))
            })
            .collect();
        let failures: Vec<(&str, Raised)> =
            failures.iter().map(|(case, raised)| (case.as_str(), raised.clone())).collect();
        let groups = groups(&failures);
        assert_eq!((groups.len(), groups[0].len()), (1, 8));
    }

    #[test]
    fn bare_assertions_of_two_tests_are_two_causes_and_of_one_test_one() {
        let bare = |line, name| raised("AssertionError", "assert 1 == 2", &[("/r/t.py", line, name)]);
        let failures =
            [("t.py::a[1]", bare(3, "a")), ("t.py::a[2]", bare(3, "a")), ("t.py::b", bare(8, "b"))];
        assert_eq!(groups(&failures), [vec!["t.py::a[1]", "t.py::a[2]"], vec!["t.py::b"]]);
    }

    #[test]
    fn bare_panics_of_two_tests_are_two_causes_and_words_of_the_program_one() {
        let at = |message: &str, line, name| raised("panic", message, &[("/r/src/lib.rs", line, name)]);
        let both = |message: &str| {
            groups(&[("p::t::a", at(message, 3, "a")), ("p::t::b", at(message, 8, "b"))]).len()
        };
        let bare = [
            "assertion `left == right` failed\n  left: 1\n right: 2",
            "assertion failed: `(left == right)`\n  left: `1`,\n right: `2`",
            "assertion failed: x.is_ok()",
            "called `Option::unwrap()` on a `None` value",
            "index out of bounds: the len is 1 but the index is 4",
        ];
        for message in bare {
            assert_eq!(both(message), 2, "{message}");
        }
        let told = [
            "assertion `left == right` failed: no such user\n  left: 1\n right: 2",
            "called `Result::unwrap()` on an `Err` value: \"no such user\"",
            "not implemented: sync",
        ];
        for message in told {
            assert_eq!(both(message), 1, "{message}");
        }
        let helper = |line, name| at("explicit panic", line, name);
        let failures =
            [("p::a", helper(9, "load")), ("p::b", helper(9, "load")), ("p::c", helper(10, "load"))];
        assert_eq!(groups(&failures), [vec!["p::a", "p::b"], vec!["p::c"]], "of a helper the place counts");
    }

    #[test]
    fn missing_module_is_one_cause_wherever_it_is_imported() {
        let missing = |line, file: &str| Raised {
            module: Some("torch".to_owned()),
            ..raised("ModuleNotFoundError", "No module named 'torch'", &[(file, line, "<module>")])
        };
        let failures = [("a.py", missing(1, "/r/a.py")), ("b.py", missing(4, "/r/p.py"))];
        assert_eq!(groups(&failures).len(), 1);
    }
}
