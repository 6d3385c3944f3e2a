#!/usr/bin/env python3
"""Runs `xtask validate` on small suites of odd kinds, beside pytest itself, and tells where the two differ.

usage: odd_suites.py XTASK WORK PYTHON [--only NAME]... [--from NAME] [--limit SECONDS] [--report]

XTASK   the program
WORK    an empty or new folder, outside of any repository
PYTHON  an interpreter with pytest, pytest-xdist, pytest-timeout, pytest-rerunfailures and pytest-asyncio

Each suite is a repository of its own in WORK. What pytest says is recorded as `compare_validate.py` does it; beside
that each suite states what must stand in the result: status, end, culprit, exit code, counts, causes.
--report prints each report in full, to be read.
"""

import argparse
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from compare_validate import Case, differences, truth, validate  # noqa: E402

GOOD = "def test_good(): pass\n"
MANY = "import pytest\n@pytest.mark.parametrize('n', range(40))\ndef test_many(n): assert n != 7\n"
STUBBORN = "import subprocess, sys\ndef test_waits(): subprocess.run([sys.executable, '-c', %r])\n" % (
    "import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(600)"
)
UNITTEST = """import unittest
class Base(unittest.TestCase):
    def test_inherited(self): self.assertTrue(self.value)
class TestOne(Base):
    value = 1
    def setUp(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail('as expected')
    @unittest.expectedFailure
    def test_unexpected(self): pass
    @unittest.skip('not now')
    def test_skipped(self): pass
    def test_subs(self):
        for i in range(3):
            with self.subTest(i=i): self.assertEqual(i, 0)
class TestTwo(Base):
    value = 0
class TestSetup(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError('class set-up')
    def test_a(self): pass
    def test_b(self): pass
class TestTear(unittest.TestCase):
    def tearDown(self): raise RuntimeError('tear-down')
    def test_a(self): pass
    def test_fails_too(self): self.fail('and the body')
del Base
"""
PHASES = """import pytest
@pytest.fixture
def bad_setup(): raise RuntimeError('set-up')
@pytest.fixture
def bad_end():
    yield 1
    raise RuntimeError('tear-down')
def test_setup(bad_setup): pass
def test_end(bad_end): pass
def test_both(bad_end): assert bad_end == 2
@pytest.mark.xfail(strict=True, reason='known')
def test_strict(): pass
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail(raises=KeyError)
def test_other(): raise ValueError('not the one')
@pytest.mark.xfail
def test_xfail_end(bad_end): assert 0
@pytest.mark.skip
def test_skip(): pass
def test_skips_itself(): pytest.skip('later')
"""
INHERITED = """import pytest
class Contract:
    def test_one(self): assert self.n
    @pytest.mark.parametrize('x', [1, 2])
    def test_two(self, x): assert x == self.n
class TestA(Contract): n = 1
class TestB(Contract): n = 0
class TestC(TestA): n = 2
"""
NAMES = """import pytest
@pytest.mark.parametrize('x', ['a::b', 'c[d]', 'line\\nbreak', 'tab\\t', '\\U0001F600', 'é', '', ' ', '|', '`x`', '<b>', '#2', '\\x00', '\\x1b[31m', 'a/b', '"', "'", '\\\\'])
def test_name(x): assert x == 'none'
@pytest.mark.parametrize('x', [1, 1, 1], ids=['same', 'same', 'same'])
def test_same(x): pass
"""

# Name: files, and what must be so. Keys of `must`: status, end, culprit, exit, causes, counts; `limits` are lines for
# the suite in xtask.toml, `python` another command line for the interpreter, `alone` where pytest itself is no judge.
SUITES = {
    "plain": ({"tests/test_a.py": GOOD}, dict(status="passed", exit=0)),
    "xdist": ({"tests/test_a.py": MANY, "pytest.ini": "[pytest]\naddopts = -n 2\n"}, dict(status="failed", causes=1)),
    "xdist cache options": ({"tests/test_a.py": MANY, "pytest.ini": "[pytest]\naddopts = -n 2 --lf --sw\n"}, dict(status="failed", causes=1, alone=True)),
    "xdist crash": (
        {"tests/test_a.py": MANY + "def test_dies():\n    import os; os.kill(os.getpid(), 11)\n", "pytest.ini": "[pytest]\naddopts = -n 2\n"},
        dict(status="failed", causes=2),
    ),
    "xdist exit": (
        {"tests/test_a.py": MANY + "def test_dies():\n    import os; os._exit(0)\n", "pytest.ini": "[pytest]\naddopts = -n 2\n"},
        dict(status="failed", causes=2),
    ),
    "xdist hang": (
        {"tests/test_a.py": MANY + "def test_waits():\n    import time; time.sleep(600)\n", "pytest.ini": "[pytest]\naddopts = -n 2\n"},
        dict(status="timed-out", culprit="tests/test_a.py::test_waits", alone=True, counts={"collected": 41, "not_run": 0, "failed": 2}),
    ),
    "xdist loadscope": ({"tests/test_a.py": PHASES + INHERITED, "pytest.ini": "[pytest]\naddopts = -n 2 --dist loadscope\n"}, dict(status="failed")),
    "subtests": (
        {"tests/test_a.py": "def test_s(subtests):\n    for i in range(4):\n        with subtests.test('n', i=i): assert i % 2\ndef test_t(subtests):\n    with subtests.test('only'): pass\n"},
        dict(status="failed", counts={"collected": 2, "failed": 1, "passed": 1}),
    ),
    "unittest by pytest": ({"tests/test_a.py": UNITTEST}, dict(status="failed")),
    "phases": ({"tests/test_a.py": PHASES}, dict(status="failed")),
    "inherited": ({"tests/test_a.py": INHERITED}, dict(status="failed")),
    "names": ({"tests/test_a.py": NAMES}, dict(status="failed", counts={"collected": 21, "failed": 18, "passed": 3})),
    "rerunfailures": (
        {"tests/test_a.py": "n = 0\ndef test_flaky():\n    global n; n += 1; assert n == 3\n", "pytest.ini": "[pytest]\naddopts = --reruns 3\n"},
        dict(alone=True, counts={"collected": 1, "flaky": 1}),
    ),
    "pytest-timeout signal": (
        {"tests/test_a.py": "import time\ndef test_slow(): time.sleep(30)\n" + GOOD, "pytest.ini": "[pytest]\ntimeout = 1\n"},
        dict(status="failed", counts={"failed": 1, "passed": 1}),
    ),
    "pytest-timeout thread": (
        {"tests/test_a.py": "import time\ndef test_slow(): time.sleep(30)\n" + GOOD, "pytest.ini": "[pytest]\ntimeout = 1\ntimeout_method = thread\n"},
        dict(status="incomplete", culprit="tests/test_a.py::test_slow", counts={"passed": 1, "not_run": 0}),
    ),
    "asyncio": (
        {"tests/test_a.py": "import asyncio\nasync def test_a(): await asyncio.sleep(0)\nasync def test_b(): assert 0\n", "pytest.ini": "[pytest]\nasyncio_mode = auto\n"},
        dict(status="failed", counts={"failed": 1, "passed": 1}),
    ),
    "exit zero": (
        {"tests/test_a.py": GOOD + "def test_leaves():\n    import os; os._exit(0)\n" + "def test_after(): pass\n"},
        dict(status="incomplete", end="exited-early", culprit="tests/test_a.py::test_leaves", exit=1, counts={"collected": 3, "passed": 2}),
    ),
    "exit zero at once": (
        {"tests/conftest.py": "import os\nos._exit(0)\n", "tests/test_a.py": GOOD},
        dict(status="incomplete", exit=1, alone=True),
    ),
    "exit zero in import": (
        {"tests/test_a.py": "import os\nos._exit(0)\n" + GOOD, "tests/test_b.py": GOOD},
        dict(status="incomplete", exit=1, culprit="tests/test_a.py", alone=True, counts={"passed": 1}),
    ),
    "exit in session finish": (
        {"tests/conftest.py": "import os\ndef pytest_sessionfinish(): os._exit(0)\n", "tests/test_a.py": GOOD},
        dict(status="incomplete", exit=1, alone=True),
    ),
    "sys.exit in test": ({"tests/test_a.py": "import sys\ndef test_x(): sys.exit(0)\n" + GOOD}, dict(status="failed", counts={"failed": 1, "passed": 1})),
    "sys.exit in import": (
        {"tests/test_a.py": "import sys\nsys.exit(0)\n" + GOOD, "tests/test_b.py": GOOD},
        dict(exit=1, alone=True, culprit="tests/test_a.py", counts={"errors": 1, "passed": 1}),
    ),
    "pytest.exit": (
        {"tests/test_a.py": "import pytest\n" + GOOD + "def test_x(): pytest.exit('enough', 0)\ndef test_after(): pass\n"},
        dict(status="incomplete", end="stopped", exit=1, alone=True),
    ),
    "keyboard interrupt": (
        {"tests/test_a.py": GOOD + "def test_x(): raise KeyboardInterrupt\ndef test_after(): pass\n"},
        dict(status="incomplete", exit=1, alone=True, culprit="tests/test_a.py::test_x"),
    ),
    "hang": ({"tests/test_a.py": GOOD + "def test_waits():\n    while True: pass\ndef test_after(): pass\n"}, dict(status="timed-out", end="hung", culprit="tests/test_a.py::test_waits", exit=1)),
    "hang grandchild": ({"tests/test_a.py": STUBBORN + GOOD}, dict(status="timed-out", culprit="tests/test_a.py::test_waits")),
    "hang in import": ({"tests/test_a.py": "import time\ntime.sleep(600)\n", "tests/test_b.py": GOOD}, dict(status="timed-out", culprit="tests/test_a.py", alone=True, counts={"passed": 1})),
    "hang in fixture end": (
        {"tests/test_a.py": "import pytest, time\n@pytest.fixture(scope='module')\ndef f():\n    yield\n    time.sleep(600)\ndef test_f(f): pass\n", "tests/test_b.py": GOOD},
        dict(status="timed-out", culprit="tests/test_a.py::test_f", counts={"not_run": 0}),
    ),
    "thread that stays": (
        {"tests/test_a.py": "import threading, time\ndef test_t(): threading.Thread(target=time.sleep, args=(600,)).start()\n"},
        dict(status="timed-out", alone=True, limits="suite_timeout = 8\n", counts={"passed": 1}),
    ),
    "daemon left": (
        {"tests/test_a.py": "import subprocess, sys\ndef test_t(): subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"},
        dict(status="passed", exit=0),
    ),
    "daemon that left its group": (
        {"tests/test_a.py": "import subprocess, sys\ndef test_t(): subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"},
        dict(status="passed", exit=0),
    ),
    "segfault": ({"tests/test_a.py": GOOD + "def test_dies():\n    import ctypes; ctypes.string_at(0)\ndef test_after(): pass\n"}, dict(status="incomplete", end="crashed", culprit="tests/test_a.py::test_dies", causes=1)),
    "abort": ({"tests/test_a.py": GOOD + "def test_dies():\n    import os; os.abort()\ndef test_after(): pass\n"}, dict(status="incomplete", end="crashed", culprit="tests/test_a.py::test_dies", causes=1)),
    "kill": ({"tests/test_a.py": GOOD + "def test_dies():\n    import os; os.kill(os.getpid(), 9)\ndef test_after(): pass\n"}, dict(status="incomplete", end="crashed", culprit="tests/test_a.py::test_dies", causes=1)),
    "recursion": ({"tests/test_a.py": "def f(n): return f(n + 1)\ndef test_deep(): f(0)\n" + GOOD}, dict(status="failed", causes=1)),
    "fork": (
        {"tests/test_a.py": "import os\ndef test_f():\n    if os.fork() == 0: os._exit(0)\n    os.wait()\ndef test_g():\n    pid = os.fork()\n    if pid == 0: raise SystemExit(0)\n    os.waitpid(pid, 0)\n" + GOOD},
        dict(alone=True, counts={"collected": 3, "passed": 3}, status="passed"),
    ),
    "closes everything": ({"tests/test_a.py": "import os\ndef test_c(): os.closerange(3, 100)\n" + GOOD}, dict(alone=True, counts={"collected": 2, "not_run": 0}, exit=1)),
    "usage error": ({"tests/test_a.py": GOOD, "pytest.ini": "[pytest]\naddopts = --no-such-option\n"}, dict(status="cannot-run", end="usage-error", exit=2, alone=True)),
    "plugin missing": ({"tests/test_a.py": GOOD, "pytest.ini": "[pytest]\naddopts = -p pytest_gone\n"}, dict(exit=2, status="cannot-run", alone=True, install="pytest-gone")),
    "cov missing": ({"tests/test_a.py": GOOD, "setup.cfg": "[tool:pytest]\naddopts = --cov=src --cov-report=term\n"}, dict(status="cannot-run", exit=2, alone=True, install="pytest-cov")),
    "required plugin": ({"tests/test_a.py": GOOD, "pytest.ini": "[pytest]\nrequired_plugins = pytest-gone>=2\n"}, dict(status="cannot-run", exit=2, alone=True, install="pytest-gone")),
    "too old": ({"tests/test_a.py": GOOD, "pytest.ini": "[pytest]\nminversion = 99\n"}, dict(status="cannot-run", exit=2, alone=True, install="pytest")),
    "strict marker": ({"tests/test_a.py": "import pytest\n@pytest.mark.gone\ndef test_a(): pass\n", "tests/test_b.py": GOOD, "pytest.ini": "[pytest]\naddopts = --strict-markers\n"}, dict(status="failed", exit=1, causes=1)),
    "cache options": (
        {"tests/test_a.py": GOOD, "pytest.ini": "[pytest]\naddopts = --ff --strict-config\ncache_dir = .cache/pytest\n"},
        dict(status="passed", exit=0, alone=True),
    ),
    "cache fixture": ({"tests/test_a.py": "def test_c(cache): cache.set('a/b', 1); assert cache.get('a/b', 0) == 1\n"}, dict(alone=True, status="passed", exit=0)),
    "exitfirst": ({"tests/test_a.py": "def test_a(): assert 0\ndef test_b(): assert 0\n", "pytest.ini": "[pytest]\naddopts = -x\n"}, dict(status="failed", counts={"failed": 2})),
    "exitfirst by variable": ({"tests/test_a.py": "def test_a(): assert 0\ndef test_b(): assert 0\n"}, dict(status="failed", counts={"failed": 2}, environment={"PYTEST_ADDOPTS": "-x"})),
    "quiet": ({"tests/test_a.py": MANY, "pytest.ini": "[pytest]\naddopts = -qqq --no-header --tb=no --disable-warnings\n"}, dict(status="failed", causes=1)),
    "no terminal": ({"tests/test_a.py": MANY, "pytest.ini": "[pytest]\naddopts = -p no:terminal\n"}, dict(alone=True, status="failed", causes=1, counts={"collected": 40, "failed": 1})),
    "native tracebacks": ({"tests/test_a.py": MANY, "pytest.ini": "[pytest]\naddopts = --tb=native --full-trace -s -vv -l\n"}, dict(status="failed", causes=1)),
    "doctest": ({"tests/test_a.py": "'''\n>>> 1 + 1\n3\n'''\n" + GOOD, "tests/b.txt": ">>> 2\n2\n", "pytest.ini": "[pytest]\naddopts = --doctest-modules --doctest-glob=*.txt\n"}, dict(status="failed", counts={"failed": 1, "passed": 2})),
    "internal error": ({"tests/conftest.py": "def pytest_runtest_protocol(item): raise RuntimeError('hook')\n", "tests/test_a.py": GOOD}, dict(status="incomplete", end="internal-error", exit=1, alone=True)),
    "internal error in collection": ({"tests/conftest.py": "def pytest_collection_modifyitems(items): raise RuntimeError('hook')\n", "tests/test_a.py": GOOD}, dict(status="incomplete", end="internal-error", exit=1, alone=True)),
    "internal error at the end": ({"tests/conftest.py": "def pytest_sessionfinish(session): raise RuntimeError('hook')\n", "tests/test_a.py": GOOD}, dict(exit=1, alone=True)),
    "broken conftest": ({"tests/conftest.py": "import gone_module\n", "tests/test_a.py": GOOD}, dict(end="broken-conftest", culprit="tests/conftest.py", exit=1, alone=True)),
    "conftest syntax": ({"conftest.py": "def (:\n", "tests/test_a.py": GOOD}, dict(end="broken-conftest", culprit="conftest.py", exit=1, alone=True)),
    "conftest below": ({"tests/sub/conftest.py": "import gone_module\n", "tests/sub/test_a.py": GOOD, "tests/test_b.py": GOOD}, dict(exit=1, alone=True, causes=1, counts={"errors": 1, "passed": 1})),
    "conftest exits": ({"tests/conftest.py": "import pytest\npytest.exit('no database', 0)\n", "tests/test_a.py": GOOD}, dict(exit=1, alone=True)),
    "conftest skips all": ({"tests/conftest.py": "collect_ignore_glob = ['*']\n", "tests/test_a.py": GOOD}, dict(status="failed", end="nothing-collected", exit=1)),
    "none": ({"tests/test_a.py": "def helper(): pass\n"}, dict(status="failed", end="nothing-collected", exit=1)),
    "all deselected": ({"tests/test_a.py": GOOD, "pytest.ini": "[pytest]\naddopts = -k nothing_of_the_kind\n"}, dict(status="failed", exit=1, counts={"deselected": 1})),
    "some deselected": ({"tests/test_a.py": MANY, "pytest.ini": "[pytest]\naddopts = -k 'not 7'\n"}, dict(status="passed", exit=0, counts={"deselected": 4, "passed": 36})),
    "module skipped": ({"tests/test_a.py": "import pytest\npytest.importorskip('gone_module')\n" + GOOD, "tests/test_b.py": GOOD}, dict(status="passed", exit=0)),
    "all skipped": ({"tests/test_a.py": "import pytest\npytest.skip('no', allow_module_level=True)\n"}, dict(exit=1)),
    "syntax error": ({"tests/test_a.py": "def f(:\n", "tests/test_b.py": GOOD}, dict(status="failed", causes=1)),
    "missing import": ({"tests/test_a.py": "import gone\n", "tests/sub/test_b.py": "from gone.inner import x\n", "tests/test_c.py": "def test_l():\n    import gone\n" + GOOD}, dict(status="failed", causes=1)),
    "three causes": (
        {"tests/test_%d.py" % n: "def test_a(): raise ValueError('id=%d at ' + hex(id(object())))\ndef test_b(): raise KeyError('key')\ndef test_c(): assert 0, 'cause C'\n" % n for n in range(4)},
        dict(status="failed", causes=3),
    ),
    "megabytes": ({"tests/test_a.py": "import sys\ndef test_m():\n    for _ in range(3000): sys.__stdout__.write('x' * 4096); sys.stderr.write('\\x1b[31mé' * 500)\n    assert 0\n" + GOOD, "pytest.ini": "[pytest]\naddopts = -s\n"}, dict(status="failed", causes=1, counts={"failed": 1, "passed": 1})),
    "bytes": ({"tests/test_a.py": "import os\ndef test_m():\n    os.write(1, bytes(range(256)) * 50); os.write(2, b'\\xff\\xfe{\"e\":\"finish\"}\\n')\n    assert '\\udcff' == 'x'\n" + GOOD, "pytest.ini": "[pytest]\naddopts = -s\n"}, dict(status="failed", counts={"failed": 1, "passed": 1})),
    "huge message": ({"tests/test_a.py": "def test_m(): raise ValueError('x' * 20_000_000)\ndef test_n(): assert 'a' * 100000 == 'b' * 100000\n"}, dict(status="failed", causes=2)),
    "writes": ({"tests/test_a.py": "def test_w(): open('made.txt', 'w').write('x')\n"}, dict(status="passed", exit=0, leaves=True)),
    "changes folder": ({"tests/test_a.py": "import os\ndef test_w(): os.chdir('/')\ndef test_f(): assert 0\n"}, dict(status="failed", causes=1)),
    "clears environment": ({"tests/test_a.py": "import os\ndef test_w(): os.environ.clear()\ndef test_f(): assert 0\n"}, dict(status="failed", causes=1)),
    "patches json and time": ({"tests/test_a.py": "import json, time, os\ndef test_w(): json.dumps = time.perf_counter = time.time = os.getpid = None\ndef test_f(): assert 0\n"}, dict(alone=True, exit=1)),
    "frozen clock": ({"tests/test_a.py": "import time, pytest\n@pytest.fixture(autouse=True)\ndef f(monkeypatch): monkeypatch.setattr(time, 'time', lambda: 0.0); monkeypatch.setattr(time, 'perf_counter', lambda: 0.0)\n" + MANY}, dict(status="failed", causes=1)),
    "same names": ({"tests/a/test_same.py": GOOD, "tests/b/test_same.py": GOOD}, dict(status="failed", causes=1)),
    "importlib mode": ({"tests/a/test_same.py": GOOD, "tests/b/test_same.py": GOOD, "pytest.ini": "[pytest]\naddopts = --import-mode=importlib\n"}, dict(status="passed", exit=0)),
    "warnings are errors": ({"tests/test_a.py": "import warnings\ndef test_w(): warnings.warn('old', DeprecationWarning)\n" + GOOD, "pytest.ini": "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"}, dict(status="failed", counts={"failed": 1, "passed": 1})),
    "exception group": ({"tests/test_a.py": "def test_g(): raise ExceptionGroup('several', [ValueError('a'), KeyError('b')])\n"}, dict(status="failed", causes=1)),
    "hostile exception": ({"tests/test_a.py": "class E(Exception):\n    def __str__(self): raise RuntimeError('no')\n    __repr__ = __str__\ndef test_e(): raise E\n" + GOOD}, dict(status="failed", causes=1)),
    "base exception": ({"tests/test_a.py": "class B(BaseException): pass\ndef test_b(): raise B('x')\n" + GOOD}, dict(status="failed", causes=1, counts={"failed": 1, "passed": 1})),
    "yaml items": (
        {"tests/conftest.py": "import pytest\ndef pytest_collect_file(parent, file_path):\n    if file_path.suffix == '.yaml': return F.from_parent(parent, path=file_path)\nclass F(pytest.File):\n    def collect(self):\n        for n in ('a', 'b', 'a'): yield I.from_parent(self, name=n)\nclass I(pytest.Item):\n    def runtest(self): assert self.name != 'b'\n    def reportinfo(self): return self.path, None, self.name\n", "tests/x.yaml": "a\n"},
        dict(alone=True, status="failed", counts={"collected": 3, "failed": 1, "passed": 2}),
    ),
    "flaky": ({"tests/test_a.py": "import os\ndef test_f():\n    p = os.path.join(os.environ['SEED_STATE'], 'f')\n    n = os.path.exists(p); open(p, 'w').close(); assert n\n" + GOOD}, dict(exit=1, counts={"flaky": 1, "passed": 1})),
    "order": ({"tests/test_a.py": "seen = []\ndef test_a(): seen.append(1)\ndef test_b(): assert not seen\n"}, dict(alone=True, exit=1, status="failed", counts={"failed": 1, "passed": 1})),
}


class Odd(Case):
    """A repository made of the files of one suite."""

    def __init__(self, arguments, name):
        files, self.must = SUITES[name]
        self.tests, self.intent, self.extra = "tests", {}, []
        self.prepare(os.path.join(arguments.work, name.replace(" ", "-")))
        for path, text in files.items():
            place = os.path.join(self.root, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)
        self.commit()

    def environment(self):
        return dict(super().environment(), **self.must.get("environment", {}))


def unlike(case, code, result):
    """Where the result is not as it must be."""
    first = result["runs"][0]
    found = dict(status=first["status"], end=first["end"], culprit=first["culprit"], exit=code, causes=len(result["causes"]))
    for key, value in found.items():
        if key in case.must and case.must[key] != value:
            yield "%s: must be %s, is %s" % (key, case.must[key], value)
    for key, value in case.must.get("counts", {}).items():
        if first["counts"][key] != value:
            yield "%s: must be %s, is %s" % (key, value, first["counts"][key])
    if "install" in case.must and case.must["install"] not in (first["install"] or ""):
        yield "install: must name %s, is %s" % (case.must["install"], first["install"])


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("xtask")
    parser.add_argument("work")
    parser.add_argument("python")
    parser.add_argument("--only", action="append")
    parser.add_argument("--from", dest="start")
    parser.add_argument("--limit", type=int, default=5)
    parser.add_argument("--report", action="store_true")
    arguments = parser.parse_args()
    arguments.xtask, arguments.work = os.path.abspath(arguments.xtask), os.path.abspath(arguments.work)
    python = os.path.abspath(arguments.python)
    bad = 0
    names = arguments.only or list(SUITES)
    names = names[names.index(arguments.start) :] if arguments.start else names
    for name in names:
        case = Odd(arguments, name)
        wrong = []
        if not case.must.get("alone"):
            real = truth(case, python, arguments.limit * 3)
            case.end_strays()
        limits = "test_timeout = %d\n" % arguments.limit + case.must.get("limits", "")
        code, result = validate(case, arguments, python, limits)
        if not case.must.get("alone"):
            wrong += differences(case, real, code, result)
        elif case.strays():
            wrong.append("processes left: %s" % case.strays())
        if case.must.get("leaves"):
            wrong = [line for line in wrong if not line.startswith("files left")]
        wrong += unlike(case, code, result)
        bad += bool(wrong)
        first = result["runs"][0]
        counts = ", ".join("%s %d" % item for item in first["counts"].items() if item[1])
        print("%-30s %s, %s: %s; %d causes" % (name, first["status"], first["end"], counts, len(result["causes"])), flush=True)
        for line in wrong:
            print("    " + line, flush=True)
        if arguments.report or wrong:
            print("    why: %s" % first["why"])
        if arguments.report:
            print(subprocess.run([arguments.xtask, "--config", os.path.join(case.work, "xtask.toml"), "validate"], cwd=case.root, env=case.environment(), capture_output=True, text=True).stdout)
    print("%d of %d suites differ" % (bad, len(names)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
