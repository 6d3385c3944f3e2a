#!/usr/bin/env python3
"""Mentions in notes that may point to nothing: draws them for labelling, scores labels (Python 3.11, stdlib).

    reference_mentions.py draw REPOSITORY PREDICTIONS [--seed N] [--count N]
    reference_mentions.py score LABELS PREDICTIONS...

REPOSITORY is a clone with a work tree at the revision that was analysed, PREDICTIONS what the example
`consolidation_scores notes REPOSITORY` printed. `draw` takes `--count` of the reported mentions and as many of
those that are not reported: every token of a note that looks like a path, a command, a module or a call and that
nothing in the tree answers by its whole path. It prints one block a mention with its line, the lines around it and what git
says, so that a reader can write the verdict.

LABELS has a line a mention: repository, commit, path, line, target, verdict, separated by tabs. Verdicts:
moved, removed, never-existed, ignored (not there, and git ignores it), alive, told (the text itself says that it is gone
or to come), none (no reference at all). The first three are dead; `score` counts them by class.
"""
import argparse, collections, json, os, random, re, subprocess, sys

DEAD = {"moved", "removed", "never-existed"}
ENDINGS = set("py pyi ipynb rs js jsx mjs cjs ts tsx go java kt swift rb php c h cc cpp hpp cs scala lua r jl sh bash ps1 md mdx rst txt toml yml yaml cfg ini json sql html css scss vue svelte proto tf tex csv env lock svg png".split())
WORD = re.compile(r"[A-Za-z0-9_@.~/+-]+")
LINK = re.compile(r"\]\(<?([^)\s>]+)")
SPAN = re.compile(r"`([^`\n]+)`")
CALLED = re.compile(r"(?:^|[$;&|]\s*|sudo )(?:(make|just|npm run|pnpm run|yarn run|pnpm|yarn|bun run) ([a-z][A-Za-z0-9_:.-]*)$|(?:(?:uv|poetry) run )?(?:(?:python3?|bash|sh|node)(?: -m)? |\./)(\S+).*?(\s--[a-z][a-z0-9_-]+)?)")
SYMBOL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:(?:\.|::)[A-Za-z_][A-Za-z0-9_]*)*(\(.*\))?")
FENCE = re.compile(r"\s*(?:```+|~~~+)\s*([A-Za-z0-9]*)")
SHELL = {"", "sh", "bash", "shell", "console", "zsh"}


def git(repo, *args, ok=(0,)):
    done = subprocess.run(["git", "-C", repo, "-c", "core.quotePath=false", *args], capture_output=True)
    if done.returncode not in ok:
        sys.exit(done.stderr.decode(errors="replace"))
    return done.stdout.decode(errors="replace")


def spoken(text):
    """(line, kind, text) of links, code spans, words and lines of shell blocks."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = FENCE.match(line)
        if mark:
            fence = mark[1].lower() if fence is None else None
        elif fence is not None:
            if fence in SHELL:
                yield number, "shell", line.strip()
        else:
            yield from ((number, "link", match[1]) for match in LINK.finditer(line))
            yield from ((number, "span", match[1]) for match in SPAN.finditer(line))
            rest = SPAN.sub(" ", LINK.sub(" ", re.sub(r"\w+://\S+", " ", line)))
            yield from ((number, "word", match[0]) for match in WORD.finditer(rest) if "/" in match[0])


def candidates(repo, notes):
    standing = set(git(repo, "ls-tree", "-r", "--name-only", "HEAD").splitlines())
    for path in list(standing):
        while "/" in path:
            path = path.rsplit("/", 1)[0]
            standing.add(path)
    ends = {path[at:] for path in standing for at in [0] + [n + 1 for n, c in enumerate(path) if c == "/"]}
    words = set()
    for path in sorted(standing):
        if path.rsplit(".", 1)[-1] in ENDINGS - set("md mdx rst txt csv svg png lock json".split()):
            words.update(re.findall(r"[A-Za-z_][A-Za-z0-9_-]*", git(repo, "show", f"HEAD:{path}", ok=(0, 128))))
    found = {"path": set(), "link": set(), "command": set(), "symbol": set()}
    for note in notes:
        for number, kind, text in spoken(git(repo, "show", f"HEAD:{note}")):
            called = CALLED.match(text) if kind in ("span", "shell") else None
            if called and called[1]:
                found["command"].add((note, number, f"{called[1]} {called[2]}"))
            elif called:
                script, flag = called[3], (called[4] or "").strip()
                if "/" in script and script.removeprefix("./") not in ends:
                    found["path"].add((note, number, script.removeprefix("./")))
                elif flag and flag.lstrip("-") not in words and flag not in words:
                    found["command"].add((note, number, f"{script} {flag}"))
            elif kind == "link":
                target = text.split("#")[0]
                place = os.path.normpath(os.path.join(os.path.dirname(note), target)) if not target.startswith("/") else target[1:]
                if target and "://" not in target and not target.startswith("mailto:") and place not in standing:
                    found["link"].add((note, number, target))
            elif kind in ("span", "word"):
                token = re.sub(r":[0-9-]+$", "", text.rstrip(".,;:)")).split("::")[0].removeprefix("./")
                ending = token.rsplit("/", 1)[-1].rsplit(".", 1)
                is_path = WORD.fullmatch(token) and (len(ending) == 2 and ending[1] in ENDINGS or ("/" in token and kind == "span"))
                if is_path and token.strip("/") not in ends:
                    found["path"].add((note, number, token))
                elif not is_path and kind == "span" and (symbol := SYMBOL.fullmatch(text)):
                    last = re.split(r"\.|::", text.split("(")[0])[-1]
                    if (symbol[1] or re.search("[a-z][A-Z]|_", last)) and not last.isupper() and last not in words:
                        found["symbol"].add((note, number, text))
    return {kind: sorted(mentions) for kind, mentions in found.items()}


def facts(repo, target):
    """What git says: removals of the path or of files of its name, ignore rules, namesakes."""
    token = target.split()[-1]
    name = token.rstrip("/").rsplit("/", 1)[-1]
    if not name or name.startswith("-") or re.search(r"[*{}<>$]", token):
        return ""
    said = []
    log = git(repo, "log", "HEAD", "--full-history", "-m", "--first-parent", "--diff-filter=DR", "-M", "--format=%x01%h", "--name-status", "--", f":(glob)**/{name}", f":(glob)**/{name}/**")
    commit = ""
    for line in log.splitlines():
        if line.startswith("\x01"):
            commit = line[1:]
        elif line:
            said.append(f"{commit} {line}".replace("\t", " "))
    said = said[:3]
    if not token.startswith("/") and ".." not in token:
        rule = git(repo, "check-ignore", "--no-index", "-v", "--", token, ok=(0, 1, 128)).strip() or git(repo, "check-ignore", "--no-index", "-v", "--", token.rstrip("/") + "/_", ok=(0, 1, 128)).strip()
        if rule:
            said.append("IGNORED " + rule.replace("\t", " "))
    there = [p for p in git(repo, "ls-files", "--", f":(glob)**/{name}", f":(glob)**/{name}/**").splitlines()][:2]
    return " | ".join(said) + (" THERE " + " ".join(there) if there else "")


def draw(args):
    prediction = json.load(open(args.predictions))["result"]
    notes = [note["path"] for note in prediction["notes"]]
    reported = sorted({(r["path"], r["line"], r["target"], r["class"]) for r in prediction["references"]})
    candidates_of = candidates(args.repository, notes)
    keys = {(path, line): [] for path, line, _, _ in reported}
    for path, line, target, _ in reported:
        keys[path, line].append(target)
    def is_reported(one):
        return any(one[2].split()[-1] in target or target in one[2] for target in keys.get(one[:2], []))
    rng = random.Random(args.seed)
    pools = [("R", rng.sample(reported, min(args.count, len(reported))))]
    print(f"# {len(reported)} reported")
    for kind, share in (("path", 0.4), ("link", 0.15), ("command", 0.25), ("symbol", 0.2)):
        silent = [one for one in candidates_of[kind] if not is_reported(one)]
        print(f"# {len(candidates_of[kind])} candidates of kind {kind}, {len(silent)} not reported")
        pools.append((kind[0].upper(), rng.sample(silent, min(int(args.count * share), len(silent)))))
    for kind, pool in pools:
        for number, one in enumerate(sorted(pool)):
            path, line, target = one[:3]
            lines = git(args.repository, "show", f"HEAD:{path}").splitlines()
            heading = next((text for text in reversed(lines[:line]) if text.startswith("#")), "")
            claim = one[3] if kind == "R" else "-"
            print(f"{kind}{number} {claim} {path}:{line} [{target}]  << {heading[:60]}")
            for at in range(line - args.around, line + args.around + 1):
                if 0 < at <= len(lines):
                    text = lines[at - 1].strip()
                    place = max(0, text.find(target.split()[-1]) - 90)
                    print("   " + (">" if at == line else " ") + text[place:place + 200])
            said = facts(args.repository, target)
            if said:
                print("    " + said)


def score(args):
    predicted = {}
    for name in args.predictions:
        prediction = json.load(open(name))["result"]
        for one in prediction["references"]:
            predicted[one["path"], one["line"], one["target"]] = one["class"]
    counts = collections.Counter()
    for record in open(args.labels):
        repository, commit, path, line, target, verdict = record.rstrip("\n").split("\t")
        said = predicted.get((path, int(line), target), "silent")
        counts[verdict, said] += 1
    for cls in ("moved", "removed", "never-existed"):
        reported = sum(n for (_, said), n in counts.items() if said == cls)
        right = sum(n for (verdict, said), n in counts.items() if said == cls and verdict in DEAD)
        same = counts[cls, cls]
        real = sum(n for (verdict, _), n in counts.items() if verdict == cls)
        found = sum(n for (verdict, said), n in counts.items() if verdict == cls and said in DEAD)
        print(f"{cls}: {right} of {reported} reported are dead, {same} of this class; {found} of {real} found")
    reported = sum(n for (_, said), n in counts.items() if said in DEAD)
    right = sum(n for (verdict, said), n in counts.items() if said in DEAD and verdict in DEAD)
    real = sum(n for (verdict, _), n in counts.items() if verdict in DEAD)
    ignored = sum(n for (_, said), n in counts.items() if said == "ignored")
    print(f"ignored: {counts['ignored', 'ignored']} of {ignored} reported are")
    print(f"precision {right}/{reported} {right / max(1, reported):.3f}, recall {right}/{real} {right / max(1, real):.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("draw")
    one.add_argument("repository")
    one.add_argument("predictions")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--count", type=int, default=60)
    one.add_argument("--around", type=int, default=0)
    one.set_defaults(run=draw)
    one = commands.add_parser("score")
    one.add_argument("labels")
    one.add_argument("predictions", nargs="+")
    one.set_defaults(run=score)
    args = parser.parse_args()
    args.run(args)


main()
