#!/usr/bin/env python3
"""Measures what watching a pytest suite costs: user and system CPU time, which a busy machine changes little, and
time by the clock.

usage: bench_validate.py PYTHON [--xtask XTASK] [--tests 1000] [--work MILLISECONDS] [--runs 21]

A suite of so many tests is written into a temporary repository; each test works for so long (0: it does nothing,
the worst case for a watcher). Runs alternate: pytest bare, pytest with the module that tells events, and, where
XTASK is given, the whole `xtask validate`; each round begins with another kind. Printed are the least and the median
of each, and the overhead: of the least, and the quartiles of what each round's run costs above its own bare run.
On a busy machine, start it with `chrt --fifo 10`: the runs go before all else then.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

MODULES = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/validate/python"))
FLAGS = ["-p", "no:cacheprovider", "--continue-on-collection-errors", "--maxfail=0", "--color=no"]
GIT = ["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.invalid"]


def write_suite(root, tests, work):
    os.makedirs(os.path.join(root, "tests"))
    body = "    end = time.process_time() + %r\n    while time.process_time() < end: pass\n" % (work / 1000)
    for file in range(20):
        functions = "".join(
            "def test_%d():\n%s    assert True\n" % (number, body if work else "") for number in range(tests // 20)
        )
        with open(os.path.join(root, "tests", "test_%02d.py" % file), "w") as out:
            out.write("import time\n" + functions)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "suite"]):
        subprocess.run([*GIT, *words], cwd=root, check=True)


def seconds(command, root, environment):
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    if status != 0:
        raise SystemExit("%s ended with status %d" % (" ".join(command), status))
    return usage.ru_utime + usage.ru_stime, clock


def watched(command, root, environment, work):
    pipe = os.path.join(work, "events")
    if not os.path.exists(pipe):
        os.mkfifo(pipe)
    keeper = os.open(pipe, os.O_RDWR)
    done = threading.Event()
    reader = threading.Thread(target=lambda: [None for _ in iter(lambda: done.is_set() or os.read(keeper, 65536), True)])
    reader.start()
    try:
        return seconds(command, root, dict(environment, XTASK_EVENTS=pipe))
    finally:
        done.set()
        os.write(keeper, b"\n")
        reader.join()
        os.close(keeper)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("python")
    parser.add_argument("--xtask")
    parser.add_argument("--tests", type=int, default=1000)
    parser.add_argument("--work", type=float, default=0)
    parser.add_argument("--runs", type=int, default=21)
    arguments = parser.parse_args()
    python = os.path.abspath(arguments.python)
    with tempfile.TemporaryDirectory() as work:
        root = os.path.join(work, "repository")
        write_suite(root, arguments.tests, arguments.work)
        settings = os.path.join(work, "xtask.toml")
        with open(settings, "w") as file:
            file.write('[[validate.suite]]\nname = "tests"\npaths = ["tests"]\npython = "%s"\n' % python)
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONPATH=MODULES)
        bare = [python, "-m", "pytest", *FLAGS, "tests"]
        told = [python, "-m", "pytest", "-p", "xtask_pytest", *FLAGS, "tests"]
        kinds = {
            "bare pytest": lambda: seconds(bare, root, environment),
            "with events": lambda: watched(told, root, environment, work),
        }
        if arguments.xtask:
            program = os.path.abspath(arguments.xtask)
            whole = [program, "--config", settings, "validate", "--format", "json", "--depth", "quick"]
            kinds["xtask validate"] = lambda: seconds(whole, root, dict(os.environ))
        times = {name: [] for name in kinds}
        names = list(kinds)
        for name in names:
            kinds[name]()  # warms the caches up
        for round_ in range(arguments.runs):
            first = round_ % len(names)
            for name in names[first:] + names[:first]:
                times[name].append(kinds[name]())
    for place, unit in enumerate(["CPU", "clock"]):
        tell(unit, {name: [run[place] for run in runs] for name, runs in times.items()})


def tell(unit, times):
    base = times["bare pytest"]
    for name, all_ in times.items():
        more = sorted((own / bare - 1) * 100 for own, bare in zip(all_, base))
        low, middle, high = statistics.quantiles(more, n=4) if len(more) > 1 else more * 3
        least = (min(all_) / min(base) - 1) * 100
        told = unit, name, min(all_), least, statistics.median(all_), middle, low, high
        print("%-5s %-15s least %.3f s (%+.1f %%), median %.3f s; a round %+.1f %% (%+.1f to %+.1f)" % told)


if __name__ == "__main__":
    sys.exit(main())
