/* The page's address follows the map as ?at=lat,lon,zoom, and is read again when the frame is mounted again. */
const chargingAddress = (() => {
  "use strict";

  const { NARROW_PX } = chargingState;
  const WIDE_PX = 820; // width the first view is meant for
  const PAUSE_MS = 300; // browsers refuse more than about a hundred history calls in half a minute

  function keepView(/** @type {L.Map} */ map) {
    const here = new URLSearchParams(parentSearch()).get("at") || "";
    const [lat, lon, zoom] = /^(-?[\d.]+,){2}[\d.]+$/.test(here) ? here.split(",").map(Number) : [];
    if (Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= map.getMaxZoom()) {
      map.setView([lat, lon], zoom, { animate: false });
    } else {
      fitNarrow(map);
    }
    let timer = /** @type {number | undefined} */ (undefined);
    map.on("moveend", () => {
      clearTimeout(timer);
      timer = setTimeout(() => writeView(map), PAUSE_MS);
    });
  }

  function fitNarrow(/** @type {L.Map} */ map) {
    if (map.getSize().x === 0) {
      map.once("resize", () => fitNarrow(map));
    } else if (map.getSize().x < NARROW_PX) {
      // by width alone: the frame gets its height later
      const zoom = map.getZoom() + Math.log2(map.getSize().x / WIDE_PX);
      map.setZoom(Math.floor(2 * zoom) / 2, { animate: false });
    }
  }

  function parentSearch() {
    try {
      return window.parent.location.search;
    } catch {
      return ""; // the page is embedded by another origin
    }
  }

  function writeView(/** @type {L.Map} */ map) {
    const { lat, lng } = map.getCenter().wrap();
    const at = `at=${lat.toFixed(4)},${lng.toFixed(4)},${map.getZoom()}`;
    const rest = parentSearch().slice(1).split("&").filter((part) => part && !part.startsWith("at="));
    try {
      const page = window.parent;
      page.history.replaceState(page.history.state, "", `?${[...rest, at].join("&")}${page.location.hash}`);
    } catch {
      // another origin's page, or too many changes in a row: the map works without
    }
  }

  return { keepView };
})();
