/* Which layers stay, and the outlines of what is pointed at or selected.
 *
 * A layer lives as long as a shell of its key (the empty group st_folium adds and removes) is on the map. When the
 * next answer brings the same digest, the layer stays as it is; only what is selected may change.
 */
const chargingRegistry = (() => {
  "use strict";

  const { state } = chargingState;
  const entries = /** @type {Map<string, RegistryEntry>} */ (new Map());
  let isRedrawn = false; // whether a layer was replaced in the running answer

  // `build` runs only when there is no layer of this key and digest.
  /** @param {L.Layer} shell @param {string} key @param {string} digest @param {() => DrawnLayer} build */
  function keep(shell, key, digest, build) {
    // st_folium never empties this list by itself, and everything in it would stay in memory
    window.feature_group = (window.feature_group || []).filter((group) => state.map.hasLayer(group));
    const last = entries.get(key);
    let entry = last;
    if (!entry || entry.digest !== digest) {
      if (last) discard(last);
      entry = { digest, ...build() };
      if (entry.layer) entry.layer.addTo(state.map);
      entries.set(key, entry);
      isRedrawn = true;
      queueMicrotask(() => { isRedrawn = false; });
      raiseMarks();
    } else if (isRedrawn && entry.layer) {
      entry.layer.bringToFront(); // what was just drawn lies below it
      raiseMarks();
    }
    release(shell, key, entry);
  }

  // Discard an entry when the last of its shells leaves the map.
  /** @param {L.Layer} shell @param {string} key @param {RegistryEntry} entry */
  function release(shell, key, entry) {
    entry.shell = shell;
    shell.on("remove", () => queueMicrotask(() => {
      if (entry.shell === shell && entries.get(key) === entry) {
        discard(entry);
        entries.delete(key);
      }
    }));
  }

  function discard(/** @type {RegistryEntry} */ entry) {
    if (entry.layer) entry.layer.remove();
    if (entry.remove) entry.remove();
  }

  function layerOf(/** @type {string} */ key) {
    return entries.get(key)?.layer;
  }

  /* ---- outlines on top, which take no clicks --------------------------------------------------------- */

  /** @type {Record<MarkName, L.LayerGroup | null>} */
  const marks = { hover: null, hex: null, station: null, here: null };

  function mark(/** @type {L.FeatureGroup} */ group, /** @type {MarkName} */ what) {
    group.on("mouseover", (event) => outline("hover", event.propagatedFrom));
    group.on("mouseout", () => outline("hover", null));
    group.on("click", (event) => outline(what, event.propagatedFrom)); // at once; the answer confirms it
    group.on("remove", () => {
      outline("hover", null);
      outline(what, null);
    });
  }

  // `selected` comes with every answer, also with one that keeps the layer.
  /** @param {MarkName} what @param {string} key @param {string | null} selected */
  function select(what, key, selected) {
    const shapes = /** @type {Shapes | undefined} */ (layerOf(key)?.getLayers()[0]);
    outline(what, selected && shapes ? shapes.find(selected) : null);
  }

  function outline(/** @type {MarkName} */ what, /** @type {L.Path | null} */ layer) {
    setMark(what, layer ? outlines(layer, what === "hover" ? 2 : 2.5) : []);
  }

  function setMark(/** @type {MarkName} */ what, /** @type {L.Path[]} */ layers) {
    marks[what]?.remove();
    marks[what] = layers.length ? L.layerGroup(layers).addTo(state.map) : null;
  }

  function outlines(/** @type {L.Path} */ layer, /** @type {number} */ weight) {
    const line = /** @type {const} */ ({ interactive: false, fill: false, smoothFactor: 0, lineJoin: "round" });
    const styles = [{ ...line, color: state.theme.ring, weight: weight + 2.5, opacity: 0.9 },
      { ...line, color: state.theme.mark, weight }];
    return styles.map((style) => (layer instanceof L.CircleMarker
      ? L.circleMarker(layer.getLatLng(), { ...style, radius: layer.getRadius() + 3 })
      : L.polygon(/** @type {L.Polygon} */ (layer).getLatLngs(), style)));
  }

  function raiseMarks() {
    for (const group of Object.values(marks)) {
      group?.eachLayer((layer) => /** @type {L.Path} */ (layer).bringToFront());
    }
  }

  return { keep, layerOf, mark, select, setMark };
})();
