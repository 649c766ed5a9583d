/* The search field: a combobox (WAI-ARIA 1.2) whose list lies above the page, so that nothing moves under it.
 *
 * What is typed goes to the server after a pause, as state; what comes back is shown only while it answers what
 * the field says. Foreign text goes through textContent.
 */
const PAUSE_MS = 150;
const GAP_PX = 4;
const MAX_WIDTH_PX = 384;
const NARROW = "(max-width: 768px)"; // where Streamlit lays its sidebar over the page

const fields = /** @type {WeakMap<Element, ReturnType<typeof makeField>>} */ (new WeakMap());

/** @param {ComponentArgs<SearchData>} args */
export default function show({ parentElement, data, setStateValue, setTriggerValue }) {
  const field = fields.get(parentElement) ?? makeField(parentElement);
  fields.set(parentElement, field);
  return field.update(data, setStateValue, setTriggerValue);
}

/** @type {MakeElement} */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function makeField(/** @type {HTMLElement} */ parent) {
  const input = element("input", { type: "search", role: "combobox", "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": "hits", autocomplete: "off", spellcheck: "false", maxlength: "100" });
  const list = element("ul", { id: "hits", role: "listbox", popover: "manual" });
  const root = element("div", { class: "field" }, input, list);
  parent.append(root);

  let data = /** @type {SearchData} */ ({ sought: "", hits: [], texts: { placeholder: "", list: "", nothing: "" } });
  let send = /** @type {{setState: SetValue, trigger: SetValue}} */ ({});
  let active = -1;
  let timer = /** @type {number | undefined} */ (undefined);
  let isEntered = false; // Enter was pressed before the answer came

  const inputText = () => input.value.trim();
  const isAnswered = () => inputText() !== "" && data.sought === inputText();
  const isFocused = () => /** @type {Document | ShadowRoot} */ (parent.getRootNode()).activeElement === input;
  const isOpen = () => list.matches(":popover-open");

  /** @param {SearchData} fresh @param {SetValue} setState @param {SetValue} trigger */
  function update(fresh, setState, trigger) {
    const isNew = JSON.stringify(fresh) !== JSON.stringify(data);
    data = fresh;
    send = { setState, trigger };
    input.placeholder = data.texts.placeholder;
    input.setAttribute("aria-label", data.texts.placeholder);
    list.setAttribute("aria-label", data.texts.list);
    if (isNew && isAnswered()) answer();
    return remove;
  }

  function answer() {
    root.classList.remove("waiting");
    draw();
    if (isEntered && data.hits.length) choose(data.hits[0]);
    else if (isFocused()) open();
    isEntered = false;
  }

  function draw() {
    active = -1;
    list.replaceChildren(...data.hits.map(row));
    if (!data.hits.length) list.append(element("li", { class: "nothing" }, data.texts.nothing));
    mark(data.hits.length ? 0 : -1);
  }

  function row(/** @type {Hit} */ hit, /** @type {number} */ at) {
    const title = element("span", { class: "title" }, element("b", {}, hit.title));
    if (hit.other) title.append(element("span", { class: "other" }, hit.other));
    const made = element("li", { role: "option", id: `hit-${at}`, "data-kind": hit.kind }, title,
      element("span", { class: "kind" }, hit.label));
    if (hit.detail) made.append(element("span", { class: "detail" }, hit.detail));
    made.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    made.addEventListener("pointermove", () => mark(at));
    made.addEventListener("click", () => choose(hit));
    return made;
  }

  function mark(/** @type {number} */ at) {
    active = at;
    [...list.children].forEach((made, place) => made.setAttribute("aria-selected", String(place === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `hit-${at}`);
    if (isOpen()) list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function open() {
    const box = input.getBoundingClientRect();
    const width = Math.min(Math.max(box.width, MAX_WIDTH_PX), window.innerWidth - box.left - 2 * GAP_PX);
    Object.assign(list.style, { left: `${box.left}px`, top: `${box.bottom + GAP_PX}px`, width: `${width}px`,
      maxHeight: `${window.innerHeight - box.bottom - 4 * GAP_PX}px` });
    if (!isOpen()) list.showPopover();
    input.setAttribute("aria-expanded", "true");
  }

  function close() {
    if (isOpen()) list.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function ask() {
    clearTimeout(timer);
    if (inputText() === "" || isAnswered()) return;
    root.classList.add("waiting");
    send.setState("sought", inputText());
  }

  function choose(/** @type {Hit} */ hit) {
    clearTimeout(timer);
    close();
    // a point keeps what was typed, so that a click on the field offers its other reading
    if (hit.kind !== "point") input.value = hit.title;
    send.trigger("chosen", hit.key);
    if (window.matchMedia(NARROW).matches) {
      const button = document.querySelector("[data-testid='stSidebarCollapseButton'] button");
      /** @type {HTMLElement | null} */ (button)?.click();
    }
  }

  function onInput() {
    clearTimeout(timer);
    isEntered = false;
    if (inputText() === "") {
      root.classList.remove("waiting");
      close();
    } else if (isAnswered()) {
      draw();
      open();
    } else {
      timer = setTimeout(ask, PAUSE_MS);
    }
  }

  function onKeydown(/** @type {KeyboardEvent} */ event) {
    const count = data.hits.length;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && isAnswered() && count) {
      event.preventDefault();
      if (isOpen()) mark((active + step + count) % count);
      else open();
    } else if (event.key === "Enter" && !event.isComposing) {
      if (isAnswered() && isOpen() && active >= 0) choose(data.hits[active]);
      else if (isAnswered()) open();
      else {
        isEntered = inputText() !== "";
        ask();
      }
    } else if (event.key === "Escape" && (isOpen() || input.value)) {
      event.preventDefault();
      event.stopPropagation(); // the page closes its panel with the same key
      if (isOpen()) close();
      else input.value = "";
    }
  }

  const onScroll = (/** @type {Event} */ event) => event.composedPath()[0] !== list && close();

  input.addEventListener("input", onInput);
  input.addEventListener("keydown", onKeydown);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => isAnswered() && open());
  input.addEventListener("blur", close);
  window.addEventListener("scroll", onScroll, { capture: true, passive: true });
  window.addEventListener("resize", close);

  function remove() {
    clearTimeout(timer);
    window.removeEventListener("scroll", onScroll, { capture: true });
    window.removeEventListener("resize", close);
    root.remove();
    fields.delete(parent);
  }

  return { update };
}
