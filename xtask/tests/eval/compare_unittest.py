#!/usr/bin/env python3
"""Compares `xtask validate` with what `python -m unittest` itself says, on real suites, clean and with seeded faults.

usage: compare_unittest.py XTASK WORK PROJECT=PYTHON=FOLDER... [--kind KIND]... [--limit SECONDS] [--pattern GLOB]

PROJECT  a checkout whose tests, unittest cases, lie in FOLDER; it is copied, never changed
PYTHON   an interpreter with what the tests need
GLOB     which files hold tests (`test*.py`), as `unittest discover -p` takes it

Each case is a fresh copy with one fault. `unittest discover -t . -s FOLDER` runs it with a recorder that shares no
code with xtask's; then xtask runs it. Compared are the outcome of every test in its first try, unittest's own closing
tally, files that cannot be loaded, the culprit of a run that was cut short, the exit code, processes and files left.
"""

import argparse
import ast
import fnmatch
import json
import os
import random
import shutil
import subprocess
import sys
import textwrap
from collections import Counter

import compare_validate
from compare_validate import GIT, Case, run, short

KINDS = (
    "clean k_fail import_break syntax_error hang hang_child flaky segfault exit_zero around skipped same_name".split()
)
RECORDER = '''
import json, os, sys, unittest
out = open(os.environ["RECORD"], "a", buffering=1)
def tell(**event): out.write(json.dumps(event) + "\\n")
homes = {}
plain = unittest.TestLoader.loadTestsFromModule
def cases(suite):
    for each in suite:
        yield from cases(each) if isinstance(each, unittest.TestSuite) else [each]
def load(self, module, *rest, **more):
    suite = plain(self, module, *rest, **more)
    for case in cases(suite): homes[id(case)] = (module.__name__, case)
    return suite
unittest.TestLoader.loadTestsFromModule = load
def name_of(test):
    """As unittest names it, but by the module that it was found in, not that of its class."""
    home = homes.get(id(test), (None,))[0]
    if home is None or type(test).__module__ in ("doctest", "unittest.case"): return test.id()
    return "%s.%s.%s" % (home, type(test).__qualname__, test._testMethodName)
def kind_of(test): return "load" if type(test).__name__ == "_FailedTest" else "around" if type(test).__name__ == "_ErrorHolder" else "test"
class Result(unittest.TextTestResult):
    def startTest(self, test): super().startTest(test); tell(e="start", id=name_of(test), kind=kind_of(test))
    def stopTest(self, test): super().stopTest(test); tell(e="end", id=name_of(test))
    def addSuccess(self, test): super().addSuccess(test); tell(e="passed", id=name_of(test))
    def addFailure(self, test, err): super().addFailure(test, err); tell(e="failed", id=name_of(test))
    def addError(self, test, err): super().addError(test, err); tell(e="failed", id=name_of(test), kind=kind_of(test))
    def addSkip(self, test, reason): super().addSkip(test, reason); tell(e="skipped", id=name_of(test), kind=kind_of(test), sub=hasattr(test, "test_case"))
    def addExpectedFailure(self, test, err): super().addExpectedFailure(test, err); tell(e="xfailed", id=name_of(test))
    def addUnexpectedSuccess(self, test): super().addUnexpectedSuccess(test); tell(e="failed", id=name_of(test))
    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None: tell(e="failed", id=name_of(test))
class Runner(unittest.TextTestRunner):
    resultclass = Result
    def run(self, test):
        result = super().run(test)
        tell(e="finish", failed=len(result.failures) + len(result.unexpectedSuccesses), error=len(result.errors), skipped=len(result.skipped), xfailed=len(result.expectedFailures))
        return result
sys.path.insert(0, os.getcwd())
unittest.main(module=None, argv=["unittest", *sys.argv[1:]], testRunner=Runner)
'''
AROUND = '''import unittest
class TestSeededClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError("seeded class")
    def test_a(self): pass
    def test_b(self): pass
class TestSeededAfter(unittest.TestCase):
    @classmethod
    def tearDownClass(cls): raise RuntimeError("seeded after")
    def test_a(self): pass
class TestSeededEach(unittest.TestCase):
    def setUp(self): raise RuntimeError("seeded set-up")
    def test_a(self): pass
class TestSeededClean(unittest.TestCase):
    def tearDown(self): raise RuntimeError("seeded tear-down")
    def test_a(self): pass
    def test_both(self): self.fail("seeded")
class TestSeededSub(unittest.TestCase):
    def test_many(self):
        for i in range(4):
            with self.subTest(i=i): self.assertEqual(i % 2, 0)
    def test_some_skipped(self):
        for i in range(3):
            with self.subTest(i=i):
                if i: self.skipTest("seeded part")
class TestSeededAsync(unittest.IsolatedAsyncioTestCase):
    async def test_a(self): pass
    async def test_fails(self): self.assertEqual(1, 2)
'''
SKIPPED = '''import doctest, unittest
def double(n):
    """
    >>> double(2)
    4
    """
    return 2 * n
def triple(n):
    """
    >>> triple(2)
    7
    """
    return 3 * n
class TestSeededSkips(unittest.TestCase):
    @unittest.skip("seeded")
    def test_a(self): pass
    @unittest.expectedFailure
    def test_b(self): self.fail()
    @unittest.expectedFailure
    def test_c(self): pass
@unittest.skipIf(True, "seeded class")
class TestSeededWhole(unittest.TestCase):
    def test_a(self): pass
class Numbered(unittest.TestCase):
    def __init__(self, number): super().__init__("check"); self.number = number
    def check(self): self.assertNotEqual(self.number, 2)
def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(__name__))
    tests.addTests(Numbered(number) for number in range(4))
    return tests
'''


class Seeder:
    def __init__(self, root, tests, pattern):
        self.root, self.tests, self.suffix = root, tests, pattern.replace("*", "seeded")
        methods = []
        for folder, folders, names in os.walk(os.path.join(root, tests)):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for name in sorted(names):
                if fnmatch.fnmatch(name, pattern):
                    methods += self.methods(os.path.join(folder, name))
        self.picked = random.Random(7).sample(methods, 12)

    def methods(self, path):
        found = []
        for kind in ast.parse(open(path, encoding="utf-8").read()).body:
            for method in kind.body if isinstance(kind, ast.ClassDef) else []:
                if isinstance(method, ast.FunctionDef) and method.name.startswith("test") and not method.decorator_list:
                    if method.body[0].lineno > method.lineno and not getattr(method.body[0], "decorator_list", []):
                        found.append((path, method.body[0].lineno, method.body[0].col_offset))
        return found

    def insert(self, numbers, text):
        for path, line, column in sorted((self.picked[n] for n in numbers), key=lambda place: (place[0], -place[1])):
            lines = open(path, encoding="utf-8").read().split("\n")
            number = self.picked.index((path, line, column))
            lines[line - 1 : line - 1] = [" " * column + part for part in text(number).split("\n")]
            open(path, "w", encoding="utf-8").write("\n".join(lines))

    def add(self, text, folder=""):
        place = os.path.join(self.root, self.tests, folder)
        os.makedirs(place, exist_ok=True)
        open(os.path.join(place, self.suffix), "w").write(text)

    def clean(self):
        pass

    def k_fail(self):
        causes = ['raise ValueError("seeded A: %d")', 'raise KeyError("seeded-b%d"[:8])', 'assert %d == -1, "seeded C"']
        self.insert(range(12), lambda number: causes[number % 3] % number)

    def import_break(self):
        self.add("import seeded_module_that_is_gone\n")

    def syntax_error(self):
        self.add("def broken(:\n")

    def hang(self):
        self.insert([2], lambda _: "import time as _t\nwhile True: _t.sleep(0.05)")

    def hang_child(self):
        child = "import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
        self.insert([3], lambda _: "import subprocess as _p, sys as _s\n_p.run([_s.executable, '-c', %r])" % child)

    def flaky(self):
        text = (
            "import os as _o, pathlib as _p; _f = _p.Path(_o.environ['SEED_STATE'], 'flaky%d')\n"
            "_n = len(_f.read_bytes()) if _f.exists() else 0; _f.write_bytes(b'x' * (_n + 1))\n"
            "assert _n %% 2 == 1, 'seeded flake'"
        )
        self.insert(range(4, 7), lambda number: text % number)

    def segfault(self):
        self.insert([7], lambda _: "import ctypes as _c; _c.string_at(0)")

    def exit_zero(self):
        self.insert([8], lambda _: "import os as _o; _o._exit(0)")

    def around(self):
        self.add(AROUND)

    def skipped(self):
        self.add(SKIPPED)

    def same_name(self):
        """Two files of one name in folders that are no packages: `unittest discover` does not see them."""
        for folder, body in (("seed_a", "pass"), ("seed_b", "self.fail()")):
            text = "import unittest\nclass TestIt(unittest.TestCase):\n    def test_x(self): %s\n"
            self.add(text % body, folder)


class UnittestCase(Case):
    def __init__(self, arguments, project, tests, kind):
        self.tests, self.pattern = tests, arguments.pattern
        self.prepare(os.path.join(arguments.work, os.path.basename(project)))
        shutil.copytree(project, self.root, symlinks=True, ignore=shutil.ignore_patterns(".git", "__pycache__", ".venv"))
        getattr(Seeder(self.root, tests, self.pattern), kind)()
        self.commit()


def truth(case, python, limit):
    record, script = os.path.join(case.work, "record.jsonl"), os.path.join(case.work, "recorder.py")
    if os.path.exists(record):
        os.unlink(record)
    with open(script, "w") as file:
        file.write(RECORDER)
    environment = dict(case.environment(), RECORD=record, PYTHONDONTWRITEBYTECODE="1")
    command = [python, script, "discover", "-t", ".", "-s", case.tests, "-p", case.pattern]
    code, _, err = run(command, case.root, environment, limit, record)
    events = [json.loads(line) for line in open(record)] if os.path.exists(record) else []
    real = {"code": code, "outcomes": [], "running": None, "load": 0, "around": 0, "tally": None, "err": err[-2000:]}
    worst, kind = None, "test"
    for event in events:
        what, place = event["e"], event.get("kind")
        if what == "start":
            real["running"], worst, kind = event["id"], [], place
        elif what == "skipped" and not real["running"] and place == "test" and not event["sub"]:
            # Some versions of Python end a test that is skipped as a whole without having started it.
            real["outcomes"].append((event["id"], "skipped"))
        elif what == "end" and not real["running"]:
            pass
        elif what == "end":
            order = ("failed", "xfailed", "skipped", "passed")
            outcome = next((each for each in order if each in worst), "passed")
            if kind == "load":
                real["load"] += 1
            else:
                real["outcomes"].append((event["id"], outcome))
            real["running"] = None
        elif what == "finish":
            real["tally"] = {name: event[name] for name in ("failed", "error", "skipped", "xfailed") if event[name]}
        elif place == "around":
            real["around"] += 1
        elif real["running"] and not event.get("sub"):
            worst.append(what)
    return real


def validate(case, arguments, python):
    settings = os.path.join(case.work, "xtask.toml")
    with open(settings, "w") as file:
        file.write('[[validate.suite]]\nname = "tests"\nrunner = "unittest"\npaths = [%s]\n' % json.dumps(case.tests))
        file.write("python = %s\ntest_timeout = %d\n" % (json.dumps(python), arguments.limit))
    command = [arguments.xtask, "--config", settings, "validate", "--format", "json"]
    code, out, err = run(command, case.root, case.environment(), 1800)
    try:
        return code, json.loads(out)["result"]
    except ValueError:
        raise SystemExit("xtask ended with %s: %s" % (code, err.decode("utf-8", "replace")))


def dotted(name):
    """`a/test_b.py::C::test_d` as unittest names it."""
    path, _, rest = name.partition(".py::")
    return path.replace("/", ".").removesuffix(".__init__") + "." + rest.replace("::", ".")


def differences(case, kind, real, code, result):
    run_ = result["runs"][0]
    wrong = []

    def check(what, expected, found):
        if expected != found:
            wrong.append("%s: unittest %s, xtask %s" % (what, short(expected), short(found)))

    first = [(c["id"], c["attempts"][0]["outcome"] if c["attempts"] else c["outcome"]) for c in result["cases"]]
    check("each test once", [], [name for name, times in Counter(name for name, _ in first).items() if times > 1])
    files = [outcome for name, outcome in first if "::" not in name]
    # What goes wrong around a class is an error of its own there, and one of the tests that it concerns here.
    told = Counter((name, outcome) for name, outcome in real["outcomes"])
    mine = Counter((dotted(name), "failed" if outcome == "error" and "SeededClean" in name else outcome) for name, outcome in first if "::" in name)
    plain = lambda counter: Counter({outcome: sum(n for (_, o), n in counter.items() if o == outcome) for outcome in {o for _, o in counter}})
    seeded = kind in ("around", "skipped", "same_name")
    skip = (lambda name: "seeded" in name.lower() or "seed_" in name) if seeded else (lambda name: False)
    keep = lambda counter: Counter({key: n for key, n in counter.items() if not skip(key[0])})
    missing, more = keep(told) - keep(mine), keep(mine) - keep(told)
    if real["tally"] is not None:
        check("tests", {}, {"only unittest": list(missing)[:6], "only xtask": list(more)[:6]} if missing or more else {})
        ours = {name: number for name, number in run_["runner_tally"].items() if number and name in real["tally"] | {"failed": 0, "error": 0}}
        mistaken = {name for name in ("failed", "error", "skipped", "xfailed") if real["tally"].get(name, 0) != ours.get(name, 0)}
        if kind != "same_name" and not real["load"]:
            check("tally", real["tally"], ours if mistaken else real["tally"])
    else:
        check("outcomes before the end", [], list(missing)[:6])
        check("culprit", real["running"], dotted(run_["culprit"]) if run_["culprit"] else None)
        check("not run", 0, run_["counts"]["not_run"])
    # The second file of a name is not silently taken for the first.
    check("files that cannot load", real["load"] + (kind == "same_name"), files.count("error"))
    good = real["tally"] is not None and real["code"] == 0 and kind != "same_name"
    check("good", good, run_["status"] == "passed")
    is_sound = not any(each["guard"] is None for each in result["imports"]["unresolved"])
    check("exit", 0 if good and is_sound and not result["imports"]["anchors"] else 1, code)
    check("processes left", [], case.strays())
    check("files left", "", subprocess.run([*GIT, "status", "--porcelain"], cwd=case.root, capture_output=True, text=True).stdout)
    if seeded:
        print(textwrap.indent("\n".join("%s %s" % (o, n) for n, o in first if skip(n)), "        "))
        print("        unittest: " + ", ".join("%s %s" % (o, n.rsplit(".", 2)[-2:]) for n, o in real["outcomes"] if skip(n)), "around %d" % real["around"])
    return wrong


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("xtask")
    parser.add_argument("work")
    parser.add_argument("suites", nargs="+")
    parser.add_argument("--kind", action="append")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--pattern", default="test*.py")
    arguments = parser.parse_args()
    arguments.xtask, arguments.work = os.path.abspath(arguments.xtask), os.path.abspath(arguments.work)
    bad = total = 0
    for suite in arguments.suites:
        project, python, tests = suite.split("=")
        project, python = os.path.abspath(project), os.path.abspath(python)
        for kind in arguments.kind or KINDS:
            case = UnittestCase(arguments, project, tests, kind)
            real = truth(case, python, arguments.limit if kind.startswith("hang") else 900)
            case.end_strays()
            code, result = validate(case, arguments, python)
            wrong = differences(case, kind, real, code, result)
            total, bad = total + 1, bad + bool(wrong)
            run_ = result["runs"][0]
            counts = ", ".join("%s %d" % item for item in run_["counts"].items() if item[1])
            line = "%s %s" % (os.path.basename(project), kind), run_["status"], counts, len(result["causes"]), real["tally"]
            print("%-28s %s: %s; %d causes; unittest %s" % line, flush=True)
            for each in wrong:
                print("    " + each, flush=True)
    print("%d of %d cases differ" % (bad, total))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
