#!/usr/bin/env python3
"""Measures how the time of `consolidate plan`, `phase3` and `check` grows with notes of one shape each.

usage: scale_shapes.py XTASK [N] [SHAPE…]

Makes repositories of two notes with N (2,000), 2 N and 4 N parts of one kind each: list items, table rows, headings,
links, footnotes and so on. Prints the CPU seconds of the three commands and the exponent that fits them (1.0: twice
the notes take twice the time). Words are made of letters alone and drawn with a fixed seed. Standard library only.
"""
import math
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

RANDOM = random.Random(7)
WORDS = ["".join(RANDOM.choice("bcdfglmnprst") + RANDOM.choice("aeiou") for _ in range(RANDOM.randrange(2, 5)))
         for _ in range(4000)]
HEAD = "# Encoder guide\n\nThe encoder reads data and writes it.\n\n"
FIXED = "user.name=a user.email=a@example.invalid".split()


def part(shape, at, draw):
    word, some = draw.choice(WORDS), " ".join(draw.choice(WORDS) for _ in range(8))
    return {
        "list": f"- {some}\n",
        "tasks": f"- [ ] {some}\n",
        "nested": f"{'  ' * (at % 6)}- {some}\n",
        "table": f"| {word} | {some} | {at} |\n",
        "code": f"x{at} = {word}({at})\n",
        "commands": f"```sh\nmake {word}\n```\n\n{some}\n\n",
        "headings": f"## {some[:20]}\n\n{some}\n\n",
        "same-headings": f"## Usage\n\n{some}\n\n",
        "links": f"See [{word}](x{at}.md#a{at}) and `src/{word}/f{at}.py`.\n\n",
        "footnotes": f"{some}[^n{at}].\n\n[^n{at}]: {word}\n\n",
        "facts": f"**{word.title()} {word}:** {at % 9}\n\n",
        "paragraphs": f"{some}.\n\n",
        "one-line": f"{some}. ",
        "quotes": f"> {some}\n>\n",
        "html": f"<div>{some}</div>\n\n",
        "comments": f"<!-- {word} -->\n\n{some}\n\n",
        "tree": f"├── {word}_{at}.py\n",
        "days": f"## Session 2025-{at % 12 + 1:02}-{at % 28 + 1:02}\n\n- fixed {some}\n- tests pass: {at}\n\n",
    }[shape]


SHAPES = ["list", "tasks", "nested", "table", "code", "commands", "headings", "same-headings", "links", "footnotes",
          "facts", "paragraphs", "one-line", "quotes", "html", "comments", "tree", "days"]


def note(shape, count, seed):
    draw = random.Random(seed)
    parts = "".join(part(shape, at, draw) for at in range(count))
    around = {"table": ("| a | b | c |\n|---|---|---|\n", ""), "code": ("```python\n", "```\n"),
              "tree": ("```\nproject/\n", "```\n")}
    before, after = around.get(shape, ("", "\n"))
    return HEAD + before + parts + after


def git(folder, *arguments):
    options = [word for setting in FIXED for word in ("-c", setting)]
    subprocess.run(["git", "-C", folder, *options, *arguments], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def seconds(command, folder):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode not in (0, 1):
        sys.exit(f"{command} failed: {run.stderr.decode(errors='replace')[-400:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(xtask, shape, count):
    with tempfile.TemporaryDirectory() as folder:
        notes = pathlib.Path(folder, "notes")
        notes.mkdir()
        for number in range(2):
            (notes / f"encoder_guide_{number}.md").write_text(note(shape, count, number), encoding="utf-8")
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "notes")
        plan = seconds([xtask, "consolidate", "plan", "-q"], folder)
        report = notes / "documentation_consolidation_plan.md"
        report.write_text(report.read_text(encoding="utf-8").replace("\n- [ ] ", "\n- [x] "), encoding="utf-8")
        return plan, seconds([xtask, "phase3", "--yes", "-q"], folder), seconds([xtask, "check", "-q"], folder)


def main():
    xtask = str(pathlib.Path(sys.argv[1]).resolve())
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    for shape in sys.argv[3:] or SHAPES:
        rounds = [measured(xtask, shape, count * factor) for factor in (1, 2, 4)]
        columns = []
        for name, taken in zip(("plan", "phase3", "check"), zip(*rounds)):
            exponent = math.log(max(taken[2], 0.01) / max(taken[0], 0.01), 4)
            columns.append(f"{name} {taken[0]:6.2f} {taken[1]:6.2f} {taken[2]:6.2f} s ^{exponent:4.1f}")
        print(f"{shape:14}" + "   ".join(columns), flush=True)


if __name__ == "__main__":
    main()
