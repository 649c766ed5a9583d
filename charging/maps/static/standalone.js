/* A map that stands alone: writes what it shows around it, and draws the layers the file carries. */
(() => {
  "use strict";

  const { element } = chargingState;
  const theme = /** @type {ThemeFile} */ (read("charging-theme.json"));
  const content = /** @type {Standalone} */ (read("charging-content"));

  function part(/** @type {string} */ id) {
    return /** @type {HTMLElement} */ (document.getElementById(id));
  }

  function read(/** @type {string} */ id) {
    return JSON.parse(part(id).textContent);
  }

  /** @param {Standalone["figures"]} rows */
  function figures([head, ...rows]) {
    const table = element("table");
    table.append(line("th", head), ...rows.map((row) => line("td", row)));
    const box = element("div", "figures");
    box.append(table);
    return box;
  }

  function line(/** @type {"th" | "td"} */ cell, /** @type {string[]} */ texts) {
    const made = element("tr");
    made.append(...texts.map((text) => element(cell, "", text)));
    return made;
  }

  function writeAround() {
    const { title, badge, isSimulated, sentence, notes, link } = content;
    part("head").append(element("h1", "", title), element("span", isSimulated ? "badge simulated" : "badge", badge),
      element("p", "", sentence), figures(content.figures));
    part("foot").append(...notes.map((note) => element("p", "", note)));
    if (link) {
      const row = element("p", "", `${link.label} `), anchor = element("a", "", link.url);
      if (/^https?:/.test(link.url)) anchor.href = link.url;
      row.append(anchor);
      part("foot").append(row);
    }
  }

  // Beyond the box nothing was asked, and emptiness would be taken for an answer: it lies under a veil.
  function veilBeyond(/** @type {L.Map} */ map, /** @type {L.LatLngBounds} */ box) {
    /** @type {(bounds: L.LatLngBounds) => L.LatLng[]} */
    const ring = (bounds) => (
      [bounds.getSouthWest(), bounds.getNorthWest(), bounds.getNorthEast(), bounds.getSouthEast()]);
    const { quiet, page } = theme[/** @type {ThemeName} */ (document.documentElement.dataset.theme)];
    const veil = map.createPane("veil");
    veil.style.zIndex = "350"; // over the ground, under the data
    veil.style.pointerEvents = "none";
    L.polygon([ring(box.pad(4)), ring(box)], { pane: "veil", interactive: false, weight: 1, dashArray: "4 4",
      smoothFactor: 0, color: quiet, fillColor: page, fillOpacity: 0.7 }).addTo(map);
    map.setMaxBounds(box.pad(0.3));
    const limit = () => map.setMinZoom(map.getBoundsZoom(box) - 0.5);
    limit();
    map.on("resize", limit);
  }

  writeAround();
  const map = window.map = L.map("map", { preferCanvas: true, zoomControl: false, zoomSnap: 0.5,
    minZoom: theme.zoom.min, maxZoom: theme.zoom.max });
  const show = () => map.fitBounds(content.shown, { animate: false, maxZoom: content.zoom });
  show();
  L.control.zoom({ position: "bottomright" }).addTo(map);
  charging.start(map, theme, { canLocate: false });
  show(); // the start looks for a place in the page's address, and a file has none
  veilBeyond(map, L.latLngBounds(content.asked));
  for (const [draw, digest, data, selected] of content.calls) {
    charging[draw](L.featureGroup().addTo(map), digest, data, selected);
  }
})();
