// Notes: the map of topics, the matrix of overlaps, the inventory, two notes side by side, contradictions.
const ROLES = ["guide", "reference", "summary", "report", "plan", "session", "status", "index", "other"];
const ROLE_COLOURS = ["#2f6fb3", "#3d8a5a", "#b7791f", "#8f5bb5", "#b5534f", "#5f7f8c", "#a0673a", "#6b6f76", "#8d949c"];
const roleColour = (role) => ROLE_COLOURS[Math.max(0, ROLES.indexOf(role))];
const MOST_IN_MATRIX = 120;

function notesView(query) {
  const notes = DATA.result.consolidation;
  if (notes.unavailable) return unavailable(notes);
  const topics = new Map(notes.topics.map((topic) => [topic.id, topic]));
  const topic = topics.get(query.get("topic"));
  const inTopic = (path) => !topic || topic.notes.includes(path);
  const label = (note) => (topics.get(note.topic) || { label: "" }).label;
  const rows = notes.notes.filter((note) => inTopic(note.path));
  const pairs = notes.overlaps.filter((pair) => inTopic(pair.a) || inTopic(pair.b));
  return el("div", {},
    el("h2", {}, "Topics"), topicMap(notes, topic),
    el("h2", {}, "Overlaps", topic ? ` of “${topic.label}”` : ""), matrix(notes, pairs), pairTable(pairs, query),
    el("h2", {}, "Notes", topic ? ` of “${topic.label}”` : ""),
    table({
      label: "notes", rows, ...kept(query),
      columns: [
        { key: "path", label: "Path", value: (row) => row.path, show: (row) => el("span", { class: "path" }, row.path), width: "34%" },
        { key: "title", label: "Title", value: (row) => row.title, width: "24%" },
        { key: "topic", label: "Topic", value: label },
        { key: "role", label: "Kind", value: (row) => row.role, width: "90px" },
        { key: "words", label: "Words", value: (row) => row.words, show: (row) => count(row.words), number: true, width: "80px" },
        { key: "changed", label: "Changed", value: (row) => day(row.changed), width: "105px" },
      ],
    }));
}

// One area a topic, one cell a note; as large as their text.
function topicMap(notes, chosen) {
  const width = 900, height = 320;
  const size = new Map(notes.notes.map((note) => [note.path, Math.max(note.bytes, 1)]));
  const note = new Map(notes.notes.map((one) => [one.path, one]));
  const areas = notes.topics.map((topic) => ({ topic, size: topic.notes.reduce((sum, path) => sum + (size.get(path) || 0), 0) })).filter((area) => area.size);
  areas.sort((a, b) => b.size - a.size);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `${areas.length} topics; an area is as large as the text of its notes` });
  for (const area of areas) area.weight = area.size;
  for (const { item, x, y, w, h } of squarified(areas, 0, 0, width, height)) {
    const title = `${item.topic.label}: ${counted(item.topic.notes.length, "note", "notes")}, ${count(item.size)} bytes`;
    const open = () => go("notes", { topic: chosen === item.topic ? "" : item.topic.id });
    const group = svg("g", { "data-go": true, tabindex: 0, role: "link", "aria-label": title, onclick: open, onkeydown: (event) => event.key === "Enter" && open() }, svg("title", {}, title));
    const inner = item.topic.notes.map((path) => ({ path, weight: size.get(path) || 1 })).sort((a, b) => b.weight - a.weight);
    for (const cell of squarified(inner, x + 1, y + 1, Math.max(w - 2, 0), Math.max(h - 2, 0))) {
      const role = (note.get(cell.item.path) || {}).role;
      group.append(svg("rect", { x: cell.x, y: cell.y, width: Math.max(cell.w - 0.6, 0), height: Math.max(cell.h - 0.6, 0), style: `fill:${roleColour(role)};opacity:${chosen && chosen !== item.topic ? 0.25 : 0.8}` }, svg("title", {}, `${cell.item.path} (${role})`)));
    }
    const letters = Math.floor((w - 8) / 7);
    if (h > 18 && letters > 6) {
      const text = item.topic.label.length > letters ? `${item.topic.label.slice(0, letters - 1)}…` : item.topic.label;
      group.append(svg("rect", { x: x + 2, y: y + 2, width: text.length * 6.6 + 8, height: 17, rx: 3, style: "fill:var(--ground);opacity:.86" }), svg("text", { x: x + 6, y: y + 15 }, text));
    }
    picture.append(group);
  }
  return el("div", {}, el("div", { class: "picture" }, picture), legend(...ROLES.map((role, index) => [ROLE_COLOURS[index], role])),
    chosen ? el("p", {}, link("Show all topics", "notes")) : null);
}

// Squarified treemap (Bruls, Huizing, van Wijk 2000): rows whose cells stay near squares.
function squarified(items, x, y, w, h) {
  const placed = [];
  const total = items.reduce((sum, item) => sum + item.weight, 0);
  if (!total || w <= 0 || h <= 0) return placed;
  const scale = (w * h) / total;
  let rest = items.map((item) => ({ item, area: item.weight * scale }));
  while (rest.length) {
    const side = Math.min(w, h);
    let taken = 0, sum = 0, worst = Infinity;
    while (taken < rest.length) {
      const next = sum + rest[taken].area;
      const least = rest[taken].area, most = rest[0].area;
      const ratio = Math.max((side * side * most) / (next * next), (next * next) / (side * side * least));
      if (ratio > worst) break;
      worst = ratio; sum = next; taken += 1;
    }
    const thick = sum / side;
    let along = 0;
    for (const cell of rest.slice(0, taken)) {
      const long = cell.area / thick;
      placed.push(w >= h ? { item: cell.item, x, y: y + along, w: thick, h: long } : { item: cell.item, x: x + along, y, w: long, h: thick });
      along += long;
    }
    if (w >= h) { x += thick; w -= thick; } else { y += thick; h -= thick; }
    rest = rest.slice(taken);
    if (w <= 0.01 || h <= 0.01) break;
  }
  return placed;
}

// Notes against notes in the order of their topics; with too many of them, topics against topics.
function matrix(notes, pairs) {
  if (!pairs.length) return el("p", { class: "empty" }, "No two notes overlap.");
  const order = new Map(notes.topics.flatMap((topic) => topic.notes).map((path, index) => [path, index]));
  const paths = [...new Set(pairs.flatMap((pair) => [pair.a, pair.b]))].sort((a, b) => (order.get(a) ?? 1e9) - (order.get(b) ?? 1e9) || (a < b ? -1 : 1));
  const byTopic = paths.length > MOST_IN_MATRIX;
  const topicOf = new Map(notes.topics.flatMap((topic) => topic.notes.map((path) => [path, topic])));
  const name = (path) => (byTopic ? (topicOf.get(path) || { label: "without a topic" }).label : path);
  const names = [...new Set(paths.map(name))];
  const at = new Map(names.map((one, index) => [one, index]));
  const cells = new Map();
  for (const pair of pairs) {
    const [row, column] = [at.get(name(pair.a)), at.get(name(pair.b))].sort((a, b) => b - a);
    const key = `${row},${column}`;
    const cell = cells.get(key) || { row, column, pairs: 0, score: 0 };
    cell.pairs += 1;
    if (pair.score > cell.score) { cell.score = pair.score; cell.best = pair; }
    cells.set(key, cell);
  }
  const step = Math.max(5, Math.min(22, Math.floor(700 / names.length)));
  const side = names.length * step;
  const texts = step >= 11 ? 300 : 0;
  const picture = svg("svg", { viewBox: `0 0 ${side + texts + 4} ${side + 4}`, style: `width:${Math.min(900, side + texts + 4)}px`, role: "img", "aria-label": `Matrix of ${counted(pairs.length, "overlap", "overlaps")} among ${names.length} ${byTopic ? "topics" : "notes"}; the table below lists them` });
  names.forEach((one, index) => {
    if (texts) picture.append(svg("line", { class: "axis", x1: 0, x2: (index + 1) * step, y1: (index + 0.5) * step, y2: (index + 0.5) * step, "stroke-width": 0.5 }));
    if (texts) picture.append(svg("text", { x: (index + 1) * step + 6, y: (index + 0.5) * step + 4, style: `font-size:${Math.min(12, step)}px` }, one.length > 44 ? `…${one.slice(-43)}` : one));
  });
  for (const cell of cells.values()) {
    const open = () => (byTopic ? go("notes", { topic: (topicOf.get(cell.best.a) || {}).id }) : go("pair", { a: cell.best.a, b: cell.best.b }));
    picture.append(svg("rect", { "data-go": true, x: cell.column * step, y: cell.row * step, width: step - 1, height: step - 1, onclick: open, style: `fill:rgba(var(--heat),${0.15 + 0.85 * cell.score})` },
      svg("title", {}, byTopic ? `${names[cell.row]} and ${names[cell.column]}: ${counted(cell.pairs, "pair", "pairs")}, up to ${cell.score.toFixed(2)}` : `${cell.best.a} and ${cell.best.b}: ${cell.score.toFixed(2)}`)));
  }
  return el("div", { class: "picture" }, byTopic ? el("p", { class: "quiet" }, `${paths.length} notes overlap, so topics stand against topics here; choose one to see its notes.`) : null, picture);
}
function pairTable(pairs, query) {
  return table({
    label: "overlaps", rows: pairs, ...kept(query, "pair-"), act: (pair) => go("pair", { a: pair.a, b: pair.b }),
    columns: [
      { key: "score", label: "Score", value: (pair) => pair.score, show: (pair) => link(pair.score.toFixed(2), "pair", { a: pair.a, b: pair.b }), number: true, width: "80px" },
      { key: "kind", label: "Kind", value: (pair) => pair.kind.replaceAll("-", " "), width: "135px" },
      { key: "a", label: "Note", value: (pair) => pair.a, show: (pair) => el("span", { class: "path" }, pair.a) },
      { key: "share_a", label: "of it", value: (pair) => pair.share_a, show: (pair) => percent(pair.share_a), number: true, width: "80px" },
      { key: "b", label: "Note", value: (pair) => pair.b, show: (pair) => el("span", { class: "path" }, pair.b) },
      { key: "share_b", label: "of it", value: (pair) => pair.share_b, show: (pair) => percent(pair.share_b), number: true, width: "80px" },
      { key: "passages", label: "Passages", value: (pair) => pair.shared.length, number: true, width: "100px" },
    ],
  });
}

function pairView(query) {
  const pair = DATA.result.consolidation.overlaps?.find((one) => one.a === query.get("a") && one.b === query.get("b"));
  if (!pair) return el("p", { class: "empty" }, "These two notes do not overlap. ", link("All notes", "notes"));
  const passages = pair.shared.map((passage, index) => el("section", {},
    el("h3", {}, `Passage ${index + 1}: ${lines(passage.a_lines)} and ${lines(passage.b_lines)}, ${percent(passage.similarity)} alike`),
    passage.texts ? sides(pair, passage) : el("p", { class: "quiet" }, "Its text is not kept in this page.")));
  return el("div", {}, el("p", {}, link("All notes", "notes")),
    el("h2", {}, `${pair.kind.replaceAll("-", " ")}, score ${pair.score.toFixed(2)}`),
    el("p", { class: "quiet" }, `${percent(pair.share_a)} of ${pair.a} and ${percent(pair.share_b)} of ${pair.b} stand in both. `, el("code", {}, "≠"), " marks lines that the other side does not have."),
    passages);
}
function sides(pair, passage) {
  const folded = (line) => line.replace(/\s+/g, " ").trim().toLowerCase();
  const known = passage.texts.map((text) => new Set(text.map(folded)));
  const side = (path, range, text, others) => el("div", { class: "side" }, el("h4", {}, path),
    el("ol", { start: range[0] }, text.map((line) => el("li", { class: !line.trim() ? null : others.has(folded(line)) ? "same" : "differs" }, line))));
  return el("div", { class: "sides" }, side(pair.a, passage.a_lines, passage.texts[0], known[1]), side(pair.b, passage.b_lines, passage.texts[1], known[0]));
}

// How many names of which class; those that git ignores may well be there for whoever built something.
function classes(dead) {
  const counts = new Map();
  for (const one of dead) counts.set(one.class, (counts.get(one.class) || 0) + 1);
  const ignored = counts.get("ignored") || 0;
  counts.delete("ignored");
  const told = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name, number]) => `${count(number)} ${name.replaceAll("-", " ")}`);
  const apart = ignored ? `${told.length ? "; beside them " : ""}${counted(ignored, "name", "names")} of files that git ignores, which may be there on another machine and are not counted as pointing to nothing` : "";
  return told.length || apart ? el("p", { class: "quiet", id: "classes" }, `${told.length ? `${count(dead.length - ignored)}: ${told.join(", ")}` : ""}${apart}.`) : null;
}

function factsView(query) {
  const notes = DATA.result.consolidation;
  if (notes.unavailable) return unavailable(notes);
  const dead = notes.references;
  return el("div", {},
    el("h2", {}, "Contradictions"),
    notes.facts.length ? notes.facts.map((fact) => el("section", { class: "card", style: "margin:8px 0" }, el("h3", {}, fact.key),
      el("table", { class: "plain" }, el("tbody", {}, fact.values.map((value) => el("tr", {},
        el("td", { style: "width:35%" }, el("strong", {}, value.value), value.value === fact.newest ? [" ", el("span", { class: "pill good" }, "newest")] : null),
        el("td", {}, el("code", {}, `${value.path}:${value.line}`)), el("td", { class: "quiet", style: "width:110px" }, day(value.changed)))))))) : el("p", { class: "empty" }, "No two notes contradict each other."),
    el("h2", {}, "Names that point to nothing"), classes(dead),
    table({
      label: "dead names", rows: dead, ...kept(query),
      columns: [
        { key: "path", label: "Where", value: (row) => `${row.path}:${row.line}`, show: (row) => el("span", { class: "path" }, `${row.path}:${row.line}`), width: "36%" },
        { key: "target", label: "Names", value: (row) => row.target, show: (row) => el("code", {}, row.target) },
        { key: "class", label: "What became of it", value: (row) => row.class.replaceAll("-", " "), width: "150px" },
        { key: "moved_to", label: "Moved to", value: (row) => row.moved_to || "" },
        { key: "commit", label: "By", value: (row) => short(row.commit), width: "100px" },
      ],
    }));
}
