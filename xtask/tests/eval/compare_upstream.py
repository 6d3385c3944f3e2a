#!/usr/bin/env python3
"""Compares the upstream analysis with git's own answers, field by field.

usage: compare_upstream.py TRUTH.json OURS.json

TRUTH.json is a record made with the git command line alone, OURS.json is what `xtask upstream --format json`
(or the example `upstream_json`) printed for the same two commits. Prints one line a field and exits 1 when
any differs. Standard library only.
"""
import hashlib
import json
import sys


def shown(path):
    """A path as the tool shows it: bytes that are no UTF-8 as \\xNN."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def digest(texts):
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogateescape")).hexdigest()


class Comparison:
    def __init__(self):
        self.wrong = 0

    def field(self, name, expected, got):
        same = expected == got
        self.wrong += not same
        detail = "" if same else f": git {brief(expected)}, ours {brief(got)}"
        print(f"{'same' if same else 'DIFFERENT':9} {name}{detail}")

    def skipped(self, name, why):
        print(f"{'no truth':9} {name} ({why})")


def brief(value):
    text = json.dumps(value)
    return text if len(text) < 200 else text[:200] + f"... ({len(value)})"


def compare_paths(check, truth, ours, side):
    expected, paths = truth[f"changed_by_{side}"], ours["changed"][side]
    check.field(f"changed.{side} count", expected["paths"], len(paths))
    # Hashes are over raw paths; a path that is no UTF-8 is shown otherwise and only its count can be compared.
    if not any("\\x" in path for path in paths):
        check.field(f"changed.{side} hash", expected["paths_sha256"], digest(paths))
    renames = ours["renames"][side]
    check.field(f"renames.{side} count", expected["by_status"].get("R", 0), len(renames))
    if expected["renames"] is not None:
        check.field(f"renames.{side}", [[shown(a), shown(b)] for a, b in expected["renames"]], renames)
    elif not any("\\x" in path for pair in renames for path in pair):
        joined = sorted(a + "\t" + b for a, b in renames)
        check.field(f"renames.{side} hash", expected["renames_sha256"], digest(joined))


def compare_changes(check, truth, ours):
    if truth["unrelated"]:
        check.field("changed", None, ours["changed"])
        return
    check.field("merge_base", truth["merge_base"], ours["merge_base"]["commit"])
    check.field("merge_base date", truth["merge_base_date"], ours["merge_base"]["date"])
    compare_paths(check, truth, ours, "fork")
    compare_paths(check, truth, ours, "upstream")
    both = truth["changed_by_both"]
    check.field("changed.both count", both["paths"], len(ours["changed"]["both"]))
    if both["list"] is not None:
        check.field("changed.both", [shown(path) for path in both["list"]], ours["changed"]["both"])
    lines = truth["fork_lines"]
    if "error" in lines:
        check.skipped("custom_lines", lines["error"])
    else:
        got = ours["custom_lines"]
        check.field("custom_lines", [lines["inserted"], lines["deleted"]], [got["added"], got["deleted"]])
        sums = [sum(file[key] or 0 for file in ours["custom"]) for key in ("lines_added", "lines_deleted")]
        check.field("custom sums", [lines["inserted"], lines["deleted"]], sums)
    statuses = {"A": "added", "M": "modified", "D": "deleted", "R": "renamed", "T": "type-changed"}
    for letter, status in statuses.items():
        count = sum(file["status"] == status for file in ours["custom"])
        check.field(f"custom {status}", truth["changed_by_fork"]["by_status"].get(letter, 0), count)


def compare_merge(check, truth, ours):
    expected, got = truth["merge"], ours["merge"]
    check.field("merge.clean", expected["clean"], got["clean"])
    check.field("merge.tree", expected["tree"], got["tree"])
    check.field("merge.conflicts count", expected["conflicted_paths"], len(got["conflicts"]))
    check.field("merge.kinds", expected["conflicts_by_kind"], got["kinds"])
    if expected["list"] is not None:
        paths = [conflict["path"] for conflict in got["conflicts"]]
        check.field("merge.conflicts", [shown(path) for path in expected["list"]], paths)
    if expected["kinds_by_path"] is not None:
        kinds = {conflict["path"]: conflict["kinds"] for conflict in got["conflicts"] if conflict["kinds"]}
        for notice in got["notices"]:
            kinds.setdefault(notice["path"], []).append(notice["kind"])
        expected_kinds = {shown(path): kinds for path, kinds in expected["kinds_by_path"].items()}
        check.field("merge.conflicts kinds", expected_kinds, kinds)


def compare_equivalent(check, truth, ours):
    expected = truth.get("patch_equivalent")
    if expected is None:
        check.field("equivalent", None, ours["equivalent"])
    elif "fork" not in expected:
        check.skipped("equivalent", "git did not finish")
    else:
        empty = set(ours["equivalent"]["empty"])
        for side in ("fork", "upstream"):
            # Commits that change nothing are listed apart by us, among the others by git.
            listed = set(expected[f"{side}_list"] or [])
            check.field(f"equivalent.{side}", sorted(listed - empty), sorted(ours["equivalent"][side]))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as truth_file, open(sys.argv[2]) as ours_file:
        truth, ours = json.load(truth_file), json.load(ours_file)
    ours = ours.get("result", ours)
    check = Comparison()
    for side in ("fork", "upstream"):
        for key in ("oid", "date"):
            check.field(f"{side}.{key}", truth[side][key], ours[side][key])
    check.field("merge_bases", truth["merge_bases"], ours["merge_bases"])
    check.field("relation unrelated", truth["unrelated"], ours["relation"] == "unrelated")
    check.field("ahead", truth["ahead"], ours["ahead"])
    check.field("behind", truth["behind"], ours["behind"])
    check.field(
        "without_merges", [truth["ahead_no_merges"], truth["behind_no_merges"]], ours["without_merges"]
    )
    compare_changes(check, truth, ours)
    compare_merge(check, truth, ours)
    compare_equivalent(check, truth, ours)
    print(f"{check.wrong} field(s) differ")
    sys.exit(1 if check.wrong else 0)


if __name__ == "__main__":
    main()
