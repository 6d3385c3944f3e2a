"""Runs unittest cases of the files named on the command line and tells xtask what happens.

The events are those of the module for pytest, the ids are those that pytest would give. Needs nothing but
the standard library of Python 3.7 or later.
"""

import faulthandler
import importlib
import inspect
import json
import os
import signal
import sys
import time
import unittest
import warnings

import xtask_shards
from xtask_pipe import Pipe, clean, short

_FRAME_CAP = 60
_PACKAGE = "__init__.py"
_MACHINERY = ("<frozen ", os.path.dirname(os.path.abspath(unittest.__file__)) + os.sep)

_pipe = Pipe(os.environ["XTASK_EVENTS"])
send = _pipe.send
_now = time.perf_counter


def describe(error):
    kind = type(error)
    module = getattr(kind, "__module__", None)
    name = kind.__qualname__ if module in (None, "builtins") else "%s.%s" % (module, kind.__qualname__)
    frames = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith(_MACHINERY):
            frames.append([clean(code.co_filename), traceback.tb_lineno or 0, clean(code.co_name)])
        traceback = traceback.tb_next
    try:
        message = short(error)
    except Exception as broken:
        message = "<message cannot be shown: %s>" % type(broken).__name__
    described = {"type": clean(name), "message": message, "frames": frames[-_FRAME_CAP:]}
    if isinstance(error, ImportError) and error.name:
        described["module"] = clean(error.name)
    if isinstance(error, SyntaxError) and error.filename:
        described["frames"].append([clean(error.filename), error.lineno or 0, "<module>"])
        described["message"] = short(error.msg)
    return described


def module_name(path):
    """The dotted name of a file, and the folder that it is imported from: the first without `__init__.py`."""
    folder, name = os.path.split(os.path.abspath(path))
    parts = [] if name == _PACKAGE else [os.path.splitext(name)[0]]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        parts.insert(0, name)
    return ".".join(parts), folder


def files_of(arguments):
    """The files to import: all test files of folders, but for those that `--ignore=` names name."""
    option = "--ignore="
    ignored = {os.path.abspath(argument[len(option) :]) for argument in arguments if argument.startswith(option)}
    paths = [argument for argument in arguments if not argument.startswith(option)]
    return (file for file in all_files_of(paths) if os.path.abspath(file) not in ignored)


def all_files_of(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
            if _PACKAGE in names:
                yield os.path.join(folder, _PACKAGE)
            for name in sorted(filter(is_test_file, names)):
                yield os.path.join(folder, name)


def is_test_file(name):
    return name.endswith(".py") and (name.startswith("test") or name.endswith("_test.py"))


def cases_of(suite):
    for entry in suite:
        if isinstance(entry, unittest.TestSuite):
            for case in cases_of(entry):
                yield case
        else:
            yield entry


def load(path, told):
    """The cases of one file, each with the file that it stands in; what goes wrong is told as pytest would tell it.

    A package is a file too: `unittest discover` takes its own cases, and where it has a `load_tests`, the tests of its
    folder are those that it names. Such folders are added to `told`.
    """
    send(e="collecting", id=clean(path))
    name, top = module_name(path)
    if top not in sys.path:
        sys.path.insert(0, top)
    folder = os.path.join(os.path.dirname(path), "")
    is_package = os.path.basename(path) == _PACKAGE
    try:
        module = importlib.import_module(name)
        if not is_loaded_from(module, path):
            text = "`%s` is imported as `%s`, which is already `%s`: folders of one name need an `__init__.py`"
            raise ImportError(text % (path, name, os.path.relpath(getattr(module, "__file__", None) or "?")))
        if is_package and hasattr(module, "load_tests"):
            found = list(cases_of(unittest.TestLoader().discover(folder or ".", top_level_dir=top)))
            told.append(folder)
        else:
            found = list(cases_of(unittest.defaultTestLoader.loadTestsFromModule(module)))
        failed = [case for case in found if type(case).__name__ == "_FailedTest"]
        files = [os.path.relpath(os.path.join(top, *case._testMethodName.split(".")) + ".py") for case in failed]
        for case, file in zip(failed, files):
            # What the loader makes of a `load_tests` that raises, and of a module below that cannot be imported.
            if file == path or not os.path.exists(file):
                raise case._exception
        cases = [(case, home_of(case, path) if is_package else path) for case in found if case not in failed]
        return cases + [case for file in files for case in load(file, told)]
    except (Exception, SystemExit) as error:
        if is_package and folder not in told and any(map(is_test_file, os.listdir(folder or "."))):
            # It is told of each file beside it, none of which can be imported without it.
            return []
        if isinstance(error, unittest.SkipTest):
            skip = {"reason": short(error), "path": clean(path), "line": None}
            send(e="collect-skip", id=clean(path), skip=skip)
        else:
            send(e="collect-error", id=clean(path), error=describe(error))
    return []


def home_of(case, path):
    """The file below this folder that defines the class of a case, else the package itself."""
    module = sys.modules.get(type(case).__module__)
    file = os.path.relpath(getattr(module, "__file__", None) or path)
    return path if file.startswith(os.pardir) or file == path else file


def is_loaded_from(module, path):
    try:
        return os.path.samefile(module.__file__, path)
    except (AttributeError, TypeError, OSError):
        return False


def id_of(case, path):
    """The id that pytest would give, or would if it knew such cases."""
    kind = type(case)
    if kind.__module__ in ("doctest", "unittest.case"):
        # All doctests, and all functions made to cases, are of one class and one method.
        return clean("%s::%s" % (path, case.id()))
    return clean("%s::%s::%s" % (path, kind.__qualname__.replace(".", "::"), case._testMethodName))


def place_of(case):
    try:
        method = inspect.unwrap(getattr(type(case), case._testMethodName))
        return method.__code__.co_firstlineno
    except (AttributeError, ValueError):
        return None


class Names:
    """What each case is called, and where it stands. Cases may be equal to others, so they go by identity."""

    def __init__(self):
        self.cases = []
        self.told = {}
        self.taken = set()

    def add(self, case, path):
        name = xtask_shards.unique(id_of(case, path), self.taken)
        self.cases.append(case)
        self.told[id(case)] = (name, clean(path), place_of(case))

    def keep(self, wanted):
        self.cases = [case for case in self.cases if self[case][0] in wanted]

    def __contains__(self, case):
        return id(case) in self.told

    def __getitem__(self, case):
        return self.told[id(case)]


class Result(unittest.TestResult):
    """Tells each step."""

    def __init__(self, names):
        super().__init__()
        self.names = names
        self.begun = set()
        self.started_at = 0.0
        self.last_of_class = {}
        self.tally = {}

    def count(self, name):
        self.tally[name] = self.tally.get(name, 0) + 1

    def startTest(self, test):
        super().startTest(test)
        self.begin(test)
        self.last_of_class[self.class_of(test)] = test

    def begin(self, test):
        name, path, line = self.names[test]
        send(e="start", id=name, path=path, line=line)
        self.begun.add(id(test))
        self.started_at = _now()

    def stopTest(self, test):
        seconds = _now() - self.started_at
        send(e="end", id=self.names[test][0], seconds=seconds, called=True)
        super().stopTest(test)

    def class_of(self, test):
        return "%s.%s" % (type(test).__module__, type(test).__qualname__)

    def phase(self, test, when, outcome, **more):
        send(e="phase", id=self.names[test][0], when=when, outcome=outcome, seconds=0, **more)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.count("passed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.count("failed")
        self.phase(test, "call", "failed", error=describe(err[1]))

    def addError(self, test, err):
        super().addError(test, err)
        self.count("error")
        if test in self.names:
            # An exception of the test itself is a failure of the test, as pytest counts it.
            self.phase(test, "call", "failed", error=describe(err[1]))
        else:
            self.around_class(test, error=describe(err[1]))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.count("skipped")
        skip = {"reason": short(reason), "path": None, "line": None}
        if test in self.names:
            if id(test) not in self.begun:
                # Some versions of Python do not start a test that is skipped as a whole.
                self.begin(test)
            self.phase(test, "call", "skipped", skip=skip)
        elif type(test).__name__ != "_ErrorHolder":
            test_case = getattr(test, "test_case", None)
            if test_case in self.names:
                self.phase(test_case, "call", "skipped", sub=short(test._subDescription()), skip=skip)
        else:
            self.around_class(test, skip=skip)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.count("xfailed")
        skip = {"reason": "", "path": None, "line": None}
        self.phase(test, "call", "skipped", xfail="", skip=skip)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.count("failed")
        error = {"type": "", "message": "Unexpected success", "frames": []}
        self.phase(test, "call", "failed", error=error)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.count("failed")
            sub = short(subtest._subDescription())
            self.phase(test, "call", "failed", sub=sub, error=describe(err[1]))

    def around_class(self, holder, error=None, skip=None):
        """What failed before the first or after the last test of a class or module concerns its tests."""
        what, _, where = holder.description.partition(" (")
        where = where.rstrip(")")
        if what.startswith("tearDown"):
            tests = [test for name, test in self.last_of_class.items() if name == where or name.startswith(where + ".")]
            for test in tests[-1:]:
                self.phase(test, "teardown", "failed", error=error)
            return
        for test in self.names.cases:
            name = self.class_of(test)
            if id(test) in self.begun or not (name == where or name.startswith(where + ".")):
                continue
            self.begin(test)
            if skip is not None:
                self.phase(test, "setup", "skipped", skip=skip)
            else:
                self.phase(test, "setup", "failed", error=error)
            send(e="end", id=self.names[test][0], seconds=0, called=False)


def main(arguments):
    try:
        faulthandler.enable()
        faulthandler.register(signal.SIGTERM, file=_pipe.descriptor, all_threads=True, chain=True)
    except (AttributeError, ValueError, RuntimeError, OSError):
        pass
    send(e="hello", python=sys.version.split()[0], pytest=None)
    send(e="session", root=clean(os.getcwd()), config=None, plugins=[], workers="0")
    selection = os.environ.get("XTASK_SELECTION")
    wanted = None
    if selection:
        with open(selection, encoding="utf-8") as file:
            wanted = set(json.load(file))
    names = Names()
    told = []
    for path in files_of(arguments):
        if path.startswith(tuple(told)):
            continue
        cases = load(path, told)
        send(e="file-done")
        for case, home in cases:
            names.add(case, home)
    if wanted is None and xtask_shards.SHARD:
        wanted, shard = xtask_shards.kept([names[case][0] for case in names.cases])
        send(e="shard", **shard)
    if wanted is not None:
        names.keep(wanted)
    send(e="items", items=[list(names[case]) for case in names.cases])
    send(e="collected", count=len(names.cases))
    result = Result(names)
    with warnings.catch_warnings():
        if not sys.warnoptions:
            # As unittest's own runner does.
            warnings.simplefilter("default")
        unittest.TestSuite(names.cases).run(result)
    failed = not result.wasSuccessful()
    status = 1 if failed else 0 if names.cases else 5
    send(e="finish", status=status, stats=result.tally)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
