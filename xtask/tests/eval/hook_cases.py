#!/usr/bin/env python3
"""Commits through real git with the installed hook, case by case, beside prek where prek has the check.

    hook_cases.py XTASK [--prek PREK] [--only WORD] [-v]

A case is what stands before, what is done, and the checks that must be named: `-check` for a warning. A commit is let
through exactly when every check named is a warning. Each case has a repository of its own with hooks set up by
`xtask setup hooks`; prek judges a copy of it by its builtin checks. Prints what differs, and a last line with the counts.
Exit 1 when a verdict is wrong. Nothing but the standard library.
"""
import argparse, os, pathlib, re, shutil, subprocess, sys, tempfile

from hook_case_more import CASES

PREK = """repos:
  - repo: builtin
    hooks:
      - id: trailing-whitespace
      - id: end-of-file-fixer
      - id: check-merge-conflict
        args: [--assume-in-merge]
      - id: check-added-large-files
      - id: check-case-conflict
      - id: check-yaml
        args: [--allow-multiple-documents]
      - id: check-toml
      - id: check-json
      - id: detect-private-key
"""
PEERS = {"trailing-whitespace": "trailing-blanks", "end-of-file-fixer": "final-newline",
         "check-merge-conflict": "conflict-marker", "check-added-large-files": "large-file",
         "check-case-conflict": "case-conflict", "check-yaml": "yaml", "check-toml": "toml", "check-json": "json",
         "detect-private-key": "private-key"}


class Repo:
    """A repository and what is done in it."""

    def __init__(self, root, env):
        self.root, self.env, self.said, self.done = pathlib.Path(root), env, "", None

    def path(self, name):
        return os.path.join(os.fsencode(str(self.root)), name if isinstance(name, bytes) else name.encode())

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return self

    def add(self, name, text):
        self.write(name, text)
        self.git("add", "-f", "--", name)
        return self

    def sh(self, *args, check=True, **more):
        done = subprocess.run(args, cwd=more.pop("cwd", self.root), env={**self.env, **more.pop("env", {})},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
        if check and done.returncode:
            raise RuntimeError("%s: %s" % (args, done.stdout.decode(errors="replace")))
        self.said = done.stdout.decode(errors="replace")
        return done.returncode == 0

    def git(self, *args, **more):
        self.sh("git", *args, **more)
        return self.said.strip()

    def keep(self, *args):
        """Commits without the hook."""
        self.git("commit", "-q", "--no-verify", "-m", "kept", *args)
        return self

    def commit(self, *args, **more):
        self.done = self.sh("git", "commit", "-q", "-m", "change", *args, check=False, **more)

    def act(self, *args, **more):
        self.done = self.sh("git", *args, check=False, **more)


def base_repository(folder, env, xtask, *init):
    repo = Repo(folder, env)
    repo.git("init", "-q", "-b", "main", *init)
    for name, value in (("user.name", "t"), ("user.email", "t@example.invalid"), ("commit.gpgsign", "false")):
        repo.git("config", name, value)
    repo.write("README.md", "# One\n\nText.\n").write("notes/a.md", "# A\n\nSee [one](../README.md#one).\n")
    repo.write("src/main.rs", "fn main() {}\n")
    repo.write("pkg/__init__.py", "").write("pkg/core.py", "def run(a, b):\n    return a + b\n\n\ndef other():\n    return 1\n")
    repo.write("pkg/use.py", "from pkg.core import run\n\nprint(run(1, 2))\n")
    repo.git("add", ".")
    repo.git("commit", "-q", "-m", "first")
    repo.sh(xtask, "setup", "hooks")
    copy = repo.root / ".git/xtask/bin/xtask"
    if copy.exists():
        copy.unlink()
        copy.symlink_to(xtask)
    return repo


def checks_in(said):
    found = set()
    for line in said.splitlines():
        for name in re.findall(r" \[([a-z-]+)\](?:;|$)", line) if line.startswith("  ") else []:
            found.add(("-" if ": warning: " in line or line.lstrip().startswith("warning: ") else "") + name)
    return sorted(found)


def peers_in(said):
    lines = said.splitlines()
    return sorted({PEERS[line[2:].split(": ")[-1].strip()] for at, line in enumerate(lines)
                   if line.startswith("- hook id: ") and line[11:].strip() in PEERS
                   for line in ["- " + line[11:]]})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("xtask"); parser.add_argument("--prek"); parser.add_argument("--only"); parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    xtask, prek = os.path.abspath(args.xtask), args.prek and os.path.abspath(args.prek)
    top = tempfile.mkdtemp(prefix="hook-cases-")
    home = os.path.join(top, "home"); os.makedirs(home)
    env = {"PATH": os.environ["PATH"], "HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
           "GIT_EDITOR": ":", "PREK_HOME": os.path.join(top, "prek"), "TZ": "UTC"}
    settings = os.path.join(top, "prek.yaml")
    open(settings, "w").write(PREK)
    bases = {}
    wrong = differs = ran = 0
    for name, expected, prepare, act, with_prek, init, more in CASES:
        if args.only and args.only not in name:
            continue
        if init not in bases:
            folder = os.path.join(top, "base%d" % len(bases)); os.makedirs(folder)
            bases[init] = folder
            base_repository(folder, env, xtask, *(init.split() if init else []))
        place = os.path.join(top, "repo")
        shutil.copytree(bases[init], place, symlinks=True)
        repo = Repo(place, {**env, **more}); ran += 1
        try:
            prepare(repo)
        except Exception as error:
            print("BROKEN CASE  %s: %s" % (name, error)); wrong += 1; shutil.rmtree(place); continue
        peer = None
        if prek and with_prek:
            copy = os.path.join(top, "peer"); shutil.copytree(place, copy, symlinks=True)
            other = Repo(copy, {**env, **more})
            for hook in ("commit-msg", "pre-push"):
                (other.root / ".git/hooks" / hook).unlink(missing_ok=True)
            hook = other.root / ".git/hooks/pre-commit"
            hook.write_text("#!/bin/sh\nexec '%s' run -c '%s'\n" % (prek, settings)); hook.chmod(0o755)
            try:
                act(other); peer = (other.done, peers_in(other.said))
            except Exception as error:
                peer = (None, [str(error)[:80]])
            shutil.rmtree(copy, ignore_errors=True)
        act(repo)
        said = repo.said
        got = checks_in(said)
        should = all(check.startswith("-") for check in expected)
        if got != sorted(expected) or repo.done != should:
            wrong += 1
            print("WRONG  %s\n    expected %s %s, got %s %s" % (name, "let through" if should else "stopped", expected,
                  "let through" if repo.done else "stopped", got))
            print("    " + "\n    ".join(said.splitlines()[:12]))
        elif args.v:
            print("right  %s: %s %s" % (name, "let through" if repo.done else "stopped", got))
        if peer is not None:
            mine = [check for check in got if check in PEERS.values()]
            if peer[1] != mine:
                differs += 1
                print("    prek differs  %s: prek %s, xtask %s" % (name, peer[1], mine))
        subprocess.run(["chmod", "-R", "u+w", place]); shutil.rmtree(place)
        for folder in pathlib.Path(top).glob("beside*"):
            shutil.rmtree(folder)
    print("%d cases, %d wrong, %d in which prek judges otherwise" % (ran, wrong, differs))
    shutil.rmtree(top)
    sys.exit(1 if wrong else 0)


main()
