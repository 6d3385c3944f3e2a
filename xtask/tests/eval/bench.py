#!/usr/bin/env python3
"""All benchmarks in one run: makes its inputs, runs xtask and the peers that are there, prints ratios.

    bench.py [--only SECTION,…] [--runs 5] [--sizes 1,4,16] [--install]

phase2       wall time of the phase against its slowest part and the sum of its parts, on the sample repository
consolidate  the search for overlaps against jscpd, at sizes x1, x4, x16 with the fitted exponent
upstream     the core report, the sweep and the content index against git, on a generated fork
imports      `check` against `ruff check` and grimp, on generated packages at x1, x4, x16 with the fitted exponent
validate     what watching a suite of 1,000 tests costs, against bare pytest
apply        phase 3 on 250, 1,000 and 4,000 notes with ten links each, against one `git grep` for each path that moves
hook         the pre-commit hook against prek, at 100, 10,000 and 100,000 files
build        a cold build of what the alias builds (CPU seconds), and the alias started with nothing to do

Peers are taken from PATH; with --install they come from PyPI and npm into a folder that is removed afterwards. A peer
that is missing is said, and its section then prints xtask's figures alone or nothing. The program and the examples
are built optimised first. Standard library only.
"""
import argparse, json, math, os, pathlib, random, resource, shutil, statistics, subprocess, sys, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SECTIONS = ["phase2", "consolidate", "upstream", "imports", "validate", "apply", "hook", "build"]
GIT = ["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.invalid", "-c", "commit.gpgsign=false"]


def say(text):
    print(text, flush=True)


def script(name, *args):
    """Runs a benchmark of one part; what it prints is its result."""
    command = [sys.executable] if name.endswith(".py") else []
    if subprocess.run([*command, str(HERE / name), *map(str, args)]).returncode:
        say(f"FAILED: {name}")


def exponent(points):
    """Slope of the line through the logarithms of (size, time)."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mean_x, mean_y = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / sum((x - mean_x) ** 2 for x in xs)


class Bench:
    def __init__(self, args, scratch):
        self.args, self.scratch, self.peers = args, pathlib.Path(scratch), {}
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        self.xtask, self.examples = target / "release/xtask", target / "release/examples"

    def prepare(self):
        subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "xtask", "--bins", "--examples"], cwd=ROOT, check=True)
        if not self.args.install:
            return
        venv = self.scratch / "venv"
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "-q", "ruff", "grimp", "prek", "pytest"], check=True)
        os.environ["PATH"] = f"{venv / 'bin'}:{os.environ['PATH']}"

    def peer(self, name):
        found = shutil.which(name)
        if not found:
            say(f"{name} is not on PATH: not compared")
        return found

    def phase2(self):
        sample = self.scratch / "sample"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        subprocess.run([self.xtask, "demo", "--out", sample], **quiet)
        ratios = []
        for _ in range(self.args.runs):
            run = subprocess.run([self.xtask, "--repo", sample, "phase2", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
            timing = json.loads(run.stdout)["result"]["timing"]
            ratios.append((timing["wall_s"], max(timing["parts"].values()), timing["sum_s"]))
        wall, slowest, total = (statistics.median(column) for column in zip(*ratios))
        say(f"wall {wall:.2f} s, slowest part {slowest:.2f} s, sum {total:.2f} s: wall / slowest {wall / slowest:.2f}, wall / sum {wall / total:.2f}")

    def consolidate(self):
        jscpd = shutil.which("jscpd")
        if not jscpd and not self.args.install:
            return say("jscpd is not on PATH: not compared")
        script("bench_consolidate.py", "--sizes", self.args.sizes, "--scores", self.examples / "consolidation_scores", *(["--jscpd", jscpd] if jscpd else []))

    def upstream(self):
        fork = self.scratch / "fork"
        make_fork(fork, files=600, commits=3000)
        script("bench_upstream.py", fork / ".git", "fork", "upstream", self.args.runs, self.examples / "upstream_json")

    def imports(self):
        ruff, points = self.peer("ruff"), []
        has_grimp = subprocess.run([shutil.which("python3") or sys.executable, "-c", "import grimp"], stderr=subprocess.DEVNULL).returncode == 0
        for size in map(int, self.args.sizes.split(",")):
            folder = self.scratch / f"package-{size}"
            make_package(folder, modules=200 * size)
            cold = []
            for _ in range(self.args.runs):
                shutil.rmtree(folder / ".git/xtask", ignore_errors=True)
                cold.append(cpu([self.xtask, "--repo", folder, "check", "-q"]))
            points.append((size, statistics.median(cold)))
            say(f"x{size}: {200 * size} modules, `check` with an empty cache {points[-1][1]:.2f} s CPU")
        if len(points) > 1:
            say(f"time grows with exponent {exponent(points):.2f}")
        if ruff and has_grimp:
            script("bench_imports.py", self.xtask, folder, ruff, shutil.which("python3"), "lab", self.args.runs)
        elif not has_grimp:
            say("grimp cannot be imported by python3: not compared")

    def validate(self):
        script("bench_validate.py", shutil.which("python3") or sys.executable, "--xtask", self.xtask, "--runs", self.args.runs)

    def apply(self):
        points = []
        for size in map(int, self.args.sizes.split(",")):
            folder = self.scratch / f"notes-{size}"
            make_notes(folder, notes=250 * size)
            xtask = [self.xtask, "--repo", folder]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
            subprocess.run([*xtask, "consolidate", "plan"], **quiet)
            plan = folder / "notes/documentation_consolidation_plan.md"
            plan.write_text(plan.read_text().replace("- [ ] ", "- [x] "))
            start = time.monotonic()
            subprocess.run([*xtask, "phase3", "--yes"], **quiet)
            points.append((size, time.monotonic() - start))
            moved = sorted(path.name for path in (folder / "notes/archive").rglob("*.md"))
            start = time.monotonic()
            for name in moved[:100]:
                subprocess.run([*GIT, "-C", folder, "grep", "-lF", name, "HEAD"], stdout=subprocess.DEVNULL)
            scans = (time.monotonic() - start) * len(moved) / 100
            say(f"x{size}: {250 * size} notes, {2500 * size} links, {len(moved)} moved: {points[-1][1]:.2f} s, {points[-1][1] / scans:.2f} of one `git grep` a path (measured on 100 of them)")
        if len(points) > 1:
            say(f"time grows with exponent {exponent(points):.2f}")

    def hook(self):
        prek = self.peer("prek")
        configs = self.scratch / "configs"
        script("bench_hook.sh", "configs", configs, self.scratch)
        for files in (100, 10_000, 100_000):
            folder = self.scratch / f"hook-{files}"
            script("bench_hook.sh", "make", folder, files)
            for staged in (1, 10, 1000):
                labels = [f"xtask={self.xtask} hook pre-commit"] + ([f"prek={prek} run --config {configs / 'prek-builtin.yaml'} -q"] if prek else [])
                if staged <= files:
                    script("bench_hook.sh", "time", folder, staged, self.args.runs, *labels)

    def build(self):
        target = self.scratch / "cold"
        env = dict(os.environ, CARGO_TARGET_DIR=str(target))
        env.pop("CARGO_INCREMENTAL", None)
        start = time.monotonic()
        spent = cpu(["cargo", "build", "--quiet", "--package", "xtask", "--bin", "xtask"], cwd=ROOT, env=env)
        say(f"cold build: {spent:.0f} s CPU, {time.monotonic() - start:.0f} s wall")
        idle = []
        for _ in range(self.args.runs * 3):
            start = time.monotonic()
            subprocess.run(["cargo", "xtask", "--version"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            idle.append(time.monotonic() - start)
        say(f"`cargo xtask --version` with nothing to build: median {statistics.median(idle):.3f} s, least {min(idle):.3f} s")


def cpu(command, **more):
    """User and system seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_package(folder, modules, seed=1):
    """A Python package whose modules import one another, committed; a tenth of them moved in a second commit."""
    dice = random.Random(seed)
    place = [f"lab/part{number // 20}/module{number}.py" for number in range(modules)]
    for number, path in enumerate(place):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (folder / "lab/__init__.py").touch()
        (file.parent / "__init__.py").touch()
        wanted = [dice.randrange(modules) for _ in range(5)]
        lines = [f"from lab.part{other // 20}.module{other} import work{other}" for other in wanted]
        body = "\n".join(f"    value += work{other}(value, scale={dice.randrange(9)})" for other in wanted)
        helpers = "\n\n".join(f"def helper{index}(value):\n    return [value * {index} for _ in range(value)]\n" for index in range(15))
        file.write_text("\n".join(lines) + f"\n\n\ndef work{number}(value, scale=1):\n{body}\n    return value\n\n\n{helpers}")
    subprocess.run([*GIT, "init", "-q", "-b", "main", folder], check=True)
    commit(folder)
    for number in range(0, modules, 10):
        target = folder / f"lab/moved/module{number}.py"
        target.parent.mkdir(exist_ok=True)
        (folder / place[number]).rename(target)
    (folder / "lab/moved/__init__.py").touch()
    commit(folder)


def make_notes(folder, notes, seed=1):
    """Notes on a tenth as many subjects, committed: each with ten links to others, and a file of code that names it."""
    dice = random.Random(seed)
    words = ["".join(dice.choice("bcdfglmnprst") + dice.choice("aeiou") for _ in range(3)) for _ in range(3000)]
    subjects = [dice.sample(words, 30) for _ in range(notes // 10)]
    kinds = ["setup", "design", "usage", "limits", "options", "errors", "formats", "tuning", "review", "summary"]
    (folder / "notes").mkdir(parents=True)
    (folder / "src").mkdir()

    def name(number):
        return f"{subjects[number // 10][0]}_{subjects[number // 10][1]}_{kinds[number % 10]}.md"

    for number in range(notes):
        subject = subjects[number // 10]

        def some(count):
            return " ".join(dice.choice(subject if dice.random() < 0.5 else words) for _ in range(count))

        text = [f"# {subject[0]} {subject[1]} {kinds[number % 10]}", "", f"{some(20)}.", ""]
        for _ in range(5):
            text += [f"## {some(2)}", "", f"{some(30)}.", ""]
            for other in (dice.randrange(notes), dice.randrange(notes)):
                text += [f"{some(6)}: see [{kinds[other % 10]}]({name(other)}) {some(6)}.", ""]
        (folder / "notes" / name(number)).write_text("\n".join(text))
        (folder / f"src/part{number}.py").write_text(f"# See notes/{name(number)}.\nVALUE = {number}\n")
    subprocess.run([*GIT, "init", "-q", "-b", "main", folder], check=True)
    commit(folder)


def commit(folder):
    subprocess.run([*GIT, "-C", folder, "add", "-A"], check=True)
    subprocess.run([*GIT, "-C", folder, "commit", "-q", "-m", "change"], check=True)


def make_fork(folder, files, commits, seed=1):
    """A repository with branches `upstream` and `fork` that went apart in the middle, by `git fast-import`."""
    dice = random.Random(seed)
    text = {f"src/part{number // 25}/file{number}.c": [f"line {line} of {number}" for line in range(80)] for number in range(files)}
    subprocess.run([*GIT, "init", "-q", folder], check=True)
    stream = subprocess.Popen([*GIT, "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    clock = [1_600_000_000]

    def write(branch, parent, changed, message):
        clock[0] += 600
        out = [f"commit refs/heads/{branch}", f"committer b <b@example.invalid> {clock[0]} +0000", f"data {len(message)}", message]
        out += [f"from {parent}"] if parent else []
        for path, lines in changed.items():
            body = "\n".join(lines) + "\n"
            out += [f"M 100644 inline {path}", f"data {len(body)}", body]
        stream.stdin.write(("\n".join(out) + "\n").encode())

    def go_on(branch, text, count):
        for number in range(count):
            path = dice.choice(sorted(text))
            lines = list(text[path])
            lines[dice.randrange(len(lines))] = f"{branch} change {number}"
            text[path] = lines
            write(branch, None, {path: lines}, f"{branch} {number}")

    write("upstream", None, text, "start")
    go_on("upstream", text, commits // 2)
    fork = dict(text)
    write("fork", "refs/heads/upstream", {"fork.txt": ["fork"]}, "fork")
    go_on("fork", fork, commits // 10)
    go_on("upstream", text, commits // 2)
    stream.stdin.close()
    stream.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, with commas between")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", default="1,4,16")
    parser.add_argument("--install", action="store_true")
    args = parser.parse_args()
    wanted = args.only.split(",")
    if unknown := set(wanted) - set(SECTIONS):
        sys.exit(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    with tempfile.TemporaryDirectory(prefix="xtask-bench-") as scratch:
        bench = Bench(args, scratch)
        bench.prepare()
        for name in wanted:
            say(f"== {name}")
            getattr(bench, name)()


if __name__ == "__main__":
    main()
