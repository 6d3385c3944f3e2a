"""Tells xtask what a pytest session does, while it does it.

Loaded with `-p xtask_pytest` from a temporary folder; nothing is installed. Each event is one line of JSON that is
written at once to the pipe named by XTASK_EVENTS, so that a test that hangs, crashes or ends the process
takes only itself along. Works with pytest 6.2 and later, on Python 3.7 and later.
"""

import faulthandler
import json
import os
import pathlib
import signal
import sys

import _pytest
import pluggy
import pytest
from _pytest import cacheprovider, stepwise
from _pytest.reports import TestReport
from xtask_pipe import Pipe
from xtask_pipe import clean as _clean
from xtask_pipe import short as _short

_PIPE = os.environ.get("XTASK_EVENTS")
_SELECTION = os.environ.get("XTASK_SELECTION")
_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if _SELECTION or "XTASK_SHARD" in os.environ:
    import xtask_shards
else:
    xtask_shards = None
# Marks that say what a test is for.
_KINDS = ("unit", "integration", "experimental")
_FRAME_CAP = 60
# The two events of a test that just passes are written by hand: it is what most tests do, and costs a third.
_quoted = json.encoder.encode_basestring_ascii


_pipe = None
_deselected = 0
_workers_told = False
_collecting = None
# Seconds of those parts of running tests that simply passed, by id, and the tests whose call is one of them.
_passed = {}
_called = set()
# The test that began last, and its id as JSON.
_begun = ("", '""')
# Exceptions of the running test that no report has told yet, by id and part.
_raised = {}
# Whether a test has ended and none has begun since.
_between_tests = False
# Failures that reports told of.
_failures = 0
_shard = None
_kinds = {}
# What the items of a part are called, by identity, and all names so far.
_names = {}
_taken = set()


def _listen():
    global _pipe
    if not _PIPE:
        return
    try:
        pipe = Pipe(_PIPE)
    except OSError:
        return
    try:
        # When xtask ends a hanging test, this says where it hung.
        faulthandler.register(signal.SIGTERM, file=pipe.descriptor, all_threads=True, chain=True)
    except (AttributeError, ValueError, RuntimeError, OSError):
        pass
    if not _IS_WORKER:
        _pipe = pipe
        pipe.send(e="hello", python=sys.version.split()[0], pytest=pytest.__version__)


def _message(error):
    try:
        return _short(error)
    except Exception as broken:
        return "<message cannot be shown: %s>" % type(broken).__name__


def _type_name(error):
    kind = type(error)
    module = getattr(kind, "__module__", None)
    name = getattr(kind, "__qualname__", kind.__name__)
    return _clean(name if module in (None, "builtins") else "%s.%s" % (module, name))


_MACHINERY = ("<frozen ",) + tuple(
    os.path.dirname(os.path.abspath(module.__file__)) + os.sep for module in (_pytest, pluggy)
)


def _frames(traceback):
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith(_MACHINERY):
            frames.append([_clean(code.co_filename), traceback.tb_lineno or 0, _clean(code.co_name)])
        traceback = traceback.tb_next
    return frames[-_FRAME_CAP:]


def _describe(error):
    """An exception as plain values; of pytest's own wrappers the one they wrap."""
    wrapped = getattr(error, "__cause__", None)
    if type(error).__name__ in ("CollectError", "ConftestImportFailure"):
        wrapped = wrapped or getattr(error, "cause", None)
        excinfo = getattr(error, "excinfo", None)
        if wrapped is None and excinfo is not None:
            wrapped = excinfo[1]
        if wrapped is not None:
            error = wrapped
    described = {
        "type": _type_name(error),
        "message": _message(error),
        "frames": _frames(error.__traceback__),
    }
    if isinstance(error, ImportError) and error.name:
        described["module"] = _clean(error.name)
    if isinstance(error, SyntaxError) and error.filename:
        described["frames"].append([_clean(error.filename), error.lineno or 0, "<module>"])
        described["message"] = _short(error.msg)
    return described


def _from_report(report):
    """What a report that came without its exception still tells."""
    longrepr = getattr(report, "longrepr", None)
    if longrepr is None:
        return None
    crash = getattr(longrepr, "reprcrash", None)
    if crash is None:
        return {"type": "", "message": _short(longrepr), "frames": []}
    frames = []
    for entry in getattr(getattr(longrepr, "reprtraceback", None), "reprentries", []) or []:
        place = getattr(entry, "reprfileloc", None)
        if place is not None:
            frames.append([_clean(place.path), place.lineno, ""])
    if not frames:
        frames.append([_clean(crash.path), crash.lineno, ""])
    kind, _, message = str(crash.message).partition(": ")
    if not kind.replace(".", "").replace("_", "").isalnum():
        kind, message = "", str(crash.message)
    return {"type": _clean(kind), "message": _short(message), "frames": frames[-_FRAME_CAP:]}


def _skip_of(report):
    """Place and reason of a skip."""
    longrepr = getattr(report, "longrepr", None)
    if isinstance(longrepr, tuple) and len(longrepr) == 3:
        path, line, reason = longrepr
        reason = str(reason)
        if reason.startswith("Skipped: "):
            reason = reason[len("Skipped: ") :]
        return {"reason": _short(reason), "path": _clean(path), "line": line}
    return {"reason": _short(longrepr or ""), "path": None, "line": None}


def _is_sub(report):
    return type(report).__name__.lower() == "subtestreport"


def _sub_name(report):
    # pytest has it since version 9, under a name of its own; before it was a plugin.
    for name in ("_sub_test_description", "sub_test_description"):
        try:
            return _short(getattr(report, name)())
        except Exception:
            pass
    return ""


def pytest_addoption(parser, pluginmanager):
    # pytest's cache is off, so that it leaves no folder behind; configurations that speak of it are no mistake.
    if pluginmanager.is_blocked("cacheprovider"):
        cacheprovider.pytest_addoption(parser)
        stepwise.pytest_addoption(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    # A debugger that configuration asks for has nobody to talk to: it ends the session at the first failure, and with
    # `--trace` takes each test for one that passed.
    config.option.usepdb = config.option.trace = False
    if not hasattr(config, "cache"):
        folder = pathlib.Path(__file__).resolve().parent / "cache"
        config.cache = cacheprovider.Cache(folder, config, _ispytest=True)


@pytest.fixture
def cache(request):
    """pytest's own fixture of this name; what is kept lasts for one session."""
    return request.config.cache


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests():
    outcome = yield
    if _pipe and outcome.excinfo:
        error = outcome.excinfo[1]
        path = getattr(error, "path", None)
        if path is not None and type(error).__name__ == "ConftestImportFailure":
            _pipe.send(e="conftest", path=_clean(path), error=_describe(error))


def _named(dist):
    """Name and version of a plugin: read by hand, for `dist.version` parses the whole file as a mail does."""
    try:
        head = dist.read_text("METADATA").split("\n\n", 1)[0]
        fields = dict(line.split(": ", 1) for line in head.splitlines() if line.startswith(("Name: ", "Version: ")))
        return "%s %s" % (fields["Name"], fields["Version"])
    except Exception:
        return "%s %s" % (dist.project_name, dist.version)


def pytest_sessionstart(session):
    if not _pipe:
        return
    config = session.config
    inifile = getattr(config, "inipath", None)
    plugins = {_named(dist) for _, dist in config.pluginmanager.list_plugin_distinfo()}
    _pipe.send(
        e="session",
        root=_clean(config.rootpath),
        config=_clean(inifile) if inifile else None,
        plugins=sorted(map(_clean, plugins)),
        workers=str(getattr(config.option, "numprocesses", None) or 0),
        cov=bool(getattr(config.option, "cov_source", None)),
    )


def pytest_collectstart(collector):
    global _collecting
    if _pipe and isinstance(collector, pytest.File):
        _collecting = collector.nodeid
        _pipe.send(e="collecting", id=_clean(collector.nodeid))


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    if outcome.excinfo:
        return
    report = outcome.get_result()
    call = getattr(report, "call", None)
    if report.outcome == "failed" and call is not None and call.excinfo is not None:
        report.xtask_error = _describe(call.excinfo.value)


def pytest_collectreport(report):
    global _collecting
    if not _pipe:
        return
    _count(report)
    if _collecting == report.nodeid:
        _collecting = None
        _pipe.send(e="file-done")
    if report.outcome == "passed":
        return
    if report.outcome == "skipped":
        _pipe.send(e="collect-skip", id=_clean(report.nodeid), skip=_skip_of(report))
        return
    error = getattr(report, "xtask_error", None) or _from_report(report)
    _pipe.send(e="collect-error", id=_clean(report.nodeid), error=error)


def _selected():
    """Where each wanted test stands."""
    with open(_SELECTION, encoding="utf-8") as file:
        return {name: place for place, name in enumerate(json.load(file))}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    global _shard
    if xtask_shards is None:
        return
    for item in items:
        _names[id(item)] = xtask_shards.unique(_clean(item.nodeid), _taken)
    if _SELECTION:
        wanted = _selected()
        # Plugins may shuffle the tests anew each time; what runs again runs in the order of the first time.
        items.sort(key=lambda item: wanted.get(_name(item), 0))
    else:
        wanted, _shard = xtask_shards.kept([_name(item) for item in items])
    items[:] = [item for item in items if _name(item) in wanted]


def _name(item):
    """The id, with a number behind it where it is the second or a later test of its id."""
    return _names.get(id(item)) or _clean(item.nodeid)


def _place(item):
    try:
        path, line, _ = item.location
        return _clean(path), None if line is None else line + 1
    except Exception:
        return None, None


def _kind(node, known):
    """What a test is for, by the nearest mark that says so; what its class and file say is looked up once."""
    for mark in node.own_markers:
        if mark.name in _KINDS:
            return mark.name
    parent = node.parent
    if parent is None:
        return None
    if parent not in known:
        known[parent] = _kind(parent, known)
    return known[parent]


def pytest_collection_finish(session):
    known = {}
    for item in session.items:
        kind = _kind(item, known)
        if kind is not None:
            _kinds[_name(item)] = kind
    # pytest calls this also when the import of a file has broken the collection off.
    if not _pipe or _collecting is not None:
        return
    if _shard:
        _pipe.send(e="shard", **_shard)
    if _kinds:
        _pipe.send(e="kinds", kinds=_kinds)
    items = [[_name(item), *_place(item)] for item in session.items]
    for first in range(0, len(items), 500):
        _pipe.send(e="items", items=items[first : first + 500])
    _pipe.send(e="collected", count=len(items))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids):
    # Every worker collects all tests; the first one's list is that of all, or xdist stops the session.
    global _workers_told
    if _pipe and not _workers_told:
        _workers_told = True
        items = [[_clean(name), None, None] for name in ids]
        for first in range(0, len(items), 500):
            _pipe.send(e="items", items=items[first : first + 500])
        _pipe.send(e="collected", count=len(items))


def pytest_deselected(items):
    global _deselected
    _deselected += len(items)
    if _pipe:
        _pipe.send(e="deselected", count=_deselected)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    output = getattr(node, "workeroutput", None) or {}
    if _pipe and output.get("xtask_deselected"):
        _pipe.send(e="deselected", count=output["xtask_deselected"])
    if _pipe and output.get("xtask_shard"):
        _pipe.send(e="shard", **output["xtask_shard"])
    if _pipe and output.get("xtask_kinds"):
        _pipe.send(e="kinds", kinds=output["xtask_kinds"])


def pytest_runtest_logstart(nodeid, location):
    global _between_tests, _begun
    follows, _between_tests = _between_tests, False
    if not _pipe:
        return
    name = _clean(nodeid)
    if _workers_told:
        # Workers do not say where their tests stand before they run.
        line = None if location[1] is None else location[1] + 1
        _pipe.send(e="start", id=name, path=_clean(location[0]), line=line)
        return
    quoted = _quoted(name)
    _begun = nodeid, quoted
    _pipe.write('{"e":"start","id":%s}' % quoted, follows)


def pytest_runtest_makereport(item, call):
    # Not around the others, which would cost each test three generators: the report comes by below.
    if call.excinfo is not None:
        _raised[item.nodeid, call.when] = call.excinfo.value


def _error_of(report):
    raised = _raised.pop((report.nodeid, report.when), None)
    if raised is not None and report.outcome not in ("passed", "skipped"):
        return _describe(raised)
    return None


def _count(report):
    """Counts failures as pytest's own session does: what it has more of in the end is no test's."""
    global _failures
    if report.outcome == "failed" and not hasattr(report, "wasxfail"):
        _failures += 1


def _tell(report):
    if not _pipe:
        return
    _count(report)
    xfail = getattr(report, "wasxfail", None)
    if report.outcome == "passed" and xfail is None:
        if type(report) is TestReport or not _is_sub(report):
            # Sent together when the test ends: three lines fewer for the test that just passes.
            name = report.nodeid
            _passed[name] = _passed.get(name, 0) + report.duration
            if report.when == "call":
                _called.add(name)
        return
    if report.when not in ("setup", "call", "teardown"):
        # xdist's word for a worker that ended in the middle of a test.
        name = _clean(report.nodeid)
        # Its message names worker and test: with those, no two crashes would have one cause.
        error = {"type": "crash", "message": "the worker process ended inside the test", "frames": []}
        _pipe.send(e="phase", id=name, when="call", outcome="failed", seconds=0, error=error)
        _tell_end(report.nodeid)
        return
    sub = _is_sub(report)
    event = {"e": "phase", "id": _clean(report.nodeid), "when": report.when, "outcome": report.outcome}
    event["seconds"] = getattr(report, "duration", 0) or 0
    error = getattr(report, "xtask_error", None) or _error_of(report)
    if sub:
        event["sub"] = _sub_name(report)
    if xfail is not None:
        event["xfail"] = _short(xfail)
    if report.outcome == "skipped":
        event["skip"] = _skip_of(report)
    elif report.outcome != "passed":
        event["error"] = error or _from_report(report)
    _pipe.send(**event)


def _tell_end(nodeid):
    name, quoted = _begun
    if name is not nodeid:
        quoted = _quoted(_clean(nodeid))
    called = "false"
    if nodeid in _called:
        _called.remove(nodeid)
        called = "true"
    _pipe.write('{"e":"end","id":%s,"seconds":%.6f,"called":%s}' % (quoted, _passed.pop(nodeid, 0), called))


if _IS_WORKER:

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(report):
        # Before it is sent to the process that speaks to xtask.
        error = _error_of(report)
        if error is not None:
            report.xtask_error = error

else:

    pytest_runtest_logreport = _tell


def pytest_runtest_logfinish(nodeid):
    global _between_tests
    _raised.clear()
    if _pipe:
        _tell_end(nodeid)
        _between_tests = True


def pytest_internalerror(excrepr, excinfo):
    if _pipe:
        _pipe.send(e="internal-error", error=_describe(excinfo.value))


def pytest_keyboard_interrupt(excinfo):
    if _pipe:
        _pipe.send(e="interrupted", reason=_message(excinfo.value), error=_describe(excinfo.value))


@pytest.hookimpl(hookwrapper=True)
def pytest_sessionfinish(session, exitstatus):
    yield
    if _IS_WORKER:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["xtask_deselected"] = _deselected
            output["xtask_shard"] = _shard
            output["xtask_kinds"] = _kinds
        return
    if not _pipe:
        return
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    stats = getattr(terminal, "stats", None) or {}
    counts = {_clean(name): len(reports) for name, reports in stats.items() if name}
    status = int(session.exitstatus if session.exitstatus is not None else exitstatus)
    # pytest-cov counts a threshold that is missed as one more failure; others set the status and count none.
    beside = session.testsfailed - _failures if session.testsfailed else int(status == 1)
    _pipe.send(e="finish", status=status, stats=counts, beside_tests=max(beside, 0))


_listen()
# pytest asks each name that a plugin has whether it is a fixture.
__all__ = ["cache"] + [name for name in globals() if name.startswith("pytest_")]
