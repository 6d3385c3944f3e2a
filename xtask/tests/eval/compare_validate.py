#!/usr/bin/env python3
"""Compares `xtask validate` with what pytest itself says, on real suites, clean and with seeded faults.

usage: compare_validate.py XTASK WORK PROJECT=PYTHON... [--kind KIND]... [--limit SECONDS] [--seeder SCRIPT]
                           [--tests FOLDER]

XTASK    the program
WORK     an empty or new folder, outside of any repository
PROJECT  a checkout whose tests lie in `tests`, or in FOLDER, and pass; it is copied, never changed
PYTHON   an interpreter with pytest and what the project's tests need
SCRIPT   seeds a fault: called with PROJECT - WORK - --seed-only KIND; by default `seed_faults.py` beside this file

Each case is a fresh copy with one fault. pytest runs it with the flags that xtask uses, and a recorder of its
own that shares no code with xtask's; then xtask runs it. Compared are: the ids that were collected, the outcome
of every test in its first try, pytest's closing tally, the culprit of a run that was cut short, the number of
causes where the fault has a known number, the exit code, files left in the repository and processes left behind.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid

KINDS = (
    "clean k_fail one_cause_many import_break test_import_break syntax_error hang hang_child flaky segfault"
    " exit_zero setup_teardown bad_conftest none_collected duplicate_basename slow"
).split()
FLAGS = ["-p", "no:cacheprovider", "--continue-on-collection-errors", "--maxfail=0", "--color=no"]
GIT = ["git", "-c", "user.name=Eval", "-c", "user.email=eval@example.invalid", "-c", "commit.gpgsign=false"]
RECORDER = '''
import json, os
out = open(os.environ["RECORD"], "a", buffering=1)
def tell(**event): out.write(json.dumps(event) + "\\n")
def pytest_collectreport(report):
    if report.outcome != "passed": tell(e="collect", id=report.nodeid, outcome=report.outcome)
def pytest_collection_finish(session): tell(e="items", ids=[item.nodeid for item in session.items])
def pytest_runtest_logstart(nodeid): tell(e="start", id=nodeid)
def pytest_runtest_logreport(report):
    tell(e="report", id=report.nodeid, when=report.when, outcome=report.outcome, xfail=hasattr(report, "wasxfail"), sub=type(report).__name__ == "SubtestReport")
def pytest_runtest_logfinish(nodeid): tell(e="end", id=nodeid)
def pytest_sessionfinish(exitstatus): tell(e="finish")
'''


def run(command, folder, environment, limit, record=None):
    """Exit code (`None` at the limit) and output; the whole group is ended at the limit.

    With a record it is a limit of silence: the file has not grown for so long.
    """
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    size, since = -1, time.monotonic()
    try:
        while True:
            try:
                out, err = process.communicate(timeout=1 if record else limit)
                return process.returncode, out, err
            except subprocess.TimeoutExpired:
                now = os.path.getsize(record) if record and os.path.exists(record) else 0
                if now != size and record:
                    size, since = now, time.monotonic()
                elif time.monotonic() - since >= limit:
                    raise
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return None, out, err


def outcome_of(reports):
    """One outcome for a test: what failed in the test counts before what failed around it."""
    if any(r["outcome"] == "failed" and r["when"] == "call" for r in reports):
        return "failed"
    if any(r["outcome"] == "failed" for r in reports):
        return "error"
    own = [r for r in reports if not r["sub"]]
    if any(r["outcome"] == "skipped" and r["xfail"] for r in own):
        return "xfailed"
    if any(r["outcome"] == "skipped" for r in own):
        return "skipped"
    if any(r["outcome"] == "passed" and r["xfail"] for r in own):
        return "xpassed"
    return "passed"


def tally_of(text):
    """The numbers of pytest's last line, in the singular: `2 failed, 3 passed, 1 error in 0.1s`."""
    lines = [line for line in text.splitlines() if re.search(r"\d+ \w+.* in [\d.]+s", line)]
    found = re.findall(r"(\d+) (failed|passed|skipped|deselected|xfailed|xpassed|errors?)", lines[-1]) if lines else []
    return {"error" if name.startswith("error") else name: int(number) for number, name in found}


def truth(case, python, limit):
    record = os.path.join(case.work, "record.jsonl")
    if os.path.exists(record):
        os.unlink(record)
    folder = os.path.join(case.work, "recorder")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "eval_recorder.py"), "w") as file:
        file.write(RECORDER)
    environment = dict(case.environment(), RECORD=record, PYTHONDONTWRITEBYTECODE="1")
    environment["PYTHONPATH"] = folder + os.pathsep + environment["PYTHONPATH"]
    command = [python, "-m", "pytest", "-p", "eval_recorder", *FLAGS, *case.extra, case.tests]
    code, out, _ = run(command, case.root, environment, limit, record)
    events = [json.loads(line) for line in open(record)] if os.path.exists(record) else []
    reports, ended, started = {}, set(), []
    for event in events:
        if event["e"] == "report":
            reports.setdefault(event["id"], []).append(event)
        elif event["e"] == "end":
            ended.add(event["id"])
        elif event["e"] == "start":
            started.append(event["id"])
    return {
        "code": code,
        "ids": [name for event in events if event["e"] == "items" for name in event["ids"]],
        "files": {e["id"]: "error" if e["outcome"] == "failed" else "skipped" for e in events if e["e"] == "collect"},
        "outcomes": {name: outcome_of(reports.get(name, [])) for name in ended},
        "running": [name for name in started if name not in ended],
        "finished": any(event["e"] == "finish" for event in events),
        "tally": tally_of(out.decode("utf-8", "replace")),
    }


class Case:
    def __init__(self, arguments, project, kind):
        self.tests = arguments.tests
        self.prepare(os.path.join(arguments.work, os.path.basename(project)))
        ignored = shutil.ignore_patterns(".git", "__pycache__", ".venv", "docs")
        shutil.copytree(project, self.root, symlinks=True, ignore=ignored)
        seed = [sys.executable, arguments.seeder, self.root, "-", self.work, "-", "--seed-only", kind]
        environment = dict(os.environ, SEED_FOLDER=self.tests)
        done = subprocess.run(seed, capture_output=True, text=True, env=environment)
        self.intent = json.loads(done.stdout) if done.returncode == 0 else None
        self.why = done.stderr.strip().splitlines()[-1:] if done.returncode else []
        self.extra = (self.intent or {}).pop("extra", [])
        self.commit()

    def prepare(self, work):
        self.work = work
        self.root = os.path.join(work, "copy")
        self.state = os.path.join(work, "state")
        self.mark = uuid.uuid4().hex
        shutil.rmtree(self.root, ignore_errors=True)

    def commit(self):
        for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "seeded"]):
            subprocess.run([*GIT, *words], cwd=self.root, check=True)

    def environment(self):
        shutil.rmtree(self.state, ignore_errors=True)
        os.makedirs(self.state)
        source = os.path.join(self.root, "src")
        path = source if os.path.isdir(source) else self.root
        return dict(
            os.environ, SEED_STATE=self.state, SEED_TESTS=os.path.join(self.root, self.tests), PYTHONPATH=path, EVAL=self.mark
        )

    def strays(self):
        mark = ("EVAL=" + self.mark).encode()
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if mark in open("/proc/%s/environ" % name, "rb").read():
                    found.append(name)
            except OSError:
                pass
        return found

    def end_strays(self):
        for process in self.strays():
            os.kill(int(process), signal.SIGKILL)


def validate(case, arguments, python, limits):
    settings = os.path.join(case.work, "xtask.toml")
    with open(settings, "w") as file:
        file.write('[[validate.suite]]\nname = "tests"\npaths = [%s]\n' % json.dumps(case.tests))
        file.write("python = %s\n" % json.dumps(python))
        file.write(limits)
    environment = case.environment()
    if case.extra:
        environment["PYTEST_ADDOPTS"] = " ".join(case.extra)
    command = [arguments.xtask, "--config", settings, "validate", "--format", "json"]
    code, out, err = run(command, case.root, environment, 1800)
    try:
        return code, json.loads(out)["result"]
    except ValueError:
        raise SystemExit("xtask ended with %s: %s" % (code, err.decode("utf-8", "replace")))


def differences(case, real, code, result):
    run_ = result["runs"][0]
    first = {c["id"]: c["attempts"][0]["outcome"] if c["attempts"] else c["outcome"] for c in result["cases"]}
    files = {name: outcome for name, outcome in first.items() if name not in real["ids"]}
    first = {name: outcome for name, outcome in first.items() if name in set(real["ids"])}
    conftest = run_["end"] == "broken-conftest"
    whole = real["finished"] and not real["running"]
    wrong = []

    def check(what, expected, found):
        if expected != found:
            wrong.append("%s: pytest %s, xtask %s" % (what, short(expected), short(found)))

    check("collected", len(set(real["ids"])), len(first))
    check("count", len(set(real["ids"])), run_["counts"]["collected"])
    if not conftest:
        check("files", real["files"], files)
    for name, outcome in real["outcomes"].items():
        if first.get(name) != outcome:
            wrong.append("%s: pytest %s, xtask %s" % (name, outcome, first.get(name)))
    if whole and not conftest:
        ours = {name: number for name, number in run_["runner_tally"].items() if number and name in NAMES}
        check("tally", {n: v for n, v in real["tally"].items() if n in NAMES}, ours)
    if real["running"]:
        check("culprit", real["running"][0], run_["culprit"])
        check("not run", 0, run_["counts"]["not_run"])
    check("good", whole and real["code"] == 0, run_["status"] == "passed")
    # An import of the repository that cannot work gates as well, whatever the tests say.
    is_sound = not any(each["guard"] is None for each in result["imports"]["unresolved"])
    check("exit", 0 if whole and real["code"] == 0 and is_sound and not result["imports"]["anchors"] else 1, code)
    groups = (case.intent or {}).get("groups")
    if groups is not None:
        check("causes", groups, len(result["causes"]))
    check("processes left", [], case.strays())
    status = subprocess.run([*GIT, "status", "--porcelain"], cwd=case.root, capture_output=True, text=True).stdout
    check("files left", "", status)
    return wrong


NAMES = ("passed", "failed", "error", "skipped", "deselected", "xfailed", "xpassed")


def short(value):
    text = str(value)
    return text if len(text) < 300 else text[:300] + "..."


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("xtask")
    parser.add_argument("work")
    parser.add_argument("suites", nargs="+")
    parser.add_argument("--kind", action="append")
    parser.add_argument("--limit", type=int, default=30)
    parser.add_argument("--tests", default="tests")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--seeder", default=os.path.join(here, "seed_faults.py"))
    arguments = parser.parse_args()
    arguments.xtask, arguments.work = os.path.abspath(arguments.xtask), os.path.abspath(arguments.work)
    limits = "test_timeout = %d\nsuite_timeout = 1500\n" % arguments.limit
    bad = total = 0
    for suite in arguments.suites:
        project, _, python = suite.partition("=")
        project, python = os.path.abspath(project), os.path.abspath(python)
        for kind in arguments.kind or KINDS:
            case = Case(arguments, project, kind)
            name = "%s %s" % (os.path.basename(project), kind)
            if case.intent is None:
                print("%-36s cannot be seeded: %s" % (name, " ".join(case.why)), flush=True)
                continue
            real = truth(case, python, max(20, arguments.limit) if kind.startswith("hang") else 900)
            case.end_strays()
            code, result = validate(case, arguments, python, limits)
            wrong = differences(case, real, code, result)
            total, bad = total + 1, bad + bool(wrong)
            run_ = result["runs"][0]
            counts = ", ".join("%s %d" % item for item in run_["counts"].items() if item[1])
            print("%-36s %s: %s; %d causes" % (name, run_["status"], counts, len(result["causes"])), flush=True)
            for line in wrong:
                print("    " + line, flush=True)
    print("%d of %d cases differ" % (bad, total))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
