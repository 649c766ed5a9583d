/* A map that stands alone: writes what it shows around it, and draws the layers the file carries. */
(() => {
  "use strict";

  const content = JSON.parse(document.getElementById("charging-content").textContent);

  function element(tag, text = "", className = "") {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function figures([head, ...rows]) {
    const table = element("table");
    for (const [cell, cells] of [["th", head], ...rows.map((row) => ["td", row])]) {
      const line = element("tr");
      line.append(...cells.map((text) => element(cell, text)));
      table.append(line);
    }
    const box = element("div", "", "figures");
    box.append(table);
    return box;
  }

  function writeAround({ title, badge, isSimulated, sentence, notes, link }) {
    document.getElementById("head").append(element("h1", title),
      element("span", badge, isSimulated ? "badge simulated" : "badge"), element("p", sentence), figures(content.figures));
    const foot = document.getElementById("foot");
    foot.append(...notes.map((note) => element("p", note)));
    if (link) {
      const line = element("p", `${link.label} `);
      const anchor = element("a", link.url);
      if (/^https?:/.test(link.url)) anchor.href = link.url;
      line.append(anchor);
      foot.append(line);
    }
  }

  // beyond the box nothing was asked, and emptiness would be taken for an answer: it lies under a veil
  function veilBeyond(map, box) {
    const around = box.pad(4), ring = (bounds) => [bounds.getSouthWest(), bounds.getNorthWest(), bounds.getNorthEast(), bounds.getSouthEast()];
    const isDark = document.documentElement.dataset.theme === "dark";
    const veil = map.createPane("veil");
    veil.style.zIndex = 350; // over the ground, under the data
    veil.style.pointerEvents = "none";
    L.polygon([ring(around), ring(box)], { pane: "veil", interactive: false, weight: 1, dashArray: "4 4", smoothFactor: 0,
      color: isDark ? "#9fb0b8" : "#5b6b73", fillColor: isDark ? "#10181c" : "#f7f9fa", fillOpacity: 0.7 }).addTo(map);
    map.setMaxBounds(box.pad(0.3));
    const limit = () => map.setMinZoom(map.getBoundsZoom(box) - 0.5);
    limit();
    map.on("resize", limit);
  }

  writeAround(content);
  const map = window.map = L.map("map", { preferCanvas: true, zoomControl: false, zoomSnap: 0.5 });
  const show = () => map.fitBounds(content.shown, { animate: false, maxZoom: content.zoom });
  show();
  L.control.zoom({ position: "bottomright" }).addTo(map);
  charging.start(map, { canLocate: false });
  show(); // the start looks for a place in the page's address, and a file has none
  veilBeyond(map, L.latLngBounds(content.asked));
  for (const [draw, digest, data, selected] of content.calls) {
    charging[draw](L.featureGroup().addTo(map), digest, data, selected);
  }
})();
