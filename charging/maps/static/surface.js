/* What the data lies on: theme, language, street tiles, and whom to credit. */
const chargingSurface = (() => {
  "use strict";

  const { state, setTheme, element } = chargingState;
  const { keep, layerOf } = chargingRegistry;
  const { CELL_OPACITY } = chargingLegend;
  const CELL_OPACITY_ON_STREETS = 0.6;
  const MAX_ENLARGED_ZOOM = 22; // beyond the finest tiles they are enlarged

  /** @param {L.Layer} shell @param {string} digest @param {Surface} data */
  function surface(shell, digest, { theme, language, tiles, texts }) {
    keep(shell, "surface", digest, () => {
      const frame = state.map.getContainer();
      setTheme(theme);
      state.language = language;
      state.numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
      state.texts = texts;
      document.documentElement.style.colorScheme = theme;
      document.documentElement.lang = frame.lang = language;
      frame.setAttribute("aria-label", texts.label);
      window.frameElement?.setAttribute("aria-label", texts.label);
      nameButton(frame, ".leaflet-control-zoom-in", texts.zoomIn);
      nameButton(frame, ".leaflet-control-zoom-out", texts.zoomOut);
      nameButton(frame, ".charging-locate a", texts.locate);
      setTiles(tiles);
      frame.dataset.tiles = tiles && tiles.isDark ? "dark" : "light";
      const credits = tiles ? tiles.credits.map(([text, url]) => (url ? linkHtml(text, url) : plainHtml(text))) : [];
      state.credit = () => setAttributions([plainHtml(texts.attribution), ...(areStreetsShown() ? credits : [])]);
      state.credit();
      state.ground.repaint();
      state.labels.repaint();
      return {};
    });
  }

  /** @param {HTMLElement} frame @param {string} selector @param {string} text */
  function nameButton(frame, selector, text) {
    const button = /** @type {HTMLElement | null} */ (frame.querySelector(selector));
    if (button) {
      button.title = text;
      button.setAttribute("aria-label", text);
    }
  }

  function setTiles(/** @type {Tiles | null} */ tiles) {
    const key = JSON.stringify(tiles);
    if (key === (state.tiles ? state.tiles.key : "null")) return;
    if (state.tiles) state.tiles.group.remove();
    state.tiles = null;
    project(tiles && tiles.shiftedInside);
    if (tiles) showTiles(tiles, key);
    layerOf("hexes")?.setStyle({ fillOpacity: cellOpacity() });
  }

  // Everything drawn moves to where tiles of the datum have it, in place; the centre stays where it is on the earth.
  function project(/** @type {LatLon[] | null} */ outline) {
    const plain = L.CRS.EPSG3857;
    if (!outline && state.map.options.crs === plain) return;
    const centre = state.map.getCenter(); // as the projection so far has it
    state.map.options.crs = outline ? L.extend({}, plain, { projection: chargingDatum.projection(outline) }) : plain;
    state.map.setView(centre, state.map.getZoom(), /** @type {L.ZoomPanOptions} */ ({ reset: true }));
  }

  function showTiles(/** @type {Tiles} */ { urls, subdomains, minZoom, maxZoom }, /** @type {string} */ key) {
    const sheets = urls.map((url) => L.tileLayer(url,
      { subdomains, minZoom, maxNativeZoom: maxZoom, maxZoom: MAX_ENLARGED_ZOOM }));
    const shown = { key, minZoom, isDrawn: false, group: L.layerGroup(sheets) };
    const follow = (/** @type {boolean} */ isDrawn) => {
      if (shown.isDrawn === isDrawn) return;
      shown.isDrawn = isDrawn;
      state.labels.repaint();
    };
    const leave = () => areStreetsShown() || follow(false);
    sheets[0].on("tileload", () => follow(true));
    sheets[0].on("remove", () => state.map.off("zoomend", leave));
    state.map.on("zoomend", leave);
    state.tiles = shown;
    shown.group.addTo(state.map);
  }

  /** For a picture, which cannot have them. @param {() => void} paint */
  function withoutStreets(paint) {
    const { tiles } = state;
    state.tiles = null;
    try {
      paint();
    } finally {
      state.tiles = tiles;
    }
  }

  // Leaflet takes the tiles of the nearest whole zoom
  function areStreetsShown() {
    return state.tiles !== null && Math.round(state.map.getZoom()) >= state.tiles.minZoom;
  }

  function cellOpacity() {
    return areStreetsShown() ? CELL_OPACITY_ON_STREETS : CELL_OPACITY;
  }

  /** Leaflet's control takes HTML. @param {string[]} lines */
  function setAttributions(lines) {
    const control = state.map.attributionControl;
    state.attributions.forEach((line) => control.removeAttribution(line));
    state.attributions = lines.filter(Boolean);
    state.attributions.forEach((line) => control.addAttribution(line));
  }

  function plainHtml(/** @type {string} */ text) {
    return element("span", "", text).innerHTML;
  }

  function linkHtml(/** @type {string} */ text, /** @type {string} */ url) {
    const link = element("a", "", text);
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener";
    return link.outerHTML;
  }

  /** The names of the towns in view. @param {L.Layer} shell @param {string} digest @param {{names: Place[]}} data */
  function towns(shell, digest, { names }) {
    keep(shell, "towns", digest, () => {
      chargingBackdrop.joinPlaces({ inView: names });
      return { remove: () => chargingBackdrop.joinPlaces({ inView: [] }) };
    });
  }

  return { surface, towns, withoutStreets, cellOpacity };
})();
