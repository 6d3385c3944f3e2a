// Tests: suites, causes, outcomes by file, every case.
const OUTCOMES = { failed: "var(--bad)", error: "#8f2f6b", flaky: "var(--warn)", "not-run": "var(--none)", xpassed: "#a0673a", xfailed: "#5f7f8c", skipped: "#8d949c", passed: "var(--good)" };

function testsView(query) {
  const tests = DATA.result.validation;
  if (tests.unavailable) return unavailable(tests);
  const outcome = query.get("outcome") || "", cause = query.get("cause") || "", file = query.get("file") || "";
  const rows = tests.cases.filter((one) => (!outcome || one.outcome === outcome) && (!cause || one.cause === cause) && (!file || one.path === file));
  const rank = (one) => Object.keys(OUTCOMES).indexOf(one.outcome);
  rows.sort((a, b) => rank(a) - rank(b));
  const choose = el("select", { "aria-label": "Outcome", onchange: (event) => go("tests", { outcome: event.target.value, cause, file }) },
    ["", ...Object.keys(OUTCOMES)].map((one) => el("option", { value: one, selected: one === outcome }, one ? one.replace("-", " ") : "every outcome")));
  const chosen = [cause && "one cause", file].filter(Boolean).join(", ");
  return el("div", {},
    el("h2", {}, "Verdict: ", el("span", { class: GOOD[tests.verdict] || "warn" }, tests.verdict)), suites(tests),
    el("h2", {}, "Causes"), causes(tests, cause),
    el("h2", {}, "Outcomes by file"), byFile(tests),
    el("h2", { id: "cases" }, "Cases", chosen ? [` of ${chosen} `, link("(all)", "tests")] : ""),
    table({
      label: "cases", rows, ...kept(query), filters: choose,
      columns: [
        { key: "id", label: "Test", value: (row) => row.id, show: (row) => el("span", { class: "path" }, row.id), width: "52%" },
        { key: "outcome", label: "Outcome", value: (row) => row.outcome, show: (row) => el("span", { style: `color:${OUTCOMES[row.outcome] || "inherit"}` }, row.outcome), width: "100px" },
        { key: "suite", label: "Suite", value: (row) => row.suite, width: "130px" },
        { key: "duration", label: "Took", value: (row) => row.duration_s, show: (row) => seconds(row.duration_s), number: true, width: "95px" },
        { key: "attempts", label: "Attempts", value: (row) => row.attempts, number: true, width: "100px" },
        { key: "skip", label: "Reason", value: (row) => row.skip_reason || "" },
      ],
    }),
    el("h2", {}, "Durations"), durations(tests));
}
function suites(tests) {
  const heads = ["Suite", "Kind", "Status", "Collected", "Passed", "Failed", "Errors", "Flaky", "Skipped", "Xfailed", "Xpassed", "Not run", "Took"];
  const row = (run) => {
    const counts = run.counts;
    return el("tr", {}, el("td", {}, run.suite, run.gating ? "" : el("span", { class: "quiet" }, " (does not gate)")), el("td", {}, run.kind || ""),
      el("td", { class: GOOD[run.status] || "warn" }, run.status, run.why ? `: ${run.why}` : ""),
      ["collected", "passed", "failed", "errors", "flaky", "skipped", "xfailed", "xpassed", "not_run"].map((key) => el("td", { class: "number" }, counts[key] === undefined ? "" : count(counts[key]))), el("td", { class: "number" }, seconds(run.duration_s)));
  };
  return el("div", { class: "picture" }, el("table", { class: "plain" }, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, tests.runs.map(row))));
}
function causes(tests, open) {
  if (!tests.causes.length) return el("p", { class: "empty" }, "No test fails.");
  return el("div", {}, tests.causes.map((cause) => el("details", { open: cause.key === open || tests.causes.length <= 3 },
    el("summary", {}, el("strong", {}, counted(cause.cases.length, "test", "tests")), ` · ${cause.exception}`, cause.frame ? [" at ", el("code", {}, `${cause.frame.path}:${cause.frame.line}`)] : ""),
    el("pre", { class: "message" }, cause.message), cause.hint ? el("p", {}, cause.hint) : null,
    el("p", {}, link("Show these tests in the table", "tests", { cause: cause.key })),
    el("ul", {}, cause.cases.slice(0, 20).map((id) => el("li", {}, el("code", {}, id))), cause.cases.length > 20 ? el("li", { class: "quiet" }, `${count(cause.cases.length - 20)} more`) : null))));
}
function byFile(tests) {
  const files = new Map();
  for (const one of tests.cases) {
    const counts = files.get(one.path || "") || {};
    counts[one.outcome] = (counts[one.outcome] || 0) + 1;
    files.set(one.path || "", counts);
  }
  const sum = (counts) => Object.values(counts).reduce((all, number) => all + number, 0);
  const bad = (counts) => (counts.failed || 0) + (counts.error || 0) + (counts["not-run"] || 0) + (counts.flaky || 0);
  const rows = [...files].sort((a, b) => bad(b[1]) - bad(a[1]) || sum(b[1]) - sum(a[1]) || (a[0] < b[0] ? -1 : 1));
  const shown = rows.slice(0, 40);
  if (!rows.length) return el("p", { class: "empty" }, "No test was run.");
  const text = (counts) => Object.keys(OUTCOMES).filter((key) => counts[key]).map((key) => `${count(counts[key])} ${key}`).join(", ");
  return el("div", {}, bars(shown.map(([path, counts]) => ({ name: path || "(no file)", text: text(counts), go: () => go("tests", { file: path }), parts: Object.entries(OUTCOMES).map(([key, colour]) => [counts[key] || 0, colour]) })), Math.max(...shown.map((row) => sum(row[1]))), "Outcomes by file"),
    legend(...Object.entries(OUTCOMES).map(([key, colour]) => [colour, key.replace("-", " ")])),
    rows.length > shown.length ? el("p", { class: "quiet" }, `${count(rows.length - shown.length)} more files; the table below has them all.`) : null);
}
// How many tests took how long, each class ten times the one before.
function durations(tests) {
  const limits = [0.001, 0.01, 0.1, 1, 10, 100, Infinity];
  const names = ["under 1 ms", "1 to 10 ms", "10 to 100 ms", "0.1 to 1 s", "1 to 10 s", "10 to 100 s", "longer"];
  const counts = limits.map(() => 0);
  for (const one of tests.cases) if (one.duration_s !== null && one.duration_s !== undefined) counts[limits.findIndex((limit) => one.duration_s < limit)] += 1;
  return bars(names.map((name, index) => ({ name, parts: [[counts[index], "var(--accent)"]], text: counted(counts[index], "test", "tests") })), Math.max(1, ...counts), "Durations of tests");
}
