// Elements are made by calls that take text as text: nothing of the repository is ever read as HTML.
function el(name, attributes, ...children) {
  const node = document.createElement(name);
  return filled(node, attributes, children);
}
function svg(name, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  return filled(node, attributes, children);
}
function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}
const count = (number) => Number(number || 0).toLocaleString("en");
const counted = (number, one, more) => `${count(number)} ${number === 1 ? one : more}`;
const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
function seconds(time) {
  if (time === null || time === undefined) return "";
  return time < 1 ? `${(1000 * time).toFixed(time < 0.01 ? 1 : 0)} ms` : `${time.toFixed(time < 10 ? 2 : 1)} s`;
}
const day = (date) => (date ? date.slice(0, 10) : "");
const short = (commit) => (commit ? commit.slice(0, 9) : "");
const lines = (range) => (range[0] === range[1] ? `line ${range[0]}` : `lines ${range[0]}-${range[1]}`);
const folder = (path) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".");

// Where the page stands: `#part?key=value&…`, so that every view has an address.
function place() {
  const [part, query] = location.hash.slice(1).split("?");
  return { part: part || "overview", query: new URLSearchParams(query || "") };
}
function address(part, query) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query || {})) if (value) words.set(key, value);
  const text = words.toString();
  return `#${part}${text ? `?${text}` : ""}`;
}
function go(part, query) {
  location.hash = address(part, query);
}
// Changes the address without drawing the view again.
function note(part, query) {
  history.replaceState(null, "", address(part, query));
}
// What a table keeps of itself in the address; `prefix` tells the tables of one view apart.
function kept(query, prefix = "") {
  return {
    state: { q: query.get(`${prefix}q`), sort: query.get(`${prefix}sort`) },
    changed: (state) => {
      const now = place();
      for (const key of ["q", "sort"]) now.query.set(prefix + key, state[key] || "");
      note(now.part, Object.fromEntries(now.query));
    },
  };
}
const link = (text, part, query) => el("a", { href: address(part, query) }, text);
const legend = (...entries) =>
  el("p", { class: "legend" }, entries.map(([colour, text]) => el("span", {}, el("i", { style: `background:${colour}` }), text)));
const unavailable = (result) =>
  el("p", { class: "empty" }, `Not available: ${result.unavailable}.`, result.hint ? ` ${result.hint}` : "");
