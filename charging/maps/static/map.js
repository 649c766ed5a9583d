/* The map in the browser, as the page calls it: the script of each answer is a call such as
 * `charging.hexes(shell, "1f3a", {...}, "8a30…")` that brings data only.
 *
 * All coordinates are WGS-84. Over tiles in another datum the map's projection moves them (datum.js), nothing else.
 */
const charging = (() => {
  "use strict";

  const ASSETS = new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src || "map.js", document.baseURI);
  const { state, setTheme } = chargingState;
  const { Backdrop, joinPlaces, paintLabels } = chargingBackdrop;
  const { groundOf, paintGround } = chargingGround;

  function start(/** @type {L.Map} */ map, /** @type {ThemeFile} */ themes, { canLocate = true } = {}) {
    map.options.renderer = new chargingSheet.Sheet({ padding: 0.25 });
    state.map = map;
    state.themes = themes;
    setTheme("light");
    const frame = map.getContainer();
    document.body.style.overflow = "hidden";
    frame.style.height = "100vh";
    frame.setAttribute("role", "region");
    listen(frame);
    map.on("zoomend", () => state.credit && state.credit());
    map.attributionControl.setPrefix('<a href="https://leafletjs.com" target="_blank" rel="noopener">Leaflet</a>');
    map.createPane("ground").style.zIndex = "150"; // below the tiles
    map.createPane("labels").style.zIndex = "450"; // above the data, below tooltips
    state.ground = new Backdrop("ground", paintGround).addTo(map);
    state.labels = new Backdrop("labels", paintLabels).addTo(map);
    load("ground.json", (data) => state.ground.show(groundOf(data, load)));
    load("labels.json", (data) => joinPlaces({ fixed: data }));
    if (canLocate) chargingTravel.locateControl().addTo(map);
    map.invalidateSize({ animate: false });
    chargingAddress.keepView(map);
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(frame);
  }

  function listen(/** @type {HTMLElement} */ frame) {
    // Leaflet focuses the map on a click as well; only the keyboard needs to see it
    frame.addEventListener("pointerdown", () => { frame.dataset.pointer = ""; }, true);
    frame.addEventListener("keydown", (event) => {
      delete frame.dataset.pointer;
      if (event.key === "Escape") passOn(event); // the page closes its details, and only listens in itself
    }, true);
  }

  function passOn(/** @type {KeyboardEvent} */ { key, code }) {
    try {
      window.parent.document.dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true }));
    } catch {
      // a page of another origin around the map keeps its keys to itself
    }
  }

  // Leaflet focuses the map on mousedown, and a browser scrolls to what gets the focus: the mouse would go up
  // somewhere else, and the click be lost
  L.Map.Keyboard.include({
    /** @this {{_focused: boolean, _map: L.Map}} */
    _onMouseDown() {
      if (!this._focused) this._map.getContainer().focus({ preventScroll: true });
    },
  });

  function load(/** @type {string} */ name, /** @type {(data: any) => void} */ use) {
    // in a file that stands alone
    const carried = /** @type {Record<string, any>} */ (
      JSON.parse(document.getElementById("charging-coast")?.textContent ?? "{}"));
    if (name in carried) {
      use(carried[name]);
      return;
    }
    const inlined = document.getElementById(`charging-${name}`);
    if (inlined) {
      use(JSON.parse(inlined.textContent));
      return;
    }
    const url = new URL(name, ASSETS);
    url.search = ASSETS.search;
    fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status))).then(use)
      .catch(() => { /* the map is usable without its ground and its names */ });
  }

  // everything drawn that has an id, each as a layer: for those who look at the map from outside
  function features() {
    return Object.values(state.map._layers).flatMap((layer) => (
      layer instanceof chargingShapes.Shapes ? layer.ids.map((_id, row) => layer.standIn(row)) : []));
  }

  return { start, features, ...chargingSurface, ...chargingHexes, ...chargingStations, flyTo: chargingTravel.flyTo,
    legend: chargingLegend.legend };
})();
