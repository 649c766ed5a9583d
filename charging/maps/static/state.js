/* What the parts of the map share: the map itself, its theme, language and texts, and how elements are made. Foreign
 * text goes through textContent or a canvas, never through HTML.
 */
const chargingState = (() => {
  "use strict";

  const FONT = 'system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
  const NARROW_PX = 700;
  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isStill) {
    L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
  }

  // what is missing here is set by `charging.start`
  const state = /** @type {MapState} */ (/** @type {Partial<MapState>} */ ({ language: "en",
    numbers: new Intl.NumberFormat("en"), texts: {}, tiles: null, attributions: [], lastCommand: null }));

  /** Colours reach the style sheets as variables of their names. @param {ThemeName} name */
  function setTheme(name) {
    state.theme = state.themes[name];
    state.map.getContainer().dataset.theme = name;
    for (const [part, colour] of Object.entries(state.theme)) {
      document.documentElement.style.setProperty(`--${part}`, colour);
    }
  }

  /** @type {MakeStyledElement} */
  function element(tag, className = "", text = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  function contextOf(/** @type {HTMLCanvasElement | OffscreenCanvas} */ canvas) {
    return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  }

  return { FONT, NARROW_PX, isStill, state, setTheme, element, contextOf };
})();
