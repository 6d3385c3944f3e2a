// A table that keeps only the rows in sight as elements, so that ten thousand rows open at once.
const ROW_HEIGHT = 32;
const ROWS_AROUND = 12;

// `columns`: {key, label, value(row), show(row)?, number?, width?}; `state`: {q, sort} from the address.
function table({ label, columns, rows, state, changed, act, filters }) {
  const shown = { rows, current: -1, sort: state.sort || "", words: state.q || "" };
  const said = el("span", { class: "quiet", role: "status" });
  const search = el("input", { type: "search", placeholder: "Search (press /)", "aria-label": `Search ${label}`, value: shown.words });
  const head = el("tr", { "aria-rowindex": 1 });
  const body = el("tbody");
  const grid = el("table", { "aria-label": label }, el("thead", {}, head), body);
  const box = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${label}, scrolls` }, grid);
  const heads = columns.map((column) => {
    const button = el("button", { type: "button", onclick: () => sortBy(column.key) }, column.label);
    const cell = el("th", { scope: "col", class: column.number ? "number" : null, style: column.width ? `width:${column.width}` : null }, button);
    head.append(cell);
    return [column, cell, button];
  });

  function sortBy(key) {
    const first = columns.find((column) => column.key === key).number ? `-${key}` : key;
    shown.sort = shown.sort === first ? (first.startsWith("-") ? key : `-${key}`) : first;
    settle();
  }
  function settle() {
    const words = shown.words.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (row) => columns.map((column) => column.value(row) ?? "").join(" ").toLowerCase();
    shown.rows = rows.filter((row) => {
      if (!words.length) return true;
      const all = text(row);
      return words.every((word) => all.includes(word));
    });
    const key = shown.sort.replace(/^-/, "");
    const column = columns.find((one) => one.key === key);
    if (column) {
      const down = shown.sort.startsWith("-") ? -1 : 1;
      const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
      const keyed = shown.rows.map((row, index) => [column.value(row) ?? (column.number ? -1 : ""), index, row]);
      keyed.sort((a, b) => down * order(a[0], b[0]) || a[1] - b[1]);
      shown.rows = keyed.map((entry) => entry[2]);
    }
    for (const [one, cell, button] of heads) {
      const by = shown.sort === one.key ? "ascending" : shown.sort === `-${one.key}` ? "descending" : null;
      if (by) cell.setAttribute("aria-sort", by);
      else cell.removeAttribute("aria-sort");
      button.textContent = one.label + (by === "ascending" ? " ↑" : by === "descending" ? " ↓" : "");
    }
    grid.setAttribute("aria-rowcount", shown.rows.length + 1);
    said.textContent = shown.rows.length === rows.length ? count(rows.length) : `${count(shown.rows.length)} of ${count(rows.length)}`;
    shown.current = -1;
    box.scrollTop = 0;
    draw();
    changed({ q: shown.words, sort: shown.sort });
  }
  function draw() {
    const height = box.clientHeight || 600;
    const from = Math.max(0, Math.floor(box.scrollTop / ROW_HEIGHT) - ROWS_AROUND);
    const to = Math.min(shown.rows.length, from + Math.ceil(height / ROW_HEIGHT) + 2 * ROWS_AROUND);
    const space = (rows) => el("tr", { class: "space", "aria-hidden": "true", style: `height:${rows * ROW_HEIGHT}px` }, el("td", { colspan: columns.length }));
    const drawn = shown.rows.slice(from, to).map((row, index) => line(row, from + index));
    body.replaceChildren(...(from ? [space(from)] : []), ...drawn, ...(to < shown.rows.length ? [space(shown.rows.length - to)] : []));
    if (!shown.rows.length) body.append(el("tr", {}, el("td", { colspan: columns.length, class: "empty" }, "Nothing matches.")));
  }
  function line(row, index) {
    const cells = columns.map((column) => {
      const text = column.value(row);
      const inner = column.show ? column.show(row) : text;
      return el("td", { class: column.number ? "number" : null, title: typeof text === "string" ? text : null }, inner);
    });
    return el("tr", {
      "aria-rowindex": index + 2,
      class: [index === shown.current && "current", act && "acts"].filter(Boolean).join(" ") || null,
      onclick: act ? (event) => event.target.closest("a") || act(row) : null,
    }, cells);
  }
  function move(by) {
    if (!shown.rows.length) return;
    shown.current = Math.min(shown.rows.length - 1, Math.max(0, shown.current + by));
    const top = shown.current * ROW_HEIGHT;
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + 2 * ROW_HEIGHT > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * ROW_HEIGHT - box.clientHeight;
    draw();
    said.textContent = `row ${count(shown.current + 1)} of ${count(shown.rows.length)}`;
  }
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { shown.words = search.value; settle(); }, 80);
  });
  let drawing = 0;
  box.addEventListener("scroll", () => {
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(draw);
  });
  box.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (by) { event.preventDefault(); move(by); }
    if (event.key === "Enter" && act && shown.current >= 0) act(shown.rows[shown.current]);
  });
  settle();
  requestAnimationFrame(draw);
  return el("div", {}, el("div", { class: "bar" }, search, filters || [], said), box);
}
