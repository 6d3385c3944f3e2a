// The fork: months, where it left upstream, conflicts by folder, steps, its own work.
function forkView(query) {
  const fork = DATA.result.upstream;
  if (fork.unavailable) return unavailable(fork);
  const conflicts = fork.merge ? fork.merge.conflicts : [];
  return el("div", {},
    el("h2", {}, standing(fork)),
    el("p", {}, `${known(fork.ahead)} commits ahead, ${known(fork.behind)} behind. `, fork.strategy.why.join("; "), "."),
    fork.strategy.commands.length ? el("pre", { class: "message" }, fork.strategy.commands.join("\n")) : null,
    el("details", {}, el("summary", {}, "What was not recommended, and why"), el("ul", {}, fork.strategy.rejected.map((one) => el("li", {}, el("strong", {}, one.name.replaceAll("-", " ")), `: ${one.why}`)))),
    el("h2", {}, "Time line"), timeline(fork),
    el("h2", {}, "Conflicts"), conflicts.length ? [byFolder(conflicts), conflictTable(conflicts, query)] : el("p", { class: "empty" }, fork.merge ? (fork.merge.unjudged ? "No path whose contents are here has a conflict." : "A merge has no conflict.") : "No merge was tried."),
    fork.merge?.unjudged ? el("p", { class: "quiet" }, `Of ${counted(fork.merge.unjudged, "path", "paths")} it is not known: contents that a merge would compare are not here.`) : null,
    el("h2", {}, "Steps"), steps(fork),
    el("h2", {}, "Work of the fork"), custom(fork, query));
}
// All months from the first to the last, those without a commit too: a gap is as wide as it was long.
function everyMonth(named) {
  const sorted = [...named].sort();
  const months = [];
  let [year, month] = sorted[0].split("-").map(Number);
  for (let name = ""; name !== sorted[sorted.length - 1] && months.length < 1200; month += 1) {
    if (month > 12) [year, month] = [year + 1, 1];
    name = `${year}-${String(month).padStart(2, "0")}`;
    months.push(name);
  }
  return months;
}
function timeline(fork) {
  const counts = fork.months || {};
  if (!Object.keys(counts).length) return el("p", { class: "empty" }, "There is no commit on one side alone.");
  const marks = [];
  if (fork.merge_base) marks.push([fork.merge_base.date, "left upstream"]);
  if (fork.sync_point && fork.sync_point.commit !== (fork.merge_base || {}).commit) marks.push([fork.sync_point.date, `content of ${short(fork.sync_point.commit)}`]);
  const names = everyMonth([...Object.keys(counts), ...marks.map(([date]) => day(date).slice(0, 7))]);
  const months = names.map((name) => [name, counts[name] || [0, 0]]);
  const width = 900, height = 190, ground = 150, step = Math.min(60, (width - 20) / months.length);
  const most = Math.max(1, ...months.flatMap(([, counts]) => counts));
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Commits a month: ${Object.entries(counts).map(([month, [own, theirs]]) => `${month} fork ${own}, upstream ${theirs}`).join("; ")}` });
  months.forEach(([month, counts], index) => {
    const x = 10 + index * step;
    counts.forEach((number, side) => {
      const tall = number ? Math.max(2, (number / most) * (ground - 34)) : 0;
      picture.append(svg("rect", { x: x + side * (step / 2 - 1), y: ground - tall, width: Math.max(1, step / 2 - 2), height: tall, style: `fill:var(--${side ? "upstream" : "fork"})` },
        svg("title", {}, `${month}, ${side ? "upstream" : "fork"}: ${counted(number, "commit", "commits")}`)));
    });
    if (index % Math.ceil(months.length / 12) === 0) picture.append(svg("text", { x, y: ground + 16 }, month));
  });
  picture.append(svg("line", { class: "axis", x1: 0, x2: width, y1: ground, y2: ground }));
  marks.forEach(([date, text], index) => {
    const at = months.findIndex(([month]) => month === day(date).slice(0, 7));
    const x = 10 + at * step;
    picture.append(svg("line", { x1: x, x2: x, y1: 14 + 14 * index, y2: ground, style: "stroke:var(--bad);stroke-dasharray:3 3" }), svg("text", { x: x + 4, y: 12 + 14 * index }, `${text}, ${day(date)}`));
  });
  const point = fork.sync_point;
  return el("div", {}, el("div", { class: "picture" }, picture), legend(["var(--fork)", "commits of the fork alone"], ["var(--upstream)", "commits of upstream alone"]),
    point ? el("p", { class: "quiet" }, `The fork's content follows upstream up to ${short(point.commit)} of ${day(point.date)} (${point.method.replaceAll("-", " ")}, confidence ${point.confidence.toFixed(2)}): ${point.why}.`) : null);
}
function byFolder(conflicts) {
  const folders = new Map();
  for (const one of conflicts) folders.set(folder(one.path), (folders.get(folder(one.path)) || 0) + 1);
  const rows = [...folders].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shown = rows.slice(0, 20);
  return el("div", {}, bars(shown.map(([name, number]) => ({ name, parts: [[number, "var(--bad)"]], text: counted(number, "path", "paths") })), shown[0][1], "Conflicts by folder"),
    rows.length > shown.length ? el("p", { class: "quiet" }, `${count(rows.length - shown.length)} more folders.`) : null);
}
function conflictTable(conflicts, query) {
  return table({
    label: "conflicts", rows: conflicts, ...kept(query),
    columns: [
      { key: "path", label: "Path", value: (row) => row.path, show: (row) => el("span", { class: "path" }, row.path), width: "38%" },
      { key: "kinds", label: "Kind", value: (row) => row.kinds.map((kind) => kind.replace(/^CONFLICT \((.*)\)$/, "$1")).join(", ") },
      { key: "class", label: "Class", value: (row) => row.class, width: "100px" },
      { key: "hunks", label: "Hunks", value: (row) => row.hunks, number: true, width: "80px" },
      { key: "fork", label: "Fork", value: (row) => row.fork_commits, number: true, width: "80px" },
      { key: "upstream", label: "Upstream", value: (row) => row.upstream_commits, number: true, width: "100px" },
      { key: "first", label: "First that conflicts", value: (row) => short(row.first_commit), show: (row) => (row.first_commit ? el("code", {}, short(row.first_commit), row.proven ? "" : " (not proven)") : ""), width: "170px" },
    ],
  });
}
function steps(fork) {
  const clean = fork.clean_prefix;
  if (!clean) return el("p", { class: "empty" }, "There is nothing to merge.");
  const rows = (clean.steps || []).map((one) => ({ name: one.ref.replace("refs/tags/", ""), parts: [[one.conflicts, "var(--bad)"]], text: one.clean ? "clean" : counted(one.conflicts, "conflict", "conflicts") }));
  return el("div", {}, el("p", {}, `${count(clean.commits)} of ${counted(clean.of, "first-parent commit", "first-parent commits")} of upstream merge cleanly`, clean.last ? `, up to ${short(clean.last)}` : "", clean.next ? `; ${short(clean.next)} is next` : "", "."),
    rows.length ? bars(rows, Math.max(1, ...(clean.steps || []).map((one) => one.conflicts)), "Conflicts when merging up to a release") : el("p", { class: "empty" }, "No release tag of upstream lies ahead."));
}
function custom(fork, query) {
  return table({
    label: "files of the fork", rows: fork.custom || [], ...kept(query, "own-"),
    columns: [
      { key: "path", label: "Path", value: (row) => row.path, show: (row) => el("span", { class: "path" }, row.path), width: "42%" },
      { key: "status", label: "Status", value: (row) => row.status, width: "110px" },
      { key: "area", label: "Area", value: (row) => row.area },
      { key: "added", label: "Lines added", value: (row) => row.lines_added, show: (row) => (row.lines_added === null ? "" : count(row.lines_added)), number: true, width: "120px" },
      { key: "deleted", label: "deleted", value: (row) => row.lines_deleted, show: (row) => (row.lines_deleted === null ? "" : count(row.lines_deleted)), number: true, width: "100px" },
      { key: "symbols", label: "Symbols", value: (row) => row.symbols, number: true, width: "95px" },
      { key: "commits", label: "Commits", value: (row) => row.commits, number: true, width: "95px" },
    ],
  });
}
