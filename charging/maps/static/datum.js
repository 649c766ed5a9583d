/* A map of WGS-84 coordinates over tiles in GCJ-02.
 *
 * `chargingDatum.projection(outline)` is Web Mercator after the shift to GCJ-02. As the projection of the map it is
 * the only place that knows of the shift: everything drawn lands where the tiles have it, and everything the map
 * reports (bounds, centre, clicks) is WGS-84 again. The formula is that of charging/domain/datum.py.
 *
 * The shift is whole inside the outline and fades to nothing over FADE_KM outside it. A hard edge would give places
 * along it two points on the map, or none, and Leaflet could not find its way back from pixels to coordinates.
 */
const chargingDatum = (() => {
  "use strict";

  const RADIANS = Math.PI / 180;
  const AXIS_M = 6378245; // Krasovsky 1940
  const ECCENTRICITY_SQUARED = 0.006693421622965943;
  const ORIGIN = { lat: 35, lon: 105 }; // where the polynomials are centred
  const KM_PER_DEGREE = 111.2;
  const FADE_KM = 1; // more than the largest shift, 0.7 km, so that the projection can be undone
  const MAX_STEPS = 80; // a step leaves 0.7 of the error in the fade, under 0.02 of it inside
  const CLOSE_DEGREES = 1e-10; // a hundredth of a millimetre

  function projection(/** @type {LatLon[]} */ outline) {
    const area = new Area(outline);
    const plain = L.Projection.SphericalMercator;
    return L.extend({}, plain, {
      project: (/** @type {L.LatLng} */ { lat, lng }) => plain.project(L.latLng(...toGcj02(area, lat, lng))),
      unproject(/** @type {L.Point} */ point) {
        const { lat, lng } = plain.unproject(point);
        return L.latLng(...toWgs84(area, lat, lng));
      },
    });
  }

  /** @param {Area} area @param {number} lat @param {number} lon @returns {LatLon} */
  function toGcj02(area, lat, lon) {
    const home = L.Util.wrapNum(lon, [-180, 180], true); // the map may be a turn further
    const share = area.share(lat, home);
    if (share === 0) return [lat, lon];
    const [north, east] = shift(lat, home);
    return [lat + share * north, lon + share * east];
  }

  /** @param {Area} area @param {number} lat @param {number} lon @returns {LatLon} */
  function toWgs84(area, lat, lon) {
    let wgsLat = lat, wgsLon = lon;
    for (let step = 0; step < MAX_STEPS; step++) {
      const [there, thereLon] = toGcj02(area, wgsLat, wgsLon);
      wgsLat -= there - lat;
      wgsLon -= thereLon - lon;
      if (Math.abs(there - lat) + Math.abs(thereLon - lon) < CLOSE_DEGREES) break;
    }
    return [wgsLat, wgsLon];
  }

  /** From WGS-84 to GCJ-02, degrees north and east. @param {number} lat @param {number} lon @returns {LatLon} */
  function shift(lat, lon) {
    const y = lat - ORIGIN.lat, x = lon - ORIGIN.lon;
    const shared = 20 * Math.sin(6 * Math.PI * x) + 20 * Math.sin(2 * Math.PI * x);
    const root = Math.sqrt(Math.abs(x));
    const northM = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
      + (2 / 3) * (shared + waves(y, [20, 40, 160, 320]));
    const eastM = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
      + (2 / 3) * (shared + waves(x, [20, 40, 150, 300]));
    const bend = 1 - ECCENTRICITY_SQUARED * Math.sin(lat * RADIANS) ** 2;
    const meridianM = (AXIS_M * (1 - ECCENTRICITY_SQUARED)) / bend ** 1.5;
    const parallelM = (AXIS_M * Math.cos(lat * RADIANS)) / Math.sqrt(bend);
    return [northM / meridianM / RADIANS, eastM / parallelM / RADIANS];
  }

  /** Half-waves of 1, 3, 12 and 30 degrees. @param {number} degrees @param {number[]} amplitudes */
  function waves(degrees, amplitudes) {
    return [1, 3, 12, 30].reduce((sum, length, at) => sum + amplitudes[at] * Math.sin((Math.PI * degrees) / length), 0);
  }

  class Area {
    constructor(/** @type {LatLon[]} */ corners) {
      this.sides = corners.map((corner, at) => [...corner, ...corners[(at + 1) % corners.length]]);
      const [lats, lons] = [0, 1].map((axis) => corners.map((corner) => corner[axis]));
      this.south = Math.min(...lats) - FADE_KM / KM_PER_DEGREE;
      this.north = Math.max(...lats) + FADE_KM / KM_PER_DEGREE;
      this.west = Math.min(...lons) - 1;
      this.east = Math.max(...lons) + 1;
    }

    /** 1 inside, 0 beyond the fade. @param {number} lat @param {number} lon */
    share(lat, lon) {
      if (!(lat > this.south && lat < this.north && lon > this.west && lon < this.east)) return 0;
      return this.holds(lat, lon) ? 1 : Math.max(0, 1 - this.distanceKm(lat, lon) / FADE_KM);
    }

    holds(/** @type {number} */ lat, /** @type {number} */ lon) {
      let isInside = false;
      for (const [latA, lonA, latB, lonB] of this.sides) {
        const isCrossed = (latA > lat) !== (latB > lat);
        if (isCrossed && lon < lonA + ((lat - latA) / (latB - latA)) * (lonB - lonA)) isInside = !isInside;
      }
      return isInside;
    }

    distanceKm(/** @type {number} */ lat, /** @type {number} */ lon) {
      const wide = Math.cos(lat * RADIANS);
      let nearest = Infinity;
      for (const [latA, lonA, latB, lonB] of this.sides) {
        const up = latB - latA, right = (lonB - lonA) * wide;
        const y = lat - latA, x = (lon - lonA) * wide;
        const along = Math.min(1, Math.max(0, (y * up + x * right) / (up * up + right * right)));
        nearest = Math.min(nearest, Math.hypot(y - along * up, x - along * right));
      }
      return nearest * KM_PER_DEGREE;
    }
  }

  return { projection };
})();
