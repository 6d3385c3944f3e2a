#!/usr/bin/env python3
"""Measures the core report against the serial git commands that it stands for, side by side.

usage: bench_upstream.py GIT_DIR FORK UPSTREAM RUNS COMMAND...

COMMAND... prints the analysis as JSON when `GIT_DIR FORK UPSTREAM medium` is added (the example `upstream_json`).
FORK and UPSTREAM are revisions of GIT_DIR (a bare repository may borrow both sides' objects). The two take turns, so
that other load meets both. Prints medians: wall and CPU seconds, and the ratios. Standard library only.
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PINNED = ["-c", "diff.renames=true", "-c", "merge.renameLimit=7000", "-c", "merge.directoryRenames=conflict"]


def measured(work):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return time.monotonic() - start, cpu


def serial(git_dir, fork, upstream, scratch):
    objects = os.path.join(scratch, "objects")
    shutil.rmtree(objects, ignore_errors=True)
    os.makedirs(os.path.join(objects, "info"))
    env = dict(os.environ, GIT_OBJECT_DIRECTORY=objects, LC_ALL="C")
    env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.path.join(git_dir, "objects")

    def git(*args, env=None):
        run = subprocess.run(["git", *PINNED, "-C", git_dir, *args], env=env, stdout=subprocess.PIPE)
        return run.stdout.decode("utf-8", "replace")

    git("merge-base", "--all", fork, upstream)
    base = git("merge-base", fork, upstream).strip()
    git("rev-list", "--left-right", "--count", f"{fork}...{upstream}")
    for side in (fork, upstream):
        git("diff-tree", "-r", "--name-status", "-M50%", "-l1000", base, side)
    git("merge-tree", "--write-tree", "-z", "--name-only", fork, upstream, env=env)
    git("rev-list", "--no-merges", "--cherry-mark", f"{fork}...{upstream}")


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    git_dir, fork, upstream, runs, command = *sys.argv[1:4], int(sys.argv[4]), sys.argv[5:]
    git_dir = os.path.abspath(git_dir)
    results = {"git": [], "ours": []}
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(runs):
            results["git"].append(measured(lambda: serial(git_dir, fork, upstream, scratch)))
            args = [*command, git_dir, fork, upstream, "medium"]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            results["ours"].append(measured(lambda: subprocess.run(args, check=True, **quiet)))
    medians = {name: [statistics.median(run[i] for run in all_runs) for i in (0, 1)] for name, all_runs in results.items()}
    for name, (wall, cpu) in medians.items():
        print(f"{name:5} wall {wall:.2f} s, CPU {cpu:.2f} s")
    ratios = [ours / git for ours, git in zip(medians["ours"], medians["git"])]
    print(f"ratio wall {ratios[0]:.2f}, CPU {ratios[1]:.2f}")


if __name__ == "__main__":
    main()
