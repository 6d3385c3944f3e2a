#!/usr/bin/env python3
"""Time, memory and accuracy of the search for overlaps, beside jscpd on the same inputs in the same run.

usage: bench_consolidate.py [--scores PROGRAM] [--jscpd PROGRAM] [--sizes 1,4,16] [--seed 1]

Generates Markdown with planted overlaps (word for word, lightly edited, lines of a list in another order), each on
a pair of files of its own, then runs both programs on it. What is printed for each size: CPU seconds (user and
system, with all children), peak memory, and how well the pairs of files are found (precision, recall, F1 over
unordered pairs). The last line gives the exponent of our time over the size. Standard library only; without
--scores the example is built optimised, without --jscpd version 5.3.2 is installed from npm into a folder that is
removed afterwards.
"""
import argparse, functools, itertools, json, math, os, random, subprocess, sys, tempfile, time

JSCPD = "jscpd@5.3.2"
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))


def vocabulary(rng, count=30_000):
    """Words that look like words, the frequent ones short."""
    sounds = "b c d f g h k l m n p r s t v w st tr pl ch".split()
    words = set()
    while len(words) < count:
        words.add("".join(rng.choice(sounds) + rng.choice("aeiou") for _ in range(rng.choice((1, 2, 2, 3, 3, 4)))))
    return sorted(words, key=lambda word: (len(word), word))


@functools.cache
def frequencies(count):
    return list(itertools.accumulate(1 / (rank + 2.7) for rank in range(count)))


def sentence(rng, words):
    """Words by Zipf's law, as in a language: a few stand everywhere, most are rare."""
    picked = rng.choices(words, cum_weights=frequencies(len(words)), k=rng.randint(8, 20))
    return " ".join(picked).capitalize() + "."


def section(rng, words):
    title = " ".join(rng.sample(words, 3)).capitalize()
    if rng.random() < 0.25:
        body = "\n".join("- " + sentence(rng, words) for _ in range(rng.randint(5, 9)))
    else:
        body = "\n".join(sentence(rng, words) for _ in range(rng.randint(5, 12)))
    return f"## {title}\n\n{body}\n"


def edited(rng, words, text):
    """One word in ten is another one; lines are wrapped anew."""
    picked = [rng.choice(words) if rng.random() < 0.1 else word for word in text.split()]
    return "\n".join(" ".join(picked[at : at + 13]) for at in range(0, len(picked), 13))


def reordered(rng, text):
    lines = text.split("\n")
    rng.shuffle(lines)
    return "\n".join(lines)


def generate(folder, megabytes, seed):
    """Writes about so many megabytes; gives the planted pairs."""
    rng = random.Random(seed)
    words = vocabulary(rng)
    files, size = [], 0
    while size < megabytes * 1_000_000:
        sections = [section(rng, words) for _ in range(rng.randint(6, 14))]
        files.append(sections)
        size += sum(map(len, sections))
    planted = set()
    for one in range(0, len(files) - 1, 4):
        other = one + 1
        head, body = rng.choice(files[one]).split("\n\n", 1)
        kind = rng.choice(("same", "edited", "reordered"))
        copy = {"same": body, "edited": edited(rng, words, body), "reordered": reordered(rng, body.strip())}[kind]
        files[other].insert(rng.randrange(len(files[other])), f"{head} again\n\n{copy}\n")
        planted.add((f"n{one:06}.md", f"n{other:06}.md"))
    for number, sections in enumerate(files):
        with open(os.path.join(folder, f"n{number:06}.md"), "w", encoding="utf-8") as out:
            out.write(f"# Note {number}\n\n" + "\n".join(sections))
    return planted


def measured(command):
    """CPU seconds, peak memory in MB, wall seconds and standard output of a child."""
    before = time.monotonic()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if child.returncode not in (0, 1):
        sys.exit(f"cannot run {command[0]}: exit code {child.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e6, time.monotonic() - before, text


def of_xtask(program, folder):
    cpu, memory, wall, text = measured([program, "texts", folder])
    pairs = {tuple(sorted((a, b))) for a, b, _ in json.loads(text)["pairs"]}
    return cpu, memory, wall, pairs


def of_jscpd(program, folder, scratch):
    output = os.path.join(scratch, "jscpd")
    command = [program, "--reporters", "json", "--output", output, "--format", "markdown", "--min-tokens", "30",
               "--max-size", "100mb", "--max-lines", "1000000", "--silent", folder]
    cpu, memory, wall, _ = measured(command)
    with open(os.path.join(output, "jscpd-report.json"), encoding="utf-8") as report:
        clones = json.load(report)["duplicates"]
    # A name carries the format: `note.md:markdown`.
    name = lambda clone, side: os.path.basename(clone[side]["name"].rsplit(":", 1)[0])
    names = lambda clone: sorted(name(clone, side) for side in ("firstFile", "secondFile"))
    return cpu, memory, wall, {tuple(names(clone)) for clone in clones if len(set(names(clone))) == 2}


def accuracy(found, planted):
    right = len(found & planted)
    precision = right / len(found) if found else 0.0
    recall = right / len(planted) if planted else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def line(name, size, result, planted):
    cpu, memory, wall, pairs = result
    precision, recall, f1 = accuracy(pairs, planted)
    print(f"{name:8} {size:7.1f} MB {cpu:8.2f} s CPU {size / max(cpu, 1e-9):7.1f} MB/s {memory:7.0f} MB peak "
          f"{wall:7.2f} s wall   precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}", flush=True)
    return cpu, memory, f1


def exponent(points):
    """Slope of the line through the logarithms."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(max(y, 1e-9)) for _, y in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    below = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys)) / below if below else float("nan")


def scores_program(given):
    if given:
        return given
    subprocess.run(["cargo", "build", "--release", "--quiet", "--example", "consolidation_scores"], cwd=ROOT, check=True)
    return os.path.join(ROOT, "target", "release", "examples", "consolidation_scores")


def jscpd_program(given, scratch):
    if given:
        return given
    subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", scratch, "-E", JSCPD], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(scratch, "node_modules", ".bin", "jscpd")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--scores")
    parser.add_argument("--jscpd")
    parser.add_argument("--sizes", default="1,4,16")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        scores, jscpd = scores_program(arguments.scores), jscpd_program(arguments.jscpd, scratch)
        points = []
        for size in map(float, arguments.sizes.split(",")):
            folder = os.path.join(scratch, f"notes-{size}")
            os.mkdir(folder)
            planted = generate(folder, size, arguments.seed)
            megabytes = sum(entry.stat().st_size for entry in os.scandir(folder)) / 1e6
            cpu, memory, f1 = line("xtask", megabytes, of_xtask(scores, folder), planted)
            other_cpu, other_memory, other_f1 = line("jscpd", megabytes, of_jscpd(jscpd, folder, scratch), planted)
            print(f"ratio    jscpd / xtask: time {other_cpu / cpu:.2f}, memory {other_memory / memory:.2f}; F1 {f1 - other_f1:+.3f}")
            points.append((megabytes, cpu))
        if len(points) > 1:
            print(f"time grows with exponent {exponent(points):.2f}")


main()
