#!/usr/bin/env python3
"""Undoes the importers' part of a commit that moved modules, and lets `xtask validate imports --fix` do it again.

    fix_moves.py XTASK CLONE COMMIT...

For each commit a copy of the clone is made that holds the commit's tree, except that in every Python file the import
statements which the author rewrote stand as they stood before (found by parsing both versions: the same names are
bound from another module). That is committed, the tool mends it, and then all of this is checked:

1. findings that had a suggestion are gone, unless the tool said why it left them, and no new one came;
2. only lines of import statements, of uses of what they bind, and of path anchors that the tool reported differ;
3. every file that compiled before compiles after;
4. a second run changes nothing.

What is compared with the author's text: how many of the mended statements are exactly what the author wrote.
"""

import ast
import difflib
import json
import os
import subprocess
import sys
import tempfile


def git(folder, *args, check=True):
    done = subprocess.run(["git", "-C", folder, *args], capture_output=True, check=False)
    if check and done.returncode:
        raise SystemExit(f"git {' '.join(args)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def statements(text):
    """Import statements at their lines: (first, last, names bound, text)."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    lines = text.splitlines(keepends=True)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = tuple(sorted(alias.asname or alias.name for alias in node.names))
            own = "".join(lines[node.lineno - 1 : node.end_lineno])
            # A statement that shares its line with another is left as the author wrote it.
            if own.strip().startswith(("import ", "from ")) and ";" not in own:
                found.append((node.lineno, node.end_lineno, names, own))
    return found


def undone(before, after):
    """`after` with the old text of each import statement of `before` that binds the same names otherwise."""
    old, new = statements(before), statements(after)
    if old is None or new is None:
        return after
    lines = after.splitlines(keepends=True)
    texts = {own.strip() for *_, own in new}
    for first, last, names, own in sorted(new, reverse=True):
        was = [item for item in old if item[2] == names and item[3].strip() not in texts]
        kept = any(item[3].strip() == own.strip() for item in old)
        if len(was) == 1 and not kept:
            indent = own[: len(own) - len(own.lstrip())]
            text = was[0][3]
            if text[: len(text) - len(text.lstrip())] == indent:
                lines[first - 1 : last] = [text]
    return "".join(lines)


def changed_files(clone, commit):
    """(path before, path after) of each Python file that the commit modified or moved."""
    fields = git(clone, "diff-tree", "-r", "-z", "--no-commit-id", "--name-status", "-M50", commit)
    fields = fields.decode("utf-8", "surrogateescape").split("\0")
    while len(fields) > 1:
        kind, first = fields.pop(0), fields.pop(0)
        second = fields.pop(0) if kind[:1] in "RC" else first
        if kind[:1] in "MR" and second.endswith(".py"):
            yield first, second


def read(path):
    with open(path, "rb") as file:
        return file.read()


def compiles(folder):
    """Which Python files parse."""
    good = set()
    for path in git(folder, "ls-files", "-z", "*.py").decode("utf-8", "surrogateescape").split("\0"):
        full = os.path.join(folder, path)
        if path and os.path.isfile(full) and not os.path.islink(full):
            try:
                ast.parse(read(full))
                good.add(path)
            except (SyntaxError, ValueError, RecursionError):
                pass
    return good


def findings(xtask, folder):
    run = [xtask, "validate", "imports", "--repo", folder, "--format", "json"]
    done = subprocess.run(run, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode(errors="replace"))
    result = json.loads(done.stdout)
    result = result.get("result", result)
    anchors = {(anchor["path"], anchor["line"]) for anchor in result["anchors"] if anchor.get("line")}
    return [found for found in result["unresolved"] if found["guard"] is None], anchors


def key(found):
    return found["path"], found["module"], found["name"]


def changed_lines(before, after):
    old, new = before.decode("utf-8", "surrogateescape"), after.decode("utf-8", "surrogateescape")
    old, new = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for tag, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield (first, last), old[first:last], new[start:end]


def stray(before, after, named):
    """Changed lines that lie in no import statement and hold no word of a mended one."""
    spans = statements(before.decode("utf-8", "surrogateescape")) or []
    for (first, last), old, new in changed_lines(before, after):
        within = all(any(span[0] <= line + 1 <= span[1] for span in spans) for line in range(first, last))
        if not within and not any(name in line for line in old + new for name in named):
            yield first + 1, old, new


def measure(xtask, clone, commit, work):
    folder = os.path.join(work, commit[:10])
    subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", clone, folder], check=True)
    git(folder, "checkout", "-q", "--detach", commit)
    broken = {}
    for was, now in changed_files(clone, commit):
        full = os.path.join(folder, now)
        if not os.path.isfile(full) or os.path.islink(full):
            continue
        try:
            author = read(full).decode()
            text = undone(git(clone, "show", f"{commit}^:{was}").decode(), author)
        except UnicodeDecodeError:
            continue
        if text != author:
            broken[now] = author.encode()
            with open(full, "wb") as file:
                file.write(text.encode())
    who = ["-c", "user.name=fix", "-c", "user.email=fix@example.org"]
    git(folder, *who, "commit", "-q", "--allow-empty", "-a", "-m", "importers as before")
    good = compiles(folder)
    before, anchors = findings(xtask, folder)
    fix = [xtask, "validate", "imports", "--fix", "--repo", folder]
    said = subprocess.run(fix, capture_output=True, check=False)
    said = (said.stdout + said.stderr).decode(errors="replace")
    after, _ = findings(xtask, folder)
    faults = []
    mendable = {key(found) for found in before if found["suggestion"]}
    is_told = lambda found: f"{found['path']}:{found['line']}" in said
    left = [key(found) for found in after if found["suggestion"] and not is_told(found)]
    faults += [f"left: {item}" for item in left]
    faults += [f"new: {key(found)}" for found in after if key(found) not in {key(old) for old in before}]
    faults += [f"no longer compiles: {path}" for path in sorted(good - compiles(folder))]
    names = {}
    for found in before:
        words = names.setdefault(found["path"], set())
        words.update(part for part in found["module"].split(".") if part)
        words.update([found["name"]] if found["name"] else [])
    diff = git(folder, "diff", "--name-only", "-z", "HEAD").decode("utf-8", "surrogateescape").split("\0")
    exact = mended = 0
    for path in filter(None, diff):
        old, new = git(folder, "show", f"HEAD:{path}"), read(os.path.join(folder, path))
        for line, was, now in stray(old, new, names.get(path, ())):
            if (path, line) not in anchors:
                faults.append(f"stray: {path}:{line}: {was} -> {now}")
        mended += 1
        exact += new == broken.get(path)
    once = git(folder, "diff", "HEAD")
    subprocess.run(fix, capture_output=True, check=False)
    if git(folder, "diff", "HEAD") != once:
        faults.append("a second run still changes something")
    print(
        f"{os.path.basename(clone)} {commit[:10]}: {len(broken)} files undone, {len(before)} imports broken,"
        f" {len(mendable)} with a fix, {len(after)} left; {mended} files mended, {exact} to the author's bytes;"
        f" {len(faults)} faults"
    )
    for fault in faults:
        print("   ", fault)
    return len(faults)


def main():
    xtask, clone, *commits = sys.argv[1:]
    xtask, clone = os.path.abspath(xtask), os.path.abspath(clone)
    with tempfile.TemporaryDirectory() as work:
        faults = sum(measure(xtask, clone, commit, work) for commit in commits)
    sys.exit(1 if faults else 0)


main()
