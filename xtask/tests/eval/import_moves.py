#!/usr/bin/env python3
"""Collects imports that a commit's moves broke, with what its author wrote instead.

    import_moves.py OUT.json NAME=CLONE...

The rows have the form that `score_moves` reads. A commit counts when it renamed Python modules, has one parent and
changed no more than 400 Python files. An import of a file that the commit changed makes a row when all of this holds,
so that the old statement is broken by this commit and the answer can be known from its tree:

1. In the parent commit the old statement worked: its module stands below a root, and binds the name.
2. In the commit, seen from the file's new place, it does not: no root has the module with the name.
3. No package on the way speaks of the missing part in a string: it may be an alias that keeps the statement working.
4. The author's version imports the same name from exactly one place where it did not before, and that statement works
   in the commit's tree by the same rule. (An author's statement that leads nowhere is no answer anyone could give.)
5. The module that the old statement led to is no importer of another row: the scorer sets importers back, and with
   it would come back what the commit took out of it.

Roots are the top folder, each folder above a topmost package, and the file's own folder where that is no package
(implicit relative imports are Python 2's). Files that Python 3 does not parse bind nothing. At most 4 rows for each
pair of statements, about 25 for each commit and 150 for each repository.
"""

import ast
import collections
import json
import re
import subprocess
import sys


class Clone:
    """One repository, read through `git cat-file`."""

    def __init__(self, path):
        self.path = path
        self.pipe = subprocess.Popen(
            ["git", "-C", path, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.bound = {}

    def git(self, *args):
        done = subprocess.run(["git", "-C", self.path, *args], capture_output=True, check=False)
        return done.stdout.decode("utf-8", "surrogateescape")

    def blob(self, name):
        self.pipe.stdin.write(name.encode() + b"\n")
        self.pipe.stdin.flush()
        head = self.pipe.stdout.readline().split()
        if len(head) != 3:
            return None
        data = self.pipe.stdout.read(int(head[2]))
        self.pipe.stdout.read(1)
        return data

    def bindings(self, blob):
        if blob not in self.bound:
            self.bound[blob] = bindings(self.blob(blob) or b"")
        return self.bound[blob]


class Tree:
    """The Python files of one commit, and the roots that imports start from."""

    def __init__(self, clone, commit):
        self.clone = clone
        self.files = {}
        for line in clone.git("ls-tree", "-r", "-z", commit).split("\0"):
            if line.endswith(".py"):
                meta, path = line.split("\t", 1)
                self.files[path] = meta.split()[2]
        self.folders = {folder for path in self.files for folder in above(path)}
        packages = {path[: -len("/__init__.py")] for path in self.files if path.endswith("/__init__.py")}
        tops = {package for package in packages if parent(package) not in packages}
        self.packages = packages
        self.roots = {""} | {parent(top) for top in tops}

    def works(self, path, name):
        """True when the module at `path` (no ending) is there and has the name."""
        for file in (f"{path}/__init__.py", f"{path}.py"):
            if file in self.files:
                bound = self.clone.bindings(self.files[file])
                if name is None or bound is None or name in bound or "__getattr__" in bound:
                    return True
        if name is None:
            return path in self.folders
        below = f"{path}/{name}"
        return f"{below}.py" in self.files or below in self.folders

    def places(self, importer, level, module, name):
        """The module paths that an import may mean and where it works."""
        dotted = module.replace(".", "/")
        if level:
            folder = importer.split("/")[:-1]
            if level - 1 > len(folder):
                return []
            starts = ["/".join(folder[: len(folder) - (level - 1)])]
        else:
            own = parent(importer)
            starts = sorted(self.roots | ({own} - self.packages))
        paths = ["/".join(part for part in (start, dotted) if part) for start in starts]
        return [path for path in paths if path and self.works(path, name)]


    def may_be_alias(self, path):
        """True when a package above the module at `path` has the missing part in a string."""
        folders = [folder for folder in above(f"{path}/x") if folder in self.packages]
        if not folders:
            return False
        rest = path[len(folders[-1]) + 1 :].split("/")[0]
        word = re.compile(rf"""["'][\w.:]*\b{re.escape(rest)}\b[\w.:]*["']""")
        texts = (self.clone.blob(self.files[f"{folder}/__init__.py"]) or b"" for folder in folders)
        return bool(rest) and any(word.search(text.decode("latin-1")) for text in texts)


def above(path):
    parts = path.split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def parent(path):
    return path.rpartition("/")[0]


def bindings(data):
    """The names that a module binds; `None` when a star or `globals()` leaves that open."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name == "*":
                    return None
                names.add(alias.asname or alias.name.split(".")[0])
    return names


def imports(data):
    """(line, level, module, name) of each imported name; `None` when the file does not parse."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        return None
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found += [(node.lineno, node.level, node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(node.lineno, 0, alias.name, None) for alias in node.names]
    return found


def text(level, module, name):
    return f"import {module}" if name is None else f"from {'.' * level}{module} import {name}"


def author_import(old, kept, new, after, path):
    """What the author wrote instead of `old`; `None` when that is not one statement that works."""
    _, level, module, name = old
    last = module.split(".")[-1]

    def fits(item):
        return item[3] == name and (name is not None or item[2].split(".")[-1] == last)

    before = {item[1:] for item in kept if fits(item)}
    wanted = {item[1:] for item in new if fits(item)} - before
    if len(before) != 1 or len(wanted) != 1 or any(item[1:] == old[1:] for item in new):
        return None
    (found,) = wanted
    return found if after.places(path, *found) else None


def rows_of(clone, commit, date):
    changed = []
    renamed = False
    status = clone.git("diff-tree", "-r", "-z", "--no-commit-id", "--name-status", "-M50", commit).split("\0")
    while len(status) > 1:
        kind = status.pop(0)
        first = status.pop(0)
        second = status.pop(0) if kind[:1] in "RC" else first
        if first.endswith(".py") and second.endswith(".py") and kind[:1] in "MR":
            changed.append((first, second))
            renamed |= kind[:1] == "R"
    if not renamed or len(changed) > 400:
        return []
    before, after = Tree(clone, f"{commit}^"), Tree(clone, commit)
    rows, led_to, pairs = [], [], collections.Counter()
    for was, now in changed:
        if len(rows) >= 25:
            break
        if was not in before.files or now not in after.files or before.files[was] == after.files[now]:
            continue
        old, new = (imports(tree.clone.blob(tree.files[path])) for tree, path in ((before, was), (after, now)))
        if old is None or new is None:
            continue
        for item in old:
            line, level, module, name = item
            if name == "*" or after.places(now, level, module, name):
                continue
            meant = before.places(was, level, module, name)
            if not meant or any(after.may_be_alias(path) for path in meant):
                continue
            author = author_import(item, old, new, after, now)
            if author is None:
                continue
            pairs[item[1:], author] += 1
            if pairs[item[1:], author] > 4:
                continue
            led_to.append(meant)
            rows.append(
                {
                    "commit": commit,
                    "date": date,
                    "file_before": was,
                    "file": now,
                    "line": line,
                    "old_import": text(level, module, name),
                    "new_import": text(*author),
                    "name": name,
                    "kind": "moved",
                }
            )
    importers = {row["file_before"].removesuffix(".py").removesuffix("/__init__") for row in rows}
    return [row for row, meant in zip(rows, led_to) if not importers.intersection(meant)]


def main():
    repos = []
    for argument in sys.argv[2:]:
        name, path = argument.split("=")
        clone = Clone(path)
        log = clone.git("log", "--no-merges", "-M50", "--diff-filter=R", "--format=%H %cs", "--", "*.py")
        rows = []
        for line in log.splitlines():
            if len(rows) >= 150:
                break
            rows += rows_of(clone, *line.split())
        print(name, len(rows), "rows", len({row["commit"] for row in rows}), "commits", file=sys.stderr)
        repos.append({"repo": name, "rows": rows})
    with open(sys.argv[1], "w", encoding="utf-8", errors="surrogateescape") as out:
        json.dump({"repos": repos}, out, indent=1)


main()
