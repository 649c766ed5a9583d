/* Single stations, and lines such as roads. */
const chargingStations = (() => {
  "use strict";

  const { state } = chargingState;
  const { keep, mark, select } = chargingRegistry;
  const { describe } = chargingLegend;
  const { pointsOf } = chargingShapes;
  const LINE_PX = 14; // a band, to be seen behind the points on it
  // 0 plain, 1 fault, 2 status not known (empty and dashed), 3 taken (empty), 4 not reporting (dashed)
  const RINGS = [0, 1, 2, 3, 4];

  /** @param {L.Layer} shell @param {string} digest @param {StationData} data @param {string | null} selected */
  function stations(shell, digest, data, selected) {
    keep(shell, "stations", digest, () => {
      const rings = data.rings || [];
      const styles = data.colours.flatMap((colour) => RINGS.map((ring) => stationStyle(ring, colour, data.fault)));
      const looks = data.classes.map((code, row) => RINGS.length * code + (rings[row] || 0));
      const group = L.featureGroup([new chargingCircles.Circles({ kind: data.kind, ids: data.ids,
        points: pointsOf(data), styles, looks, radiiAt: () => data.radii })]);
      describe(group, data.tooltip);
      mark(group, "station");
      return { layer: group };
    });
    select("station", "stations", selected);
  }

  /** @param {number} ring @param {string} colour @param {string} fault @returns {CircleStyle} */
  function stationStyle(ring, colour, fault) {
    const edge = state.theme.ring;
    switch (ring) {
      case 1: return { weight: 3, color: fault, fillColor: colour, fillOpacity: 0.95 };
      case 2: return { weight: 2, dashArray: "2 3", color: colour, fillColor: edge, fillOpacity: 0.75 };
      case 3: return { weight: 2.5, color: colour, fillColor: edge, fillOpacity: 0.9 };
      case 4: return { weight: 2, dashArray: "2 3", color: edge, fillColor: colour, fillOpacity: 0.95 };
      default: return { weight: 1.5, color: edge, fillColor: colour, fillOpacity: 0.95 };
    }
  }

  /** @param {L.Layer} shell @param {string} digest @param {LineData} data */
  function lines(shell, digest, { lines: courses, perDegree, colour, tooltip }) {
    keep(shell, "lines", digest, () => {
      const group = L.featureGroup(courses.map((steps, row) => {
        const points = pointsOf({ steps, perDegree }), corners = /** @type {LatLon[]} */ ([]);
        for (let at = 0; at < points.length; at += 2) corners.push([points[at], points[at + 1]]);
        const line = L.polyline(corners, { weight: LINE_PX, color: colour, opacity: 0.5, lineJoin: "round" });
        line.row = row;
        return line;
      }));
      describe(group, tooltip);
      return { layer: group };
    });
  }

  return { stations, lines };
})();
