#!/usr/bin/env python3
"""Kills editing commands at random moments, and lets their writer run out of space: before or after, nothing between.

    kill_edits.py XTASK REPOSITORY REVISION [--kills N] [--seed N] [--only NAME] [--signals | --small FOLDER]

Of a repository with notes a clone is planned once (`consolidate plan`, everything ticked); each command then runs in a
copy of it (phase3, undo, setup, `validate imports --fix`) to the end for its "after", and N times until a SIGKILL at a
random moment, or until a file grows past a random size (RLIMIT_FSIZE); with `--signals` all are killed. After `undo --recover` the work tree, the modes,
the index and the hooks have to be those of before or of after, with no file left over anywhere. With `--small`, a
folder on a file system of its own (`mount -t tmpfs -o size=40m tmpfs FOLDER`), the disk is instead filled until a
random rest is left, and each command runs out of it, or just not. Prints one line a command; exit 1 when anything
stood between; "half done" are those of which `undo --recover` had something to settle. Standard library only.
"""
import argparse, hashlib, os, pathlib, random, resource, shutil, signal, subprocess, sys, tempfile, time

PLAN = "documentation_consolidation_plan.md"
COMMANDS = {
    "phase3": (None, ["consolidate", "apply", "--yes"]),
    "undo": (["consolidate", "apply", "--yes"], ["undo"]),
    "setup": (None, ["setup"]),
    "setup --uninstall": (["setup"], ["setup", "--uninstall"]),
    "imports": (None, ["validate", "imports", "--fix"]),
}


def run(args, cwd, env, **more):
    return subprocess.run(args, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def state(root):
    """Every file outside `.git` and the hooks: bytes, mode, target; and what git's index holds."""
    found = {}
    for folder in (root, root / ".git/hooks"):
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(root))
            # The plan is no part of the edits: its marks follow them, and the next call makes them up.
            if folder == root and (name == ".git" or name.startswith(".git/") or path.name == PLAN):
                continue
            if path.is_symlink():
                found[name] = "-> " + os.readlink(path)
            elif path.is_file():
                found[name] = "%o %s" % (path.stat().st_mode, hashlib.sha1(path.read_bytes()).hexdigest())
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("xtask"); parser.add_argument("repository"); parser.add_argument("revision")
    parser.add_argument("--kills", type=int, default=40); parser.add_argument("--seed", type=int, default=1); parser.add_argument("--only"); parser.add_argument("--small"); parser.add_argument("--signals", action="store_true")
    args = parser.parse_args()
    xtask, dice = os.path.abspath(args.xtask), random.Random(args.seed)
    top = pathlib.Path(tempfile.mkdtemp(prefix="kill-edits-"))
    env = {"PATH": os.environ["PATH"], "HOME": str(top), "XDG_CONFIG_HOME": str(top), "GIT_CONFIG_NOSYSTEM": "1"}
    base = top / "base"
    run(["git", "clone", "-q", os.path.abspath(args.repository), str(base)], top, env, check=True)
    run(["git", "checkout", "-q", args.revision], base, env, check=True)
    for name in ("user.name", "user.email"):
        run(["git", "config", name, "t@x.invalid"], base, env)
    run([xtask, "consolidate", "plan", "-q"], base, env, check=True)
    for plan in base.rglob(PLAN):
        plan.write_text(plan.read_text().replace("\n- [ ] ", "\n- [x] "))
    wrong = 0
    for name, (first, command) in COMMANDS.items():
        if args.only and args.only != name:
            continue
        start = top / "start"
        shutil.copytree(base, start, symlinks=True)
        if first:
            run([xtask, *first], start, env)
        before = state(start)
        place = pathlib.Path(args.small or top) / "copy"
        shutil.copytree(start, place, symlinks=True)
        free = shutil.disk_usage(place).free
        begun = time.monotonic()
        ended = run([xtask, *command], place, env)
        lasted = time.monotonic() - begun
        after = state(place)
        grown = free - shutil.disk_usage(place).free
        shutil.rmtree(place)
        counts, ends, half = {"before": 0, "after": 0, "between": 0}, {}, 0
        largest = max((os.path.getsize(start / path) for path in before if not before[path].startswith("->") and (start / path).exists()), default=1)
        for number in range(args.kills):
            shutil.copytree(start, place, symlinks=True)
            ballast = place.parent / "ballast"
            if args.small:
                rest = dice.randrange(0, 2 * max(grown, 0) + (1 << 18))
                ballast.write_bytes(bytes(max(shutil.disk_usage(place).free - rest, 0)))
                code = run([xtask, *command], place, env).returncode
                ends[code] = ends.get(code, 0) + 1
                how = "%d bytes of disk left" % rest
                # What a command leaves has to be found with the disk still full, and again with room.
                run([xtask, "undo", "--list"], place, env)
                ballast.unlink()
            elif number % 4 == 3 and not args.signals:
                limit = dice.randrange(1, 2 * largest)
                def limited():
                    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                run([xtask, *command], place, env, preexec_fn=limited)
                how = "files up to %d bytes" % limit
            else:
                moment = dice.random() * lasted * 1.1
                child = subprocess.Popen([xtask, *command], cwd=place, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
                try:
                    child.wait(moment)
                except subprocess.TimeoutExpired:
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                how = "killed after %.3f s" % moment
            said = run([xtask, "undo", "--recover"], place, env).stdout.decode(errors="replace")
            half += "nothing was interrupted" not in said
            now = state(place)
            own = lambda folder: {str(path.relative_to(folder)) for path in (folder / ".git/xtask").rglob("*") if path.is_file()}
            left = sorted(path for path in own(place) - own(start) if not path.startswith((".git/xtask/cache", ".git/xtask/results", ".git/xtask/bin", ".git/xtask/change/lock")))
            verdict = "before" if now == before else "after" if now == after else "between"
            counts[verdict] += 1
            if verdict == "between" or (left and verdict == "before"):
                wrong += 1
                differs = sorted(path for path in {**before, **now, **after} if now.get(path) not in (before.get(path), after.get(path)))
                mixed = sorted(path for path in {**before, **now} if now.get(path) != before.get(path))
                print("    %s: %s; neither: %s; not as before: %s; left: %s\n    %s" % (name, how, differs[:5], mixed[:5], left, said.strip()[:300]))
            subprocess.run(["chmod", "-R", "u+w", str(place)]); shutil.rmtree(place)
        shutil.rmtree(start)
        print("%-18s exit %s, %.2f s: %s, half done: %d%s" % (name, ended.returncode, lasted, counts, half, " with exits %s" % ends if ends else ""), flush=True)
    shutil.rmtree(top)
    sys.exit(1 if wrong else 0)


main()
