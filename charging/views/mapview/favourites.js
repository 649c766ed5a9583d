/* Favourite stations, kept by this browser alone: a star at a station, and the list in the sidebar.
 *
 * They live in localStorage and go nowhere; the server hears only where to go. What is stored is checked when it is
 * read, as anything may have written it. Foreign text goes through textContent.
 */
const STORE = "charging-map.favourites";
const CHANGED = "charging-map:favourites"; // the browser's own event tells other tabs only
const NARROW = "(max-width: 768px)"; // where Streamlit lays its sidebar over the page
const FIELDS = ["station_id", "name", "lat", "lon", "dataset"];

const parts = new WeakMap();

export default function show({ parentElement, data, setTriggerValue }) {
  if (!parts.has(parentElement)) parts.set(parentElement, makePart(parentElement));
  return parts.get(parentElement)(data, setTriggerValue);
}

function makePart(parent) {
  const root = element("div", {});
  parent.append(root);
  let redraw = () => {};
  const changed = () => redraw();
  window.addEventListener("storage", changed);
  window.addEventListener(CHANGED, changed);

  function remove() {
    window.removeEventListener("storage", changed);
    window.removeEventListener(CHANGED, changed);
    root.remove();
    parts.delete(parent);
  }

  return (data, trigger) => {
    redraw = () => (data.station ? drawStar(root, data) : drawList(root, data, trigger));
    redraw();
    return remove;
  };
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function button(classes, label, act, ...children) {
  const made = element("button", { type: "button", class: classes, "aria-label": label, title: label }, ...children);
  made.addEventListener("click", act);
  return made;
}

/* ---- what is kept ------------------------------------------------------------------------------- */

function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) || "[]");
    return Array.isArray(stored) ? stored.filter(isFavourite) : [];
  } catch {
    return []; // not ours, or storage is switched off
  }
}

function write(favourites) {
  try {
    localStorage.setItem(STORE, JSON.stringify(favourites));
  } catch {
    return; // full or switched off: the star stays as it was
  }
  window.dispatchEvent(new Event(CHANGED));
}

function isFavourite(entry) {
  return entry !== null && typeof entry === "object"
    && ["station_id", "name", "dataset"].every((field) => typeof entry[field] === "string")
    && ["lat", "lon"].every((field) => Number.isFinite(entry[field]));
}

const isSame = (one, other) => one.station_id === other.station_id && one.dataset === other.dataset;
const without = (station) => read().filter((entry) => !isSame(entry, station));

/* ---- the star ----------------------------------------------------------------------------------- */

function drawStar(root, { station, texts }) {
  const isKept = read().some((entry) => isSame(entry, station));
  const star = button("star", isKept ? texts.remove : texts.add,
    () => write(isKept ? without(station) : [...read(), station]), isKept ? "★" : "☆");
  star.setAttribute("aria-pressed", String(isKept));
  replace(root, star);
}

/* ---- the list ----------------------------------------------------------------------------------- */

function drawList(root, data, trigger) {
  const favourites = read();
  if (!favourites.length) {
    root.replaceChildren();
    return;
  }
  const { texts } = data;
  const head = element("div", { class: "head" }, element("h3", {}, texts.title),
    button("save", texts.json, () => save("json", JSON.stringify(favourites.map(plain), null, 2)), "JSON"),
    button("save", texts.csv, () => save("csv", csv(favourites)), "CSV"));
  replace(root, head, element("ul", {}, ...favourites.map((entry) => row(entry, data, trigger))));
}

function row(entry, { dataset, texts }, trigger) {
  const isHere = entry.dataset === dataset;
  const go = button("go", isHere ? texts.go : texts.elsewhere, () => leave(entry, trigger),
    element("span", { class: "name" }, entry.name || entry.station_id));
  go.setAttribute("aria-label", `${entry.name || entry.station_id} – ${isHere ? texts.go : texts.elsewhere}`);
  if (!isHere) go.append(element("span", { class: "dataset" }, entry.dataset));
  return element("li", { class: isHere ? "" : "elsewhere" }, go,
    button("remove", texts.remove, () => write(without(entry)), "×"));
}

function leave(entry, trigger) {
  trigger("go", plain(entry));
  if (window.matchMedia(NARROW).matches) {
    document.querySelector("[data-testid='stSidebarCollapseButton'] button")?.click();
  }
}

// Drawing anew must not take the focus from somebody who uses the keyboard.
function replace(root, ...children) {
  const buttons = () => [...root.querySelectorAll("button")];
  const at = buttons().indexOf(root.getRootNode().activeElement);
  root.replaceChildren(...children);
  if (at >= 0) buttons()[Math.min(at, buttons().length - 1)].focus();
}

/* ---- taking them away --------------------------------------------------------------------------- */

const plain = (entry) => Object.fromEntries(FIELDS.map((field) => [field, entry[field]]));

function csv(favourites) {
  const lines = [FIELDS, ...favourites.map((entry) => FIELDS.map((field) => entry[field]))];
  return `\ufeff${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(value) {
  // a spreadsheet takes such a text for a formula
  const text = typeof value === "string" && /^'*[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}

function save(kind, text) {
  const type = kind === "json" ? "application/json" : "text/csv";
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  element("a", { href: url, download: `favourites.${kind}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
