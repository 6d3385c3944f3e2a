// Draws the part that the address names; keys move between parts.
const PARTS = [["overview", "Overview", overview], ["notes", "Notes", notesView], ["facts", "Contradictions", factsView], ["fork", "Fork", forkView], ["tests", "Tests", testsView]];

function draw() {
  const { part, query } = place();
  const views = { pair: pairView, ...Object.fromEntries(PARTS.map(([name, , view]) => [name, view])) };
  const view = views[part] || overview;
  const tab = part === "pair" ? "notes" : views[part] ? part : "overview";
  for (const button of document.querySelectorAll('[role="tab"]')) {
    const chosen = button.dataset.part === tab;
    button.setAttribute("aria-selected", chosen);
    button.tabIndex = chosen ? 0 : -1;
  }
  const main = document.getElementById("main");
  main.setAttribute("role", "tabpanel");
  main.setAttribute("aria-labelledby", `tab-${tab}`);
  main.replaceChildren(view(query), keys());
  if (query.get("cause") || query.get("file") || query.get("outcome")) document.getElementById("cases")?.scrollIntoView();
  else scrollTo(0, 0);
}
function keys() {
  return el("footer", {}, "Keys: ", el("kbd", {}, "1"), " to ", el("kbd", {}, String(PARTS.length)), " choose a part, ", el("kbd", {}, "/"), " searches, arrows or ",
    el("kbd", {}, "j"), " ", el("kbd", {}, "k"), " move in a table, ", el("kbd", {}, "Enter"), " opens. Made by ", DATA.tool, "; nothing here is loaded from anywhere.");
}
function tabs() {
  const list = document.getElementById("tabs");
  for (const [name, label] of PARTS) {
    list.append(el("button", { type: "button", role: "tab", id: `tab-${name}`, "data-part": name, "aria-controls": "main", onclick: () => go(name) }, label));
  }
  list.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const buttons = [...list.children];
    const next = buttons[(buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length];
    next.focus();
    next.click();
  });
}
function theme() {
  const root = document.documentElement;
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  document.getElementById("theme").addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; });
}
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const number = Number(event.key);
  if (number >= 1 && number <= PARTS.length) go(PARTS[number - 1][0]);
  if (event.key === "/") {
    event.preventDefault();
    const fields = [...document.querySelectorAll('input[type="search"]')];
    (fields[fields.length - 1] || document.body).focus();
  }
}
const DATA = JSON.parse(document.getElementById("data").textContent);
document.getElementById("name").textContent = DATA.name;
document.getElementById("origin").textContent = `${DATA.commit ? `commit ${short(DATA.commit)}` : "no commit"}${DATA.dirty ? ", with changes that are not committed" : ""}`;
tabs();
theme();
addEventListener("hashchange", draw);
addEventListener("keydown", pressed);
draw();
