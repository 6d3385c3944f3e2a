#!/usr/bin/env python3
"""Measures the upstream analysis against the git commands that it stands for, side by side, in one go.

usage: bench_upstream.py GIT_DIR FORK UPSTREAM RUNS COMMAND...

COMMAND... prints the analysis as JSON when `GIT_DIR FORK UPSTREAM DEPTH` is added (the example `upstream_json`).
FORK and UPSTREAM are revisions of GIT_DIR (a bare repository may borrow both sides' objects). Prints:

- core: the report of depth medium against merge-base, count, two rename diffs, trial merge and cherry-mark one after
  another. The two take turns, so that other load meets both. Medians of wall and CPU seconds; peak memory is that of
  the largest process.
- sweep: the search for first conflicts against `git merge-tree --stdin` over the same commits (CPU seconds).
- index: CPU seconds for the trees of 20,000 of upstream's commits, where the search for the sync point reads them.

The last two come from one run of depth thorough, whose steps the example writes to stderr with the CPU time so far.
Standard library only.
"""
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PINNED = ["-c", "diff.renames=true", "-c", "merge.renameLimit=7000", "-c", "merge.directoryRenames=conflict"]
STEP = re.compile(r"\[cpu ([0-9.]+) s\] (.*)")


def measured(work):
    """Wall seconds, CPU seconds and the largest process in megabytes, measured in a child so that runs stay apart."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        start = time.monotonic()
        work()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        text = f"{time.monotonic() - start} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}"
        os.write(writer, text.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        figures = [float(word) for word in answer.read().split()]
    os.wait()
    return figures


def git(git_dir, *args, text=None, env=None):
    run = subprocess.run(["git", *PINNED, "-C", git_dir, *args], input=text, env=env, stdout=subprocess.PIPE)
    return run.stdout.decode("utf-8", "replace")


def throwaway(git_dir, scratch):
    """Variables that send what trial merges write to a folder of their own."""
    objects = os.path.join(scratch, "objects")
    shutil.rmtree(objects, ignore_errors=True)
    os.makedirs(os.path.join(objects, "info"))
    env = dict(os.environ, GIT_OBJECT_DIRECTORY=objects, LC_ALL="C")
    env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = os.path.join(git_dir, "objects")
    return env


def serial(git_dir, fork, upstream, scratch):
    env = throwaway(git_dir, scratch)
    git(git_dir, "merge-base", "--all", fork, upstream)
    base = git(git_dir, "merge-base", fork, upstream).strip()
    git(git_dir, "rev-list", "--left-right", "--count", f"{fork}...{upstream}")
    for side in (fork, upstream):
        git(git_dir, "diff-tree", "-r", "--name-status", "-M50%", "-l1000", base, side)
    git(git_dir, "merge-tree", "--write-tree", "-z", "--name-only", fork, upstream, env=env)
    git(git_dir, "rev-list", "--no-merges", "--cherry-mark", f"{fork}...{upstream}")


def core(git_dir, fork, upstream, runs, command, scratch):
    args = [*command, git_dir, fork, upstream, "medium"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    results = {"git": [], "ours": []}
    for _ in range(runs):
        results["git"].append(measured(lambda: serial(git_dir, fork, upstream, scratch)))
        results["ours"].append(measured(lambda: subprocess.run(args, check=True, **quiet)))
    medians = {name: [statistics.median(column) for column in zip(*all_runs)] for name, all_runs in results.items()}
    for name, (wall, cpu, memory) in medians.items():
        print(f"core {name:5} wall {wall:.2f} s, CPU {cpu:.2f} s, largest process {memory:.0f} MB")
    wall, cpu, memory = (ours / theirs for ours, theirs in zip(medians["ours"], medians["git"]))
    print(f"core ratio wall {wall:.2f}, CPU {cpu:.2f}, memory {memory:.2f}", flush=True)


def searches(git_dir, fork, upstream, command, scratch):
    run = subprocess.run([*command, git_dir, fork, upstream, "thorough"], capture_output=True, text=True)
    steps = [(float(found[1]), found[2]) for found in map(STEP.match, run.stderr.splitlines()) if found]
    for (start, text), (end, _) in zip(steps, steps[1:]):
        number = int((re.findall(r"\d+", text) or ["0"])[0])
        if text.startswith("reading the trees"):
            print(f"index {number} commits in {end - start:.2f} s, {(end - start) * 20000 / number:.2f} s for 20,000")
        if text.startswith("following"):
            sweep(git_dir, fork, upstream, number, end - start, scratch)


def sweep(git_dir, fork, upstream, number, ours, scratch):
    env = throwaway(git_dir, scratch)
    base = git(git_dir, "merge-base", fork, upstream).strip()
    chain = git(git_dir, "rev-list", "--first-parent", "--ancestry-path", "--reverse", f"{base}..{upstream}").split()
    fork = git(git_dir, "rev-parse", f"{fork}^{{commit}}").strip()
    pairs = "".join(f"{fork} {commit}\n" for commit in chain).encode()
    linear = measured(lambda: git(git_dir, "merge-tree", "--write-tree", "--stdin", text=pairs, env=env))[1]
    print(f"sweep {number} commits: CPU {ours:.2f} s, git {linear:.2f} s, ratio {ours / linear:.2f}")


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    git_dir, fork, upstream, runs, command = *sys.argv[1:4], int(sys.argv[4]), sys.argv[5:]
    git_dir = os.path.abspath(git_dir)
    with tempfile.TemporaryDirectory() as scratch:
        core(git_dir, fork, upstream, runs, command, scratch)
        searches(git_dir, fork, upstream, command, scratch)


if __name__ == "__main__":
    main()
