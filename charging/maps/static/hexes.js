/* Cells of the grid, and the dots of operators in them. */
const chargingHexes = (() => {
  "use strict";

  const { state, element, contextOf } = chargingState;
  const { keep, mark, select } = chargingRegistry;
  const { describe } = chargingLegend;
  const { cellOpacity } = chargingSurface;
  const KM_PER_DEGREE = 111.2;
  const METRES_PER_PX_ZOOM_0 = 156543.034;

  /** @param {L.Layer} shell @param {string} digest @param {HexData} data @param {string | null} selected */
  function hexes(shell, digest, data, selected) {
    keep(shell, "hexes", digest, () => {
      const group = L.featureGroup([cells(data)]);
      describe(group, data.tooltip);
      mark(group, "hex");
      return { layer: group };
    });
    select("hex", "hexes", selected);
  }

  function cells(/** @type {HexData} */ { perDegree, steps, corners, ids, classes, colours }) {
    const points = new Float64Array(steps.length), starts = new Int32Array(ids.length + 1);
    let firstLat = 0, firstLon = 0, at = 0;
    ids.forEach((_id, row) => {
      // a cell starts with the step from the first corner of the one before it
      let lat = firstLat += steps[at], lon = firstLon += steps[at + 1];
      starts[row + 1] = starts[row] + (corners[row] || 6);
      for (;;) {
        points[at] = lat / perDegree;
        points[at + 1] = lon / perDegree;
        at += 2;
        if (at === 2 * starts[row + 1]) break;
        lat += steps[at];
        lon += steps[at + 1];
      }
    });
    const hatch = hatching();
    return new chargingCells.Cells({ kind: "hex", ids: ids.map(wholeId), points, starts,
      fills: classes.map((code) => (code < 0 ? hatch : colours[code])) },
    { smoothFactor: 0, weight: 0.75, color: state.theme.land, opacity: 0.55, fill: true, fillOpacity: cellOpacity() });
  }

  /** The f's at its end say nothing and do not travel. @param {string} id */
  function wholeId(id) {
    return id.padEnd(15, "f");
  }

  // a pattern is as good a fill as a colour
  function hatching() {
    const tile = element("canvas");
    tile.width = tile.height = 6;
    const ctx = contextOf(tile);
    ctx.strokeStyle = state.theme.hatch;
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    for (const shift of [-6, 0, 6]) {
      ctx.moveTo(shift - 1, 7);
      ctx.lineTo(shift + 7, -1);
    }
    ctx.stroke();
    return /** @type {CanvasPattern} */ (ctx.createPattern(tile, "repeat"));
  }

  /** A dot answers a click as its cell does. @param {L.Layer} shell @param {string} digest @param {DotData} data */
  function dots(shell, digest, data) {
    keep(shell, "dots", digest, () => {
      const group = L.featureGroup([new chargingCircles.Circles(dotCircles(data))]);
      describe(group, data.tooltip);
      return { layer: group };
    });
  }

  function dotCircles(/** @type {DotData} */ data) {
    const places = data.colours.length;
    const ring = places > 1 ? 0.5 : 0; // distance from the centre, in half-widths of a cell
    const reach = places > 2 ? 0.42 : places > 1 ? 0.46 : 0.8; // of the largest dot
    const degrees = (ring * data.halfWidthKm) / KM_PER_DEGREE;
    const centres = chargingShapes.pointsOf(data); // of cells; the rows are dots in them
    const points = new Float64Array(2 * data.places.length);
    const metresPerPx = new Float64Array(data.places.length); // at zoom 0
    data.places.forEach((place, row) => {
      const lat = centres[2 * data.cells[row]], lon = centres[2 * data.cells[row] + 1];
      const angle = (2 * Math.PI * place) / places - Math.PI / 2;
      points[2 * row] = lat - degrees * Math.sin(angle);
      points[2 * row + 1] = lon + (degrees * Math.cos(angle)) / Math.cos(lat * Math.PI / 180);
      metresPerPx[row] = METRES_PER_PX_ZOOM_0 * Math.cos(points[2 * row] * Math.PI / 180);
    });
    const ids = data.ids.map(wholeId);
    const radiiAt = (/** @type {number} */ zoom) => data.sizes.map((size, row) => Math.max(1.5,
      reach * (data.halfWidthKm * 1000 * 2 ** zoom / metresPerPx[row]) * size / 100));
    const styles = data.colours.map((fillColor) => (
      { weight: 1, color: state.theme.ring, opacity: 0.9, fillColor, fillOpacity: 0.95 }));
    return { kind: "hex", ids: data.cells.map((cell) => ids[cell]), points, styles, looks: data.places, radiiAt };
  }

  return { hexes, dots };
})();
