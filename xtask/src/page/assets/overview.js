// First view: what was found, what to look at first, and what the parts took.
function overview() {
  const { consolidation, upstream, validation } = DATA.result;
  return el("div", {},
    el("div", { class: "cards" }, notesCard(consolidation), forkCard(upstream), testsCard(validation)),
    el("h2", {}, "Look at first"), first(consolidation, upstream, validation),
    el("h2", {}, "Times"), gantt());
}
function card(title, part, verdict, rows) {
  return el("section", { class: "card" },
    el("h3", {}, link(title, part)), verdict,
    el("dl", {}, rows.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}
function notesCard(notes) {
  if (notes.unavailable) return el("section", { class: "card" }, el("h3", {}, "Notes"), unavailable(notes));
  const summary = notes.summary;
  return card("Notes", "notes", el("p", { class: "verdict" }, `${percent(summary.overlap_share)} of the text stands in two notes or more`), [
    ["notes", count(summary.notes)], ["topics", count(summary.topics)], ["overlapping pairs", count(summary.overlaps)],
    ["contradictions", count(summary.facts)], ["names that point to nothing", known(summary.references)],
    ["broken links", known(summary.broken_links)], ["items ticked in the plan", `${count(summary.ticked)} of ${count(summary.proposed)}`]]);
}
function forkCard(fork) {
  if (fork.unavailable) return el("section", { class: "card" }, el("h3", {}, "Fork"), unavailable(fork));
  return card("Fork", "fork", el("p", { class: "verdict" }, standing(fork)), [
    ["commits ahead", known(fork.ahead)], ["commits behind", known(fork.behind)], ["paths in conflict", fork.merge ? count(fork.merge.conflicts.length) : "not known"],
    ["files of its own or changed", known(fork.custom?.length)], ["free upstream commits", known(fork.upstream_commits?.free)]]);
}
const known = (number) => (number === null || number === undefined ? "not known" : count(number));
const standing = (fork) => [fork.relation, fork.strategy.recommend?.replaceAll("-", " ")].filter(Boolean).join(": ") || "not known";
const GOOD = { passed: "good", failed: "bad" };
function testsCard(tests) {
  if (tests.unavailable) return el("section", { class: "card" }, el("h3", {}, "Tests"), unavailable(tests));
  // As in the report, suites that do not gate are told apart; they stand in the table of suites.
  const gating = tests.runs.filter((run) => run.gating);
  const runs = gating.length ? gating : tests.runs;
  const sum = (key) => runs.reduce((all, run) => all + (run.counts[key] || 0), 0);
  return card("Tests", "tests", el("p", { class: `verdict ${GOOD[tests.verdict] || "warn"}` }, `${tests.verdict.replace("-", " ")}${runs.length < tests.runs.length ? ` (${runs.map((run) => run.suite).join(", ")})` : ""}`), [
    ["collected", count(sum("collected"))], ["passed", count(sum("passed"))], ["failed", count(sum("failed"))],
    ["errors", count(sum("errors"))], ["flaky", count(sum("flaky"))], ["skipped", count(sum("skipped"))],
    // Rare kinds stand here where there are some, so that the figures add up.
    ...[["xfailed", "xfailed"], ["xpassed", "xpassed"], ["not run", "not_run"]].filter(([, key]) => sum(key)).map(([name, key]) => [name, count(sum(key))]),
    ["causes", count(tests.causes.length)], ["imports that cannot work", count(tests.imports.unresolved.length)]]);
}
function first(notes, fork, tests) {
  const entries = [];
  const add = (all, most, entry, rest) => {
    all.slice(0, most).forEach((one) => entries.push(entry(one)));
    if (all.length > most) entries.push(rest(all.length - most));
  };
  if (!tests.unavailable) {
    add(tests.causes, 3, (cause) => [link(`${counted(cause.cases.length, "test fails", "tests fail")}: ${cause.exception}: ${cause.message}`, "tests", { cause: cause.key })],
      (more) => [link(`${counted(more, "more cause", "more causes")}`, "tests")]);
    add(tests.imports.unresolved, 3, (one) => [el("code", {}, `${one.path}:${one.line}`), ` imports ${one.name || one.module}, which is not there`, one.suggestion ? [": ", el("code", {}, one.suggestion.text)] : null],
      (more) => [`${counted(more, "more import", "more imports")} that cannot work`]);
  }
  if (!fork.unavailable && fork.merge) {
    add(fork.merge.conflicts, 3, (one) => [link(`conflict in ${one.path}`, "fork", { q: one.path }), one.first_commit ? `, since upstream's ${short(one.first_commit)}` : ""],
      (more) => [link(counted(more, "more path in conflict", "more paths in conflict"), "fork")]);
  }
  if (!notes.unavailable) {
    add(notes.facts, 3, (fact) => [link(`${fact.key}: ${[...new Set(fact.values.map((value) => value.value))].join(" or ")}`, "facts")],
      (more) => [link(counted(more, "more contradiction", "more contradictions"), "facts")]);
  }
  if (!entries.length) return el("p", { class: "empty" }, "Nothing asks for attention.");
  return el("ul", {}, entries.map((entry) => el("li", {}, entry)));
}

// The parts start together; a bar is as long as its part took.
function gantt() {
  const timing = DATA.result.timing;
  const rows = Object.entries(timing.parts).map(([name, took]) => [name, took, "var(--accent)"]);
  const longest = Math.max(timing.sum_s, ...rows.map((row) => row[1]), 0.001);
  const all = [...rows, ["side by side", timing.wall_s, "var(--good)"], ["sum of the parts", timing.sum_s, "var(--none)"]];
  const picture = bars(all.map(([name, took, colour]) => ({ name, parts: [[took, colour]], text: seconds(took) })), longest, "What the three analyses took");
  const phases = Object.entries(DATA.times || {});
  const later = phases.length
    ? el("table", { class: "plain" },
      el("thead", {}, el("tr", {}, ["Phase", "Took", "Sum of its parts"].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, phases.map(([name, took]) => el("tr", {}, el("td", {}, name), el("td", {}, seconds(took.wall_s)), el("td", {}, seconds(took.sum_s))))))
    : null;
  return el("div", {}, el("p", { class: "quiet" }, `Side by side the parts took ${seconds(timing.wall_s)}. One after another they would take ${seconds(timing.sum_s)} at most: each ran slower beside the others.`), picture, later);
}

// Bars with a name before and a text behind each; `go` makes a bar a link.
function bars(rows, longest, label) {
  const width = 900, names = 260, texts = 150, height = 26;
  const scale = (value) => ((width - names - texts) * value) / (longest || 1);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${rows.length * height + 4}`, role: "img", "aria-label": `${label}: ${rows.map((row) => `${row.name} ${row.text}`).join(", ")}` });
  rows.forEach((row, index) => {
    let left = names;
    const y = index * height + 4;
    const name = row.name.length > 40 ? `…${row.name.slice(-39)}` : row.name;
    const group = svg("g", row.go ? { "data-go": true, tabindex: 0, role: "link", "aria-label": row.name, onclick: row.go, onkeydown: (event) => event.key === "Enter" && row.go() } : {},
      svg("title", {}, `${row.name}: ${row.text}`),
      svg("text", { x: names - 8, y: y + 14, "text-anchor": "end" }, name));
    for (const [value, colour] of row.parts) {
      const wide = value > 0 ? Math.max(1, scale(value)) : 0;
      group.append(svg("rect", { x: left, y, width: wide, height: 18, rx: 2, style: `fill:${colour}` }));
      left += wide;
    }
    group.append(svg("text", { x: left + 6, y: y + 14 }, row.text));
    picture.append(group);
  });
  return el("div", { class: "picture" }, picture);
}
