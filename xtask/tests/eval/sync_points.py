#!/usr/bin/env python3
"""Measures the search for sync points against labelled ones.

usage: sync_points.py LABELS.json GIT_DIR UPSTREAM XTASK...
       sync_points.py --make|--copies GIT_DIR FORK UPSTREAM COUNT LABELS.json

LABELS.json has `points[]` of {fork_commit, upstream_commit, upstream_date}; GIT_DIR sees both sides' objects, UPSTREAM
is what `--upstream` takes. XTASK... is the example `upstream_json`, which is called as
`XTASK... GIT_DIR FORK UPSTREAM thorough --sync-point`, and again with `--no-messages`, where the content alone counts.
Prints for each point how many days the answer is off, whether the truth lies in the window and how wide that is; then
how many lie within 7 and 30 days.

`--make` makes labels of a fork that merges its upstream: COUNT of its merges, evenly spread, are each made again as a
plain commit with the same tree (written to GIT_DIR, which should be a throwaway repository with alternates), so that
the merged commit is the truth and neither history nor message says it.
Standard library only.
"""
import datetime
import json
import os
import subprocess
import sys


def git(git_dir, *args, **variables):
    env = dict(os.environ, **variables)
    return subprocess.run(["git", "-C", git_dir, *args], capture_output=True, text=True, env=env).stdout.strip()


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def date_of(git_dir, commit):
    return git(git_dir, "show", "-s", "--format=%cI", commit)


def days_between(git_dir, commit, date):
    return abs((moment(date_of(git_dir, commit)) - moment(date)).total_seconds()) / 86400


def is_within(git_dir, window, truth):
    """Whether the truth lies between both ends: by history, or by date where branches lie side by side."""

    def follows(older, newer):
        return older == newer or not git(git_dir, "rev-list", "-1", older, f"^{newer}")

    if follows(window["from"], truth) and follows(truth, window["to"]):
        return True
    start, end = (moment(date_of(git_dir, window[name])) for name in ("from", "to"))
    return start <= moment(date_of(git_dir, truth)) <= end


def make(kind, git_dir, fork, upstream, count, out):
    base = git(git_dir, "merge-base", fork, upstream)
    merges = git(git_dir, "rev-list", "--first-parent", "--merges", "--parents", fork).splitlines()
    theirs = set(git(git_dir, "rev-list", upstream).split())
    found = []
    for line in merges:
        merge, ours, *others = line.split()
        merged = [other for other in others if other in theirs]
        if len(merged) == 1 and ours not in theirs:
            found.append((merge, ours, merged[0]))
    step = max(1, len(found) // count)
    points = []
    for merge, ours, truth in found[::step][:count]:
        before = git(git_dir, "merge-base", ours, upstream)
        if git(git_dir, "merge-base", before, truth) != before or before == truth:
            continue
        date = date_of(git_dir, merge)
        who = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t"}
        who |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        parent = ["-p", ours] if kind == "--make" else []
        squashed = git(git_dir, "commit-tree", f"{merge}^{{tree}}", *parent, "-m", "work", **who)
        hidden = int(git(git_dir, "rev-list", "--count", f"{before}..{truth}"))
        points.append({"fork_commit": squashed, "upstream_commit": truth, "hidden": hidden})
        points[-1]["upstream_date"] = date_of(git_dir, truth)
    with open(out, "w") as file:
        json.dump({"base": base, "points": points}, file, indent=1)
    print(f"{len(points)} points of {len(found)} merges")


def asked(command, git_dir, point, upstream, flags):
    args = [*command, git_dir, point["fork_commit"], upstream, "thorough", "--sync-point", *flags]
    run = subprocess.run(args, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return json.loads(run.stdout)


def main():
    if sys.argv[1:2] in (["--make"], ["--copies"]):
        return make(*sys.argv[1:5], int(sys.argv[5]), sys.argv[6])
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    labels, git_dir, upstream, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    with open(labels) as file:
        points = json.load(file)["points"]
    for kind, flags in (("content", ["--no-messages"]), ("messages", [])):
        offs, inside = [], 0
        for point in points:
            sync = asked(command, git_dir, point, upstream, flags)
            truth = point["upstream_commit"]
            off, within, days = float("inf"), False, 0.0
            if sync:
                off = days_between(git_dir, sync["commit"], point["upstream_date"])
                within = is_within(git_dir, sync["window"], truth)
                days = days_between(git_dir, sync["window"]["from"], date_of(git_dir, sync["window"]["to"]))
            offs.append(off)
            inside += within
            method, sure = (sync["method"], sync["confidence"]) if sync else ("-", 0)
            note = "in window" if within else "NOT in window"
            print(point["fork_commit"][:9], truth[:9], method, sure, f"off {off:.1f} days, {note} of {days:.0f}", flush=True)
        week, month = (sum(off <= limit for off in offs) for limit in (7, 30))
        print(f"{kind}: {week} within 7 days, {month} within 30 days, {inside} in the window, of {len(offs)}")


if __name__ == "__main__":
    main()
