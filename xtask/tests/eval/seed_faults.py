#!/usr/bin/env python3
"""Seeds one fault into a copy of a pytest project, and prints what was seeded as JSON.

usage: seed_faults.py PROJECT - WORK - --seed-only KIND      (the form that `compare_validate.py` calls)

The tests lie in `tests`, or in the folder that SEED_FOLDER names; the package in `src`, or beside it.
"""

import ast
import json
import os
import random
import re
import sys
from collections import Counter

SEED = 7
TESTS = os.environ.get("SEED_FOLDER", "tests")


def functions(root):
    """Undecorated test functions with a body on lines of its own: file, name, line and column of the body."""
    found = []
    for folder, folders, names in os.walk(os.path.join(root, TESTS)):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.startswith("test_") and name.endswith(".py"):
                path = os.path.join(folder, name)
                tree = ast.parse(open(path, encoding="utf-8").read())
                found += [(os.path.relpath(path, root), *function) for function in functions_of(tree)]
    plain = [function for function in found if "::" not in function[1]]  # methods may be inherited
    return plain if len(plain) >= 16 else found


def functions_of(tree):
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            inner = [(node.name + "::", function) for function in node.body]
        else:
            inner = [("", node)]
        for prefix, function in inner:
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or not function.name.startswith("test"):
                continue
            body = function.body[0]
            if function.decorator_list or body.lineno <= function.lineno:
                continue
            decorators = [decorator.lineno for decorator in getattr(body, "decorator_list", [])]
            yield prefix + function.name, min([body.lineno] + decorators), body.col_offset


class Seeder:
    def __init__(self, root):
        self.root = root
        found = functions(root)
        self.picked = random.Random(SEED).sample(found, min(16, len(found)))

    def insert(self, number, text):
        """Puts lines before the body of a picked function, and gives its id."""
        file, name, line, column = self.picked[number]
        path = os.path.join(self.root, file)
        lines = open(path, encoding="utf-8").read().split("\n")
        lines[line - 1 : line - 1] = [" " * column + part for part in text.split("\n")]
        open(path, "w", encoding="utf-8").write("\n".join(lines))
        return "%s::%s" % (file, name)

    def insert_all(self, numbers, text):
        """The same for several: from the last line of each file up, so that the lines stay true."""
        order = sorted(numbers, key=lambda number: (self.picked[number][0], -self.picked[number][2]))
        return sorted(self.insert(number, text(number)) for number in order)

    def append(self, file, text):
        path = os.path.join(self.root, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "a", encoding="utf-8").write(text)

    def clean(self):
        return {}

    def k_fail(self):
        """Twelve failures of three causes, spread over files."""
        causes = [
            'raise ValueError("seeded cause A: id=%d at 0x%x" % ({}, id(object())))',
            'raise KeyError("seeded-b")',
            'assert {} == -1, "seeded cause C"',
        ]
        failed = self.insert_all(range(min(12, len(self.picked))), lambda number: causes[number % 3].format(number))
        return {"expect_failed": failed, "groups": 3}

    def one_cause_many(self):
        """Eight tests call a helper that raises."""
        self.append(TESTS + "/seeded_helper.py", "def boom(n):\n    return {'a': 1}['missing']\n")
        load = (
            "import importlib.util as _u, os as _o\n"
            "_s = _u.spec_from_file_location('seeded_helper', _o.path.join(_o.environ['SEED_TESTS'], 'seeded_helper.py'))\n"
            "_m = _u.module_from_spec(_s); _s.loader.exec_module(_m); _m.boom(%d)"
        )
        failed = self.insert_all(range(min(8, len(self.picked))), lambda number: load % number)
        return {"expect_failed": failed, "groups": 1, "root_frame": TESTS + "/seeded_helper.py:2"}

    def import_break(self):
        """A module of the project has another name; its importers do not know."""
        source = os.path.join(self.root, "src")
        source = source if os.path.isdir(source) else self.root
        is_package = lambda name: os.path.exists(os.path.join(source, name, "__init__.py"))
        package = next(name for name in sorted(os.listdir(source)) if is_package(name) and name != TESTS)
        folder = os.path.join(source, package)
        modules = sorted(name[:-3] for name in os.listdir(folder) if name.endswith(".py") and name != "__init__.py")
        uses = Counter()
        for place, _, names in os.walk(os.path.join(self.root, TESTS)):
            for name in filter(lambda name: name.endswith(".py"), names):
                text = open(os.path.join(place, name), encoding="utf-8").read()
                for module in modules:
                    form = r"(from|import) {0}\.{1}\b|from {0} import .*\b{1}\b".format(package, module)
                    uses[module] += bool(re.search(form, text))
        module = uses.most_common(1)[0][0]
        os.rename(os.path.join(folder, module + ".py"), os.path.join(folder, module + "_moved.py"))
        return {"old": "%s.%s" % (package, module)}

    def test_import_break(self):
        """One test file imports a module that does not exist."""
        file = self.picked[0][0]
        path = os.path.join(self.root, file)
        text = open(path, encoding="utf-8").read()
        is_import = lambda node: isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__"
        line = next(node.lineno for node in ast.parse(text).body if is_import(node))
        lines = text.split("\n")
        lines.insert(line - 1, "import seeded_module_that_is_gone")
        open(path, "w", encoding="utf-8").write("\n".join(lines))
        return {"groups": 1}

    def syntax_error(self):
        self.append(self.picked[1][0], "\ndef broken(:\n    pass\n")
        return {"groups": 1}

    def hang(self):
        return {"expect_hang": self.insert(2, "import time as _t\nwhile True: _t.sleep(0.05)"), "groups": 1}

    def hang_child(self):
        """The test waits for a grandchild that ignores TERM and holds the streams open."""
        child = "import signal,time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
        text = "import subprocess as _p, sys as _s\n_p.run([_s.executable, '-c', %r])" % child
        return {"expect_hang": self.insert(3, text), "groups": 1}

    def flaky(self):
        """Three tests fail on their first, third, ... run."""
        text = (
            "import os as _o, pathlib as _p; _f = _p.Path(_o.environ['SEED_STATE'], 'flaky%d')\n"
            "_n = len(_f.read_bytes()) if _f.exists() else 0; _f.write_bytes(b'x' * (_n + 1))\n"
            "assert _n %% 2 == 1, 'seeded flake'"
        )
        return {"expect_flaky": self.insert_all(range(4, 7), lambda number: text % number)}

    def segfault(self):
        return {"expect_crash": self.insert(7, "import ctypes as _c; _c.string_at(0)"), "groups": 1}

    def exit_zero(self):
        return {"expect_crash": self.insert(8, "import os as _o; _o._exit(0)"), "groups": 1}

    def setup_teardown(self):
        self.append(TESTS + "/test_seeded_fixtures.py", FIXTURES)
        return {}

    def bad_conftest(self):
        self.append(TESTS + "/conftest.py", "\nimport seeded_conftest_gone\n")
        return {"groups": 1}

    def none_collected(self):
        return {"extra": ["-k", "seeded_no_such_test_anywhere"]}

    def duplicate_basename(self):
        for folder in ("seed_a", "seed_b"):
            self.append(TESTS + "/%s/test_seeded_same.py" % folder, "def test_x(): pass\n")
        return {}

    def slow(self):
        return {"expect_slowest": self.insert(9, "import time as _t; _t.sleep(1.5)")}


FIXTURES = r'''import unittest
import pytest
@pytest.fixture
def s():
    raise RuntimeError('seeded setup')
@pytest.fixture
def t():
    yield 1
    raise RuntimeError('seeded teardown')
def test_s(s): pass
def test_t(t): pass
def test_ft(t): assert t == 2
@pytest.mark.xfail
def test_xp(): pass
@pytest.mark.xfail
def test_xf(): assert 0
@pytest.mark.xfail(strict=True)
def test_xs(): pass
@pytest.mark.skip(reason='seeded')
def test_sk(): pass
@pytest.mark.parametrize('x', ['a/b', 'c::d', 'e[f]', '\x1b', 'é', 'line\nbreak'])
def test_p(x): pass
class TestSub(unittest.TestCase):
    def test_many(self):
        for i in range(4):
            with self.subTest(i=i): self.assertEqual(i % 2, 0)
'''

if __name__ == "__main__":
    project, kind = os.path.abspath(sys.argv[1]), sys.argv[sys.argv.index("--seed-only") + 1]
    print(json.dumps(getattr(Seeder(project), kind)()))
