#!/usr/bin/env python3
"""Opens the page of `report --html` in headless Chromium, uses it, and says what holds.

usage: check_page.py XTASK [--screenshots DIR] [--notes 5000] [--tests 10000]

Makes a repository whose kept result has many notes and tests and hostile names, draws the page, appends a script that
clicks, types and presses keys as a reader would, and prints a line for each thing that must hold. Exit 1 when one does
not. Needs `chromium` on PATH (Debian's package).
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

HOSTILE = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1> ${alert(1)} `x` | \u2028 \u202e"
ROLES = "guide reference summary report plan session status index other".split()
OUTCOMES = ["passed"] * 90 + ["failed", "error", "flaky", "skipped", "skipped", "xfailed", "xpassed", "not-run"]


def notes(number, draw):
    """Notes in topics of some twenty, a pair of overlaps for every second one."""
    topics = max(1, number // 20)
    made = [{"path": f"notes/t{at % topics}/note-{at}.md", "title": HOSTILE if at == 0 else f"Note {at}",
             "topic": f"t{at % topics}", "role": draw.choice(ROLES), "words": draw.randrange(20, 4000),
             "bytes": draw.randrange(100, 30000), "changed": "2026-01-02T03:04:05Z"} for at in range(number)]
    pairs = [{"a": made[at]["path"], "b": made[at + 1]["path"], "kind": "shared-sections", "score": round(draw.random(), 4),
              "share_a": draw.random(), "share_b": draw.random(),
              "shared": [{"a_lines": [1, 3], "b_lines": [2, 4], "similarity": 0.9}]} for at in range(0, number - 1, 2)]
    pairs.sort(key=lambda pair: -pair["score"])
    return {
        "notes": made, "overlaps": pairs, "references": [{"path": made[0]["path"], "line": 3, "target": HOSTILE,
                                                          "class": name, "moved_to": None, "commit": None}
                                                         for name in ("never-existed", "ignored")],
        "topics": [{"id": f"t{topic}", "label": f"topic {topic}", "notes": [n["path"] for n in made if n["topic"] == f"t{topic}"]}
                   for topic in range(topics)],
        "facts": [{"key": HOSTILE, "newest": "2", "values": [{"value": "2", "path": made[0]["path"], "line": 1, "changed": None},
                                                             {"value": "3", "path": made[1]["path"], "line": 1, "changed": None}]}],
        "summary": {"notes": number, "topics": topics, "overlaps": len(pairs), "overlap_share": 0.31, "facts": 1,
                    "references": 1, "broken_links": 0, "proposed": 10, "ticked": 2},
    }


def tests(number, draw):
    """Cases over some two hundred files, failures of two causes."""
    cases = []
    for at in range(number):
        outcome = draw.choice(OUTCOMES)
        cases.append({"id": f"tests/test_{at % 200}.py::test_{HOSTILE if at == 7 else at}", "suite": "tests",
                      "path": f"tests/test_{at % 200}.py", "outcome": outcome, "duration_s": draw.random() ** 8 * 20,
                      "attempts": [{}], "cause": f"c{at % 2}" if outcome in ("failed", "error") else None, "skip_reason": None})
    cause = lambda key: {"key": key, "exception": "ValueError", "message": HOSTILE, "frame": {"path": "pkg/a.py", "line": 3},
                         "cases": [case["id"] for case in cases if case["cause"] == key], "hint": None}
    counts = {"collected": number, **{name: sum(case["outcome"] == name for case in cases) for name in ("passed", "xfailed", "xpassed")}}
    return {"verdict": "failed", "cases": cases, "causes": [cause("c0"), cause("c1")], "imports": {"unresolved": []},
            "runs": [{"suite": "tests", "kind": "unit", "gating": True, "status": "failed", "why": None, "duration_s": 31.0,
                      "counts": counts}]}


def fork():
    """A diverged fork with conflicts in two folders."""
    commit = "0123456789" * 4
    conflict = lambda path: {"path": path, "kinds": ["CONFLICT (contents)"], "class": "source", "hunks": [{}],
                             "fork_commits": [commit], "upstream_commits": [commit], "first_commit": commit, "proven": True}
    return {"relation": "diverged", "ahead": 12, "behind": 34, "months": {f"2025-{m:02}": [m, 13 - m] for m in (4, 5, 11)},
            "merge_base": {"commit": commit, "date": "2025-02-03T00:00:00Z"}, "sync_point": None,
            "merge": {"conflicts": [conflict("src/a.py"), conflict("src/<b>.py"), conflict("docs/c.md")]},
            "clean_prefix": {"commits": 3, "of": 34, "last": commit, "next": commit,
                             "steps": [{"ref": "refs/tags/v1", "clean": False, "conflicts": 3}]},
            "upstream_commits": {"free": [commit]},
            "custom": [{"path": "src/a.py", "status": "modified", "area": "src", "lines_added": 3, "lines_deleted": 1,
                        "symbols": [], "commits": [commit]}],
            "strategy": {"recommend": "merge", "why": ["because"], "rejected": [], "commands": ["git merge x"]}}


USE = r"""
(async () => {
  const opened = performance.now(), said = [];
  const check = (name, holds) => said.push([name, Boolean(holds)]);
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  const view = () => document.getElementById("main");
  const show = async (hash) => { location.hash = hash; await wait(60); };
  const press = (key, target) => (target || document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const rows = (label) => Number(view().querySelector(`table[aria-label="${label}"]`).getAttribute("aria-rowcount")) - 1;
  const took = {};
  check("overview has its cards", view().querySelectorAll(".card").length === 3);
  check("tests that fail as expected stand on the card", [...view().querySelectorAll("dt")].some((one) => one.textContent === "xfailed"));
  for (const part of ["notes", "facts", "fork", "tests"]) {
    const start = performance.now();
    document.getElementById(`tab-${part}`).click();
    await wait(60);
    took[part] = Math.round(performance.now() - start - 60);
    check(`the tab ${part} is chosen`, document.getElementById(`tab-${part}`).getAttribute("aria-selected") === "true");
    check(`${part} has content`, view().textContent.length > 200);
  }
  await show("#notes");
  check("all notes are in the table", rows("notes") === NOTES);
  check("few rows are elements", view().querySelectorAll('table[aria-label="notes"] tbody tr').length < 120);
  check("a hostile title is text", [...view().querySelectorAll("td")].some((cell) => cell.textContent.includes("<script>window.hit")));
  const search = [...view().querySelectorAll('input[type="search"]')].pop();
  search.value = "note-77.md"; search.dispatchEvent(new Event("input")); await wait(160);
  check("search finds one note", rows("notes") === 1);
  check("search is in the address", location.hash.includes("note-77.md"));
  await show("#notes?sort=-words");
  const words = [...view().querySelectorAll('table[aria-label="notes"] tbody tr:not(.space)')].slice(0, 5).map((row) => Number(row.children[4].textContent.replaceAll(",", "")));
  check("a deep link sorts", words.every((value, at) => !at || words[at - 1] >= value));
  const area = view().querySelector("svg [data-go]");
  area.dispatchEvent(new MouseEvent("click", { bubbles: true })); await wait(60);
  check("a topic filters the notes", rows("notes") < NOTES && location.hash.includes("topic="));
  await show("#notes");
  const box = view().querySelector('.scroll');
  press("ArrowDown", box); press("ArrowDown", box); press("Enter", box); await wait(60);
  check("keys open a pair", location.hash.startsWith("#pair?"));
  await show("#notes?pair-q=note-1.md&q=note-7");
  check("a deep link searches the overlaps", rows("overlaps") === 1 && rows("notes") > 1);
  view().querySelector('table[aria-label="overlaps"] th button').click();
  check("the order of the overlaps is in the address beside both searches", location.hash.includes("pair-sort=") && location.hash.includes("pair-q=note-1.md") && location.hash.includes("q=note-7"));
  await show("#facts");
  check("names are counted by class, those that git ignores apart", document.getElementById("classes").textContent.startsWith("1: 1 never existed; beside them 1 name"));
  await show("#fork");
  const bars = new Set([...view().querySelectorAll("svg rect")].filter((one) => /^2025-/.test(one.textContent)).map((one) => one.textContent.slice(0, 7)));
  const at = (month) => Number([...view().querySelectorAll("svg rect")].find((one) => one.textContent.startsWith(month)).getAttribute("x"));
  check("the time line is true to time", bars.size === 10 && Math.abs(at("2025-11") - at("2025-05") - 6 * (at("2025-05") - at("2025-04"))) < 0.01);
  await show("#tests");
  check("all cases are in the table", rows("cases") === TESTS);
  const choose = view().querySelector("select");
  choose.value = "failed"; choose.dispatchEvent(new Event("change")); await wait(60);
  check("an outcome filters the cases", rows("cases") < TESTS / 10 && location.hash.includes("outcome=failed"));
  await show("#tests?cause=c1");
  check("a cause filters the cases", rows("cases") > 0 && rows("cases") < TESTS / 10);
  press("4"); await wait(60);
  check("a number key chooses a part", location.hash === "#fork");
  press("/"); check("a slash goes to the search", document.activeElement.type === "search");
  document.activeElement.blur();
  const ground = () => getComputedStyle(document.body).backgroundColor;
  const before = ground();
  document.getElementById("theme").click();
  check("light and dark differ", ground() !== before);
  check("every table names itself", [...document.querySelectorAll(".scroll table")].every((one) => one.getAttribute("aria-label")));
  check("every picture names itself", [...document.querySelectorAll("svg")].every((one) => one.getAttribute("aria-label")));
  await show("#nonsense");
  check("an unknown address shows the overview", view().querySelectorAll(".card").length === 3);
  check("nothing of the repository ran", window.hit === undefined);
  check("nothing was loaded", performance.getEntriesByType("resource").length === 0);
  check("opened in under 2 s", opened < 2000);
  const out = document.createElement("pre");
  out.id = "checked"; out.textContent = JSON.stringify({ said, opened: Math.round(opened), took });
  document.body.append(out);
})();
"""


def draw_page(xtask, folder, notes_number, tests_number):
    """The page of a repository with such a kept result."""
    draw = random.Random(7)
    repo = folder / "repo"
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    results = repo / ".git/xtask/results"
    results.mkdir(parents=True)
    kept = {"command": "phase2", "schema": 1, "tool": "xtask test", "commit": None, "dirty": False,
            "result": {"consolidation": notes(notes_number, draw), "upstream": fork(), "validation": tests(tests_number, draw),
                       "timing": {"wall_s": 31.0, "sum_s": 40.0, "parts": {"consolidation": 5.0, "upstream": 4.0, "validation": 31.0}}}}
    (results / "phase2.json").write_text(json.dumps(kept))
    page = folder / "page.html"
    subprocess.run([xtask, "--repo", str(repo), "report", "--html", str(page)], check=True, stdout=subprocess.DEVNULL)
    return page


def chromium(*arguments):
    program = shutil.which("chromium") or sys.exit("chromium is not on PATH")
    call = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *arguments]
    return subprocess.run(call, check=True, capture_output=True, text=True, timeout=180).stdout


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("xtask")
    reader.add_argument("--screenshots", type=pathlib.Path)
    reader.add_argument("--notes", type=int, default=5000)
    reader.add_argument("--tests", type=int, default=10000)
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = draw_page(pathlib.Path(asked.xtask).resolve(), pathlib.Path(folder), asked.notes, asked.tests)
        use = USE.replace("NOTES", str(asked.notes)).replace("TESTS", str(asked.tests))
        used = page.with_name("used.html")
        used.write_text(page.read_text().replace("</body>", f"<script>{use}</script></body>"))
        dom = chromium("--timeout=30000", "--virtual-time-budget=20000", "--dump-dom", used.as_uri())
        if asked.screenshots:
            asked.screenshots.mkdir(parents=True, exist_ok=True)
            for part in ["overview", "notes", "facts", "fork", "tests"]:
                for name, size in [("wide", "1280,1600"), ("phone", "390,1600")]:
                    shot = asked.screenshots / f"{part}-{name}.png"
                    chromium(f"--window-size={size}", "--virtual-time-budget=3000", f"--screenshot={shot}", f"{page.as_uri()}#{part}")
    _, found, after = dom.partition('<pre id="checked">')
    if not found:
        sys.exit("the page did not get to its end")
    told = json.loads(after.partition("</pre>")[0].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    for name, holds in told["said"]:
        print(f"{'holds' if holds else 'FAILS'}  {name}")
    print(f"opened in {told['opened']} ms; views drawn in {told['took']} ms")
    sys.exit(0 if all(holds for _, holds in told["said"]) else 1)


if __name__ == "__main__":
    main()
