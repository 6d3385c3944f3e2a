#!/usr/bin/env python3
"""Seeds faults into a small Rust crate, one at a time, and compares `xtask validate` with what was seeded.

usage: seed_crate.py XTASK WORK [--only NAME]... [--runner cargo-test|cargo-nextest]... [--limit SECONDS] [--report]

XTASK  the program
WORK   an empty or new folder, outside of any repository

The crate has a library with unit tests and a documentation test, a program, and two files of integration tests. Each
case adds one fault and states what must come of it: the outcome of every test by name, status, end, culprit, exit code
and number of causes. Looked for besides: processes left behind, and files left in the repository.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import uuid

GIT = ["git", "-c", "user.name=Eval", "-c", "user.email=eval@example.invalid", "-c", "commit.gpgsign=false"]
BASE = {
    "Cargo.toml": '[package]\nname = "seeded"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n',
    ".gitignore": "/target\n",
    "src/lib.rs": """//! A crate.

/// Adds.
///
/// ```
/// assert_eq!(seeded::add(1, 2), 3);
/// ```
pub fn add(a: i32, b: i32) -> i32 { a + b }

#[cfg(test)]
mod tests {
    #[test]
    fn adds() { assert_eq!(super::add(1, 1), 2); }
}
""",
    "src/main.rs": "fn main() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn starts() {}\n}\n",
    "tests/first.rs": "#[test]\nfn one() {}\n#[test]\nfn two() {}\n",
    "tests/second.rs": "#[test]\nfn three() {}\n",
}
GOOD = {"adds": "passed", "starts": "passed", "one": "passed", "two": "passed", "three": "passed", "doc": "passed"}
COUNTED = ("passed", "failed", "skipped", "flaky", "not_run")
CHILD = 'std::process::Command::new("sh").args(["-c", "trap \'\' TERM; sleep 600 & sleep 600"])'


def test(name, body, marks=""):
    return "#[test]\n%sfn %s() { %s }\n" % (marks, name, body)


# Name: what is added to which file, outcomes that differ from GOOD (`None`: there is no such case), what else must be.
CASES = {
    "clean": ({}, {}, dict(status="passed", exit=0, causes=0)),
    "causes": (
        {"tests/first.rs": test("a", 'panic!("seeded A {}", 1)') + test("b", "let v: Vec<i32> = vec![]; let _ = v[std::hint::black_box(0)];") + test("c", "assert_eq!(1 + 1, std::hint::black_box(3));")},
        {"a": "failed", "b": "failed", "c": "failed"},
        dict(status="failed", exit=1, causes=3),
    ),
    "one cause": (
        {"src/lib.rs": 'pub fn boom(n: u32) -> u32 { if n < 100 { panic!("seeded number {n}") } n }\n', "tests/second.rs": "".join(test("k%d" % n, "seeded::boom(%d);" % n) for n in range(8))},
        {"k%d" % n: "failed" for n in range(8)},
        dict(status="failed", exit=1, causes=1),
    ),
    "unwrap": ({"tests/first.rs": test("u", 'let r: Result<(), String> = Err("seeded".into()); r.unwrap();')}, {"u": "failed"}, dict(status="failed", causes=1)),
    "returned error": (
        {"tests/first.rs": '#[test]\nfn e() -> Result<(), String> { Err("seeded".into()) }\n'}, {"e": "failed"}, dict(status="failed", causes=1),
    ),
    "should panic": (
        {"tests/first.rs": test("p", 'panic!("so")', "#[should_panic]\n") + test("q", "", "#[should_panic]\n") + test("r", 'panic!("other")', '#[should_panic(expected = "this")]\n')},
        {"p": "passed", "q": "failed", "r": "failed"},
        dict(status="failed", causes=2),
    ),
    "ignored": ({"tests/first.rs": test("i", "panic!()", '#[ignore = "slow"]\n') + test("j", "panic!()", "#[ignore]\n")}, {"i": "skipped", "j": "skipped"}, dict(status="passed", exit=0)),
    "documentation": ({"src/lib.rs": "/// ```\n/// assert_eq!(seeded::add(1, 1), 3);\n/// ```\npub fn documented() {}\n"}, {"documented": "failed"}, dict(status="failed", exit=1, causes=1)),
    "documentation that does not build": ({"src/lib.rs": "/// ```\n/// seeded::gone();\n/// ```\npub fn documented() {}\n"}, {"documented": "failed"}, dict(status="failed", exit=1)),
    "documentation not run": ({"src/lib.rs": "/// ```no_run\n/// panic!();\n/// ```\n/// ```ignore\n/// nothing\n/// ```\npub fn documented() {}\n"}, {}, dict(status="passed", exit=0)),
    "broken library": ({"src/lib.rs": "pub fn broken() -> i32 { \"text\" }\n"}, None, dict(status="failed", end="build-failed", exit=1)),
    "broken test": ({"tests/second.rs": "use seeded::gone;\n"}, None, dict(end="build-failed", exit=1)),
    "syntax error": ({"tests/second.rs": "fn (\n"}, None, dict(end="build-failed", exit=1)),
    "broken manifest": ({"Cargo.toml": "this is no TOML"}, None, dict(exit=1)),
    "hang": ({"tests/first.rs": test("w", "std::thread::sleep(std::time::Duration::from_secs(600));")}, {"w": "failed"}, dict(status="timed-out", culprit="w", exit=1)),
    "hang with a stubborn child": ({"tests/first.rs": test("w", CHILD + ".status().unwrap();")}, {"w": "failed"}, dict(status="timed-out", culprit="w", exit=1)),
    "abort": ({"tests/first.rs": test("x", "std::process::abort();")}, {"x": "failed"}, dict(status="incomplete", culprit="x", exit=1)),
    "segmentation fault": ({"tests/first.rs": test("x", "unsafe { std::ptr::null_mut::<i32>().write_volatile(1) }")}, {"x": "failed"}, dict(status="incomplete", culprit="x", exit=1)),
    "stack overflow": ({"tests/first.rs": "#[allow(unconditional_recursion)]\nfn deep(n: u64) -> u64 { deep(std::hint::black_box(n) + 1) + 1 }\n" + test("x", "deep(0);")}, {"x": "failed"}, dict(status="incomplete", culprit="x", exit=1)),
    "exit zero": ({"tests/first.rs": test("x", "std::process::exit(0);")}, {"x": "failed"}, dict(status="incomplete", culprit="x", exit=1)),
    "exit three": ({"tests/first.rs": test("x", "std::process::exit(3);")}, {"x": "failed"}, dict(status="incomplete", culprit="x", exit=1)),
    "failure and abort": ({"tests/first.rs": test("f", 'panic!("seeded first")') + test("x", "std::thread::sleep(std::time::Duration::from_millis(300)); std::process::abort();")}, {"f": "failed", "x": "failed"}, dict(status="incomplete", culprit="x", causes=2)),
    "noise": ({"tests/first.rs": test("n", 'for _ in 0..200_000 { println!("test fake ... ok"); eprintln!("test result: ok. 9 passed"); }') + test("m", 'println!("test m ... ok"); panic!("seeded")')}, {"n": "passed", "m": "failed"}, dict(status="failed", causes=1)),
    "noise without capture": ({"tests/first.rs": test("n", "use std::io::Write; for _ in 0..20_000 { std::io::stdout().write_all(b\"test fake ... FAILED\\n\\xff\\xfe\").unwrap(); }")}, {"n": "passed"}, dict(status="passed", exit=0)),
    "tests of a child": (
        {
            "tests/first.rs": "fn child() { use std::io::Write; std::io::stdout().write_all(b\"\\nrunning 2 tests\\ntest one ... FAILED\\n"
            "test inner ... FAILED\\n\\ntest result: FAILED. 0 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\\n\").unwrap(); }\n"
            + test("c", "child();") + test("d", 'child(); panic!("seeded")')
        },
        {"c": "passed", "d": "failed"},
        dict(status="failed", causes=1),
    ),
    "child left": ({"tests/first.rs": test("l", CHILD + ".spawn().unwrap();")}, {"l": "passed"}, dict()),
    "no harness": (
        {"Cargo.toml": '[[test]]\nname = "third"\nharness = false\n', "tests/third.rs": "fn main() { }\n"},
        {"tests/third.rs": "passed"},
        dict(only="cargo-test", status="passed"),
    ),
    "flaky": (
        {"tests/first.rs": test("y", 'let p = std::env::var("SEED_STATE").unwrap() + "/y"; let seen = std::path::Path::new(&p).exists(); std::fs::write(&p, "").unwrap(); assert!(seen, "seeded flake");')},
        {"y": "flaky"}, dict(exit=1),
    ),
    "nothing": ({"delete": ["tests/first.rs", "tests/second.rs"], "replace": {"src/lib.rs": "pub fn f() {}\n", "src/main.rs": "fn main() {}\n"}}, {}, dict(status="failed", end="nothing-collected", exit=1, empty=True)),
    "warnings denied": ({".cargo/config.toml": '[build]\nrustflags = ["-Dwarnings"]\n', "tests/second.rs": "fn unused() {}\n"}, None, dict(end="build-failed", exit=1)),
}


def write(root, added):
    files = dict(BASE)
    for path in added.get("delete", []):
        del files[path]
    files.update(added.get("replace", {}))
    for path, text in added.items():
        if path not in ("delete", "replace"):
            files[path] = files.get(path, "") + text
    shutil.rmtree(root, ignore_errors=True)
    for path, text in files.items():
        place = os.path.join(root, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w") as file:
            file.write(text)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "seeded"]):
        subprocess.run([*GIT, *words], cwd=root, check=True)


def strays(mark):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if mark.encode() in open("/proc/%s/environ" % name, "rb").read():
                found.append(name)
        except OSError:
            pass
    return found


def short(name):
    """The function's name; `doc` for the documentation test of `add`."""
    if "(line" in name:
        item = name.split(" - ")[1].split(" ")[0]
        return "doc" if item == "add" else item
    return name.split("::")[-1].split("$")[-1].split(" ")[-1]


def wrongs(name, result, code, runner):
    added, outcomes, must = CASES[name]
    first = result["runs"][0]
    found = dict(status=first["status"], end=first["end"], exit=code, causes=len(result["causes"]), culprit=short(first["culprit"] or ""))
    for key, value in found.items():
        if key in must and must[key] != value:
            yield "%s: must be %s, is %s" % (key, must[key], value)
    if outcomes is None:
        if not result["causes"]:
            yield "no cause is named"
        return
    expected = {} if must.get("empty") else {**GOOD, **outcomes}
    told = {}
    for case in result["cases"]:
        told.setdefault(short(case["id"]), []).append(case["outcome"])
    for test_, outcome in expected.items():
        if told.get(test_) != [outcome]:
            yield "%s: must be %s, is %s" % (test_, outcome, told.get(test_))
    for test_ in set(told) - set(expected):
        if "documented" not in test_:
            yield "%s: nobody seeded it (%s)" % (test_, ", ".join(told[test_][:5]))
    counted = sum(first["counts"][key] for key in COUNTED)
    if counted != first["counts"]["collected"]:
        yield "counts: %d collected, %d told" % (first["counts"]["collected"], counted)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("xtask")
    parser.add_argument("work")
    parser.add_argument("--only", action="append")
    parser.add_argument("--runner", action="append")
    parser.add_argument("--limit", type=int, default=8)
    parser.add_argument("--report", action="store_true")
    arguments = parser.parse_args()
    xtask, work = os.path.abspath(arguments.xtask), os.path.abspath(arguments.work)
    bad = total = 0
    for runner in arguments.runner or ["cargo-test", "cargo-nextest"]:
        for name in arguments.only or CASES:
            if CASES[name][2].get("only", runner) != runner:
                continue
            root, state = os.path.join(work, "crate"), os.path.join(work, "state")
            write(root, CASES[name][0])
            shutil.rmtree(state, ignore_errors=True)
            os.makedirs(state)
            settings = os.path.join(work, "xtask.toml")
            with open(settings, "w") as file:
                file.write('[[validate.suite]]\nname = "crate"\npaths = ["."]\nrunner = "%s"\n' % runner)
                file.write("test_timeout = %d\nsuite_timeout = 300\n" % arguments.limit)
            mark = uuid.uuid4().hex
            environment = dict(os.environ, EVAL=mark, SEED_STATE=state, CARGO_NET_OFFLINE="true", CARGO_INCREMENTAL="0")
            command = [xtask, "--config", settings, "validate"]
            done = subprocess.run([*command, "--format", "json"], cwd=root, env=environment, capture_output=True)
            try:
                result = json.loads(done.stdout)["result"]
            except ValueError:
                raise SystemExit("%s: xtask ended with %s: %s" % (name, done.returncode, done.stderr.decode("utf-8", "replace")))
            wrong = list(wrongs(name, result, done.returncode, runner))
            left = strays(mark)
            wrong += ["processes left: %s" % left] if left else []
            for process in left:
                os.kill(int(process), signal.SIGKILL)
            status = subprocess.run([*GIT, "status", "--porcelain"], cwd=root, capture_output=True, text=True).stdout
            wrong += ["files left: %s" % status] if status.replace("?? Cargo.lock\n", "") else []
            total, bad = total + 1, bad + bool(wrong)
            first = result["runs"][0]
            counts = ", ".join("%s %d" % item for item in first["counts"].items() if item[1])
            print("%-14s %-36s %s, %s: %s; %d causes" % (runner, name, first["status"], first["end"], counts, len(result["causes"])), flush=True)
            for line in wrong:
                print("    " + line, flush=True)
            if wrong or arguments.report:
                print("    why: %s" % first["why"], flush=True)
            if arguments.report:
                print(subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True).stdout)
                print(open(os.path.join(root, "notes/test_suite_report.md")).read())
    print("%d of %d cases differ" % (bad, total))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
