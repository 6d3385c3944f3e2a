#!/usr/bin/env python3
"""Renames parameters in clones of real repositories and scores what `xtask check` finds of the calls that break.

    seed_calls.py XTASK REPOSITORY...  [--seed 7] [--functions 60] [--show]

In each clone up to so many functions are chosen whose name one definition alone has, and that some call gives an
argument by name. In half of them that parameter gets another name, in its body too; the others get one required
parameter more. Python's own parser tells which calls break then: every call of that name (of the class, for a
constructor) that uses the old keyword, or that gives no `*` or `**`. Precision is the part of the new findings that
stand on such a call; recall is the part of these calls that are found. Calls that only look so (the same method name of
another library) count against recall. A finding on a call that reaches a chosen constructor by inheritance (a class that has none
of its own, `super().__init__`) is right too, but in neither count of calls. Nothing but the clone is written; the same seed gives the same figures.
"""

import argparse
import ast
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

PLAIN = {"staticmethod", "classmethod"}


def sources(root):
    listed = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=root, stdout=subprocess.PIPE, check=True).stdout
    for path in listed.decode(errors="surrogateescape").split("\0"):
        file = root / path
        if not path or file.is_symlink() or not file.is_file():
            continue
        data = file.read_bytes()
        try:
            yield path, data, ast.parse(data)
        except (SyntaxError, ValueError, RecursionError):
            continue


def functions(tree):
    """Each function with the class around it; those inside of functions are left out."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield None, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield node, inner


def called_name(call):
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else None


def is_plain(function, around):
    names = {decorator.id if isinstance(decorator, ast.Name) else "?" for decorator in function.decorator_list}
    return names <= PLAIN and not (around and (around.decorator_list or around.keywords))


def gather(root):
    definitions, calls, texts = {}, {}, {}
    for path, data, tree in sources(root):
        texts[path] = data
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                definitions.setdefault(node.name, []).append(None)
            elif isinstance(node, ast.Call) and called_name(node):
                calls.setdefault(called_name(node), []).append((path, node))
        for around, function in functions(tree):
            name = around.name if around and function.name == "__init__" else function.name
            definitions.setdefault(name, []).append((path, around, function))
    return definitions, calls, texts


def candidates(definitions, calls):
    for name in sorted(definitions):
        known = [each for each in definitions[name] if each]
        is_constructor = known and known[0][2].name == "__init__"
        # Every definition stands there twice: once as a name, once with its place; a class counts for its constructor.
        if len(known) != 1 or len(definitions[name]) != 2 or name.startswith("__"):
            continue
        path, around, function = known[0]
        if not is_plain(function, around) or function.name.startswith("__") and not is_constructor:
            continue
        arguments = function.args.args + function.args.kwonlyargs
        used = {keyword.arg for _, call in calls.get(name, []) for keyword in call.keywords}
        for argument in arguments:
            if argument.arg in used and not function.args.kwarg:
                yield name, path, function, argument
                break


def edit(data, edits):
    """Applies `(line, column, length, text)`, from the last to the first; columns are bytes."""
    lines = data.split(b"\n")
    for line, column, length, text in sorted(edits, reverse=True):
        old = lines[line - 1]
        lines[line - 1] = old[:column] + text + old[column + length:]
    return b"\n".join(lines)


def renamed(function, argument):
    old, new = argument.arg.encode(), argument.arg.encode() + b"_seeded"
    edits = [(argument.lineno, argument.col_offset, len(old), new)]
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == argument.arg and node.lineno >= function.lineno:
            edits.append((node.lineno, node.col_offset, len(old), new))
    return sorted(set(edits))


def wanted_more(function):
    """A required keyword behind the others: no call gives it."""
    args = function.args
    if args.vararg or args.kwarg or args.kwonlyargs or not args.args:
        return None
    last = args.defaults[-1] if args.defaults else (args.args[-1].annotation or args.args[-1])
    return [(last.end_lineno, last.end_col_offset, 0, b", *, seeded_more")]


def seed(root, chosen):
    definitions, calls, texts = gather(root)
    pool = list(candidates(definitions, calls))
    chosen.shuffle(pool)
    edits, broken, names = {}, {}, {}
    for at, (name, path, function, argument) in enumerate(pool[: OPTIONS.functions]):
        more = wanted_more(function) if at % 2 else None
        edits.setdefault(path, []).extend(more or renamed(function, argument))
        names[name] = argument.arg if not more else None
        for where, call in calls.get(name, []):
            gives = any(keyword.arg == argument.arg for keyword in call.keywords)
            is_open = any(isinstance(each, ast.Starred) for each in call.args)
            is_open |= any(keyword.arg is None for keyword in call.keywords)
            if (gives if not more else not is_open):
                # The opening bracket stands where the callee ends.
                broken[(where, call.func.end_lineno)] = name
    for path, all_edits in edits.items():
        changed = edit(texts[path], all_edits)
        ast.parse(changed)
        (root / path).write_bytes(changed)
    return broken, names


def heirs(root, names):
    """The chosen names, and the classes below them."""
    below = {}
    for _, _, tree in sources(root):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for base in node.bases:
                    base = base.value if isinstance(base, ast.Subscript) else base
                    name = getattr(base, "id", getattr(base, "attr", None))
                    below.setdefault(name, set()).add(node.name)
    reached, open_names = set(names), list(names)
    while open_names:
        for name in below.get(open_names.pop(), set()) - reached:
            reached.add(name)
            open_names.append(name)
    return reached


def check(root):
    run = [OPTIONS.xtask, "check", "--repo", str(root), "--base", "HEAD", "--format", "json"]
    answer = subprocess.run(run, stdout=subprocess.PIPE, check=False)
    if answer.returncode not in (0, 1):
        sys.exit(f"check failed in {root}")
    findings = json.loads(answer.stdout)["result"]["findings"]
    return [each for each in findings if each["check"] == "broken-call" and each["new"]]


def score(repository):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", "--shared", repository, str(root)], check=True)
        broken, names = seed(root, random.Random(OPTIONS.seed))
        found = check(root)
        right = {(each["path"], each["line"]) for each in found if (each["path"], each["line"]) in broken}
        others = [each for each in found if (each["path"], each["line"]) not in broken]
        reached = heirs(root, names)
        inherit = lambda each: re.match(r"`(?:\w+\.)*?(\w+)(?:\.__init__)?`", each["message"])[1] in reached
        wrong = [each for each in others if not inherit(each)]
        if OPTIONS.show:
            for each in wrong:
                print("  not seeded:", each["path"], each["line"], each["message"])
            for place in sorted(set(broken) - right):
                print("  not found:", *place, broken[place])
        print(
            f"{pathlib.Path(repository).name}: {len(names)} signatures, {len(broken)} calls break, "
            f"{len(right)} found, {len(others) - len(wrong)} by inheritance, {len(wrong)} findings elsewhere"
        )
        return len(broken), len(right), len(wrong)


def main():
    totals = [sum(column) for column in zip(*map(score, OPTIONS.repositories))]
    broken, right, wrong = totals
    print(f"precision {right / max(1, right + wrong):.4f}, recall {right / max(1, broken):.4f} of {broken} calls")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xtask")
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--functions", type=int, default=60)
    parser.add_argument("--show", action="store_true")
    OPTIONS = parser.parse_args()
    main()
