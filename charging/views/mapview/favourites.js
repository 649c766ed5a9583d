/* Favourite stations, kept by this browser alone: a star at a station, and the list in the sidebar.
 *
 * They live in localStorage and go nowhere; the server hears only where to go. What is stored is checked when it is
 * read, as anything may have written it. Foreign text goes through textContent.
 */
const STORE = "charging-map.favourites";
const CHANGED = "charging-map:favourites"; // the browser's own event tells other tabs only
const NARROW = "(max-width: 768px)"; // where Streamlit lays its sidebar over the page
const FIELDS = /** @type {const} */ (["station_id", "name", "lat", "lon", "dataset"]);

const parts = /** @type {WeakMap<Element, FavouritePart>} */ (new WeakMap());

/** @param {ComponentArgs<FavouriteData>} args */
export default function show({ parentElement, data, setTriggerValue }) {
  const part = parts.get(parentElement) ?? makePart(parentElement);
  parts.set(parentElement, part);
  return part(data, setTriggerValue);
}

/** @param {HTMLElement} parent @returns {FavouritePart} */
function makePart(parent) {
  const root = element("div", {});
  parent.append(root);
  let redraw = () => {};
  const onChange = () => redraw();
  window.addEventListener("storage", onChange);
  window.addEventListener(CHANGED, onChange);

  function remove() {
    window.removeEventListener("storage", onChange);
    window.removeEventListener(CHANGED, onChange);
    root.remove();
    parts.delete(parent);
  }

  return (data, trigger) => {
    redraw = () => (data.station ? drawStar(root, data.station, data.texts) : drawList(root, data, trigger));
    redraw();
    return remove;
  };
}

/** @type {MakeElement} */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {string} classes @param {string} label @param {() => void} act @param {(Node | string)[]} children */
function button(classes, label, act, ...children) {
  const made = element("button", { type: "button", class: classes, "aria-label": label, title: label }, ...children);
  made.addEventListener("click", act);
  return made;
}

/* ---- what is kept ------------------------------------------------------------------------------- */

/** @returns {Favourite[]} */
function read() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) || "[]");
    return Array.isArray(stored) ? stored.filter(isFavourite) : [];
  } catch {
    return []; // not ours, or storage is switched off
  }
}

function write(/** @type {Favourite[]} */ favourites) {
  try {
    localStorage.setItem(STORE, JSON.stringify(favourites));
  } catch {
    return; // full or switched off: the star stays as it was
  }
  window.dispatchEvent(new Event(CHANGED));
}

function isFavourite(/** @type {any} */ entry) {
  return entry !== null && typeof entry === "object"
    && ["station_id", "name", "dataset"].every((field) => typeof entry[field] === "string")
    && ["lat", "lon"].every((field) => Number.isFinite(entry[field]));
}

/** @type {(one: Favourite, other: Favourite) => boolean} */
const isSame = (one, other) => one.station_id === other.station_id && one.dataset === other.dataset;
const without = (/** @type {Favourite} */ station) => read().filter((entry) => !isSame(entry, station));

/* ---- the star ----------------------------------------------------------------------------------- */

/** @param {HTMLElement} root @param {Favourite} station @param {FavouriteData["texts"]} texts */
function drawStar(root, station, texts) {
  const isKept = read().some((entry) => isSame(entry, station));
  const star = button("star", isKept ? texts.remove : texts.add,
    () => write(isKept ? without(station) : [...read(), station]), isKept ? "★" : "☆");
  star.setAttribute("aria-pressed", String(isKept));
  replace(root, star);
}

/* ---- the list ----------------------------------------------------------------------------------- */

/** @param {HTMLElement} root @param {FavouriteData} data @param {SetValue} trigger */
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

/** @param {Favourite} entry @param {FavouriteData} data @param {SetValue} trigger */
function row(entry, { dataset, texts }, trigger) {
  const isHere = entry.dataset === dataset;
  const go = button("go", isHere ? texts.go : texts.elsewhere, () => leave(entry, trigger),
    element("span", { class: "name" }, entry.name || entry.station_id));
  go.setAttribute("aria-label", `${entry.name || entry.station_id} – ${isHere ? texts.go : texts.elsewhere}`);
  if (!isHere) go.append(element("span", { class: "dataset" }, entry.dataset));
  return element("li", { class: isHere ? "" : "elsewhere" }, go,
    button("remove", texts.remove, () => write(without(entry)), "×"));
}

function leave(/** @type {Favourite} */ entry, /** @type {SetValue} */ trigger) {
  trigger("go", plain(entry));
  if (window.matchMedia(NARROW).matches) {
    const close = document.querySelector("[data-testid='stSidebarCollapseButton'] button");
    /** @type {HTMLElement | null} */ (close)?.click();
  }
}

// Drawing again must not take the focus from a keyboard user.
/** @param {HTMLElement} root @param {HTMLElement[]} children */
function replace(root, ...children) {
  const buttons = () => [...root.querySelectorAll("button")];
  const { activeElement } = /** @type {Document | ShadowRoot} */ (root.getRootNode());
  const at = buttons().indexOf(/** @type {HTMLButtonElement} */ (activeElement));
  root.replaceChildren(...children);
  if (at >= 0) buttons()[Math.min(at, buttons().length - 1)].focus();
}

/* ---- taking them away --------------------------------------------------------------------------- */

const plain = (/** @type {Favourite} */ entry) => Object.fromEntries(FIELDS.map((field) => [field, entry[field]]));

function csv(/** @type {Favourite[]} */ favourites) {
  /** @type {(readonly (string | number)[])[]} */
  const lines = [FIELDS, ...favourites.map((entry) => FIELDS.map((field) => entry[field]))];
  return `\ufeff${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

function cell(/** @type {string | number} */ value) {
  // a spreadsheet takes such a text for a formula
  const text = typeof value === "string" && /^'*[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}

function save(/** @type {"json" | "csv"} */ kind, /** @type {string} */ text) {
  const type = kind === "json" ? "application/json" : "text/csv";
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  element("a", { href: url, download: `favourites.${kind}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
