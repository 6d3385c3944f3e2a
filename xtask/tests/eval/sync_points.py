#!/usr/bin/env python3
"""Measures the search for sync points against labelled ones.

usage: sync_points.py LABELS.json FORK_GIT UPSTREAM XTASK...

LABELS.json has `points[]` of {fork_commit, upstream_commit, upstream_date}; UPSTREAM is what `--upstream` takes;
XTASK... is a command that prints the analysis as JSON for `FORK_GIT FORK UPSTREAM` (the example `upstream_json`).
Prints days off for each point, by the answer and by content alone, and how many lie within 7 and 30 days.
Standard library only.
"""
import datetime
import json
import re
import subprocess
import sys


def days_between(git_dir, a, b_date):
    out = subprocess.run(["git", "-C", git_dir, "show", "-s", "--format=%cI", a], capture_output=True, text=True)
    moment = datetime.datetime.fromisoformat(out.stdout.strip().replace("Z", "+00:00"))
    other = datetime.datetime.fromisoformat(b_date.replace("Z", "+00:00"))
    return abs((moment - other).total_seconds()) / 86400


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    labels, fork_git, upstream, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    with open(labels) as file:
        points = json.load(file)["points"]
    offs = {"answer": [], "content": []}
    for point in points:
        run = subprocess.run([*command, fork_git, point["fork_commit"], upstream], capture_output=True, text=True)
        sync = json.loads(run.stdout)["sync_point"]
        found = {"answer": sync["commit"] if sync else None}
        told = re.search(r"up to ([0-9a-f]{40,}) the fork holds", sync["why"]) if sync else None
        found["content"] = told.group(1) if told else None
        row = [point["fork_commit"][:9], point["upstream_commit"][:9], sync["method"] if sync else "-"]
        for kind, commit in found.items():
            off = days_between(upstream, commit, point["upstream_date"]) if commit else float("inf")
            offs[kind].append(off)
            row.append(f"{kind} {off:.1f}")
        print(*row, flush=True)
    for kind, all_off in offs.items():
        within = [sum(off <= limit for off in all_off) for limit in (7, 30)]
        print(f"{kind}: {within[0]} within 7 days, {within[1]} within 30 days, of {len(all_off)}")


if __name__ == "__main__":
    main()
