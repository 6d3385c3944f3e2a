#!/usr/bin/env python3
"""Measures `xtask check` on a repository of Python beside ruff and grimp, in one run.

usage: bench_imports.py XTASK REPOSITORY RUFF PYTHON PACKAGE [RUNS]

REPOSITORY is a clone; PYTHON is an interpreter that has grimp, and PACKAGE the package that grimp builds its graph of
(found from REPOSITORY). Four things take turns RUNS times (5), so that other load meets all of them: xtask with an
empty cache, xtask with a full one, `ruff check --select F` without its cache, grimp's graph without its cache. Prints
medians of wall and CPU seconds and the ratios to xtask with an empty cache. Standard library only.
"""
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import time


def measured(command, folder):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode not in (0, 1):
        sys.exit(f"{command[0]} failed: {run.stderr.decode(errors='replace')[-500:]}")
    return wall, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main():
    xtask, repository, ruff, python, package = sys.argv[1:6]
    runs = int(sys.argv[6]) if len(sys.argv) > 6 else 5
    ask = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    common = subprocess.run(ask, cwd=repository, stdout=subprocess.PIPE, check=True).stdout
    cache = pathlib.Path(os.fsdecode(common.strip())) / "xtask" / "cache"
    check = [os.path.abspath(xtask), "check", "-q"]
    graph = f"import grimp; grimp.build_graph({package!r}, cache_dir=None)"
    commands = {
        "xtask, empty cache": check,
        "xtask, full cache": check,
        "ruff check --select F": [os.path.abspath(ruff), "check", "--isolated", "--no-cache", "--select", "F", "."],
        "grimp": [os.path.abspath(python), "-c", graph],
    }
    times = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            if name == "xtask, empty cache":
                shutil.rmtree(cache, ignore_errors=True)
            times[name].append(measured(command, repository))
    first = None
    for name, taken in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*taken))
        first = first or (wall, cpu)
        print(f"{name:24} wall {wall:6.3f} s ({wall / first[0]:5.2f})   CPU {cpu:6.3f} s ({cpu / first[1]:5.2f})")


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    main()
