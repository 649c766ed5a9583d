/* Thousands of shapes of one kind as ONE layer of the map: what circles and cells share.
 *
 * With a Leaflet layer for each shape most of the time went into making, registering and forgetting layers. Here a
 * layer is columns, one row per shape. Only what is pointed at, clicked or selected gets a Leaflet layer of its own, a
 * stand-in: the canvas sends the mouse's events to it, so that tooltips, outlines and st_folium find what they are used
 * to. It is never drawn.
 *
 * What is drawn, and which row lies under the mouse, is what Leaflet's own circle markers and polygons would give.
 */
const chargingShapes = (() => {
  "use strict";

  class Shapes extends L.Path {
    /** @param {ShapeRows} rows @param {L.PolylineOptions} [options] */
    constructor({ kind, ids, points }, options) {
      super();
      L.setOptions(this, { fill: true, ...options });
      this.kind = kind;
      this.ids = ids;
      this.points = points;
      this.feature = { type: "Feature", properties: { kind } }; // for those who ask what is drawn; ids are the rows'
      this._standIns = /** @type {Map<number, L.Path>} */ (new Map());
      this._crs = /** @type {L.CRS | null} */ (null); // that of `_world`
      this._world = new Float64Array(points.length); // pixels of the whole world at zoom 0
      this._pixels = new Int32Array(points.length); // of the map as it is, whole as Leaflet has them
      this._boxes = new Int32Array(4 * ids.length); // west, north, east, south of each row, pixels
    }

    // A map that shows both sides of the 180th meridian has its middle on one: each row comes to that one's side.
    onAdd(/** @type {L.Map} */ map) {
      const { points } = this, middle = map.getCenter().lng;
      for (let row = 0; row < this.ids.length; row++) {
        const [first, end] = this._span(row);
        const turn = 360 * Math.round((middle - points[2 * first + 1]) / 360);
        if (turn) for (let at = first; at < end; at++) points[2 * at + 1] += turn;
      }
      return super.onAdd(map);
    }

    /** The topmost row at a point of the canvas, as a layer. @param {L.Point} point */
    pick({ x, y }) {
      const boxes = this._boxes;
      for (let row = this.ids.length - 1; row >= 0; row--) {
        const at = 4 * row;
        const isInBox = x >= boxes[at] && y >= boxes[at + 1] && x <= boxes[at + 2] && y <= boxes[at + 3];
        if (isInBox && this._holds(row, x, y)) return this.standIn(row);
      }
      return null;
    }

    find(/** @type {string} */ id) {
      const row = this.ids.indexOf(id);
      return row < 0 ? null : this.standIn(row);
    }

    standIn(/** @type {number} */ row) {
      let layer = this._standIns.get(row);
      if (!layer) {
        layer = this._layerOf(row);
        const feature = { type: "Feature", properties: { kind: this.kind, id: this.ids[row] } };
        Object.assign(layer, { row, feature, _map: this._map }); // no tooltip opens for a layer without a map
        for (const parent of Object.values(this._eventParents || {})) layer.addEventParent(parent);
        this._standIns.set(row, layer);
      }
      return layer;
    }

    _project() {
      const map = this._map, crs = /** @type {L.CRS} */ (map.options.crs);
      const { points, _world: world, _pixels: pixels } = this;
      if (this._crs !== crs) { // other tiles may bring another datum
        this._crs = crs;
        for (let at = 0; at < points.length; at += 2) {
          const { x, y } = crs.latLngToPoint(/** @type {L.LatLng} */ ({ lat: points[at], lng: points[at + 1] }), 0);
          world[at] = x;
          world[at + 1] = y;
        }
      }
      const scale = crs.scale(map.getZoom()) / crs.scale(0), origin = map.getPixelOrigin();
      for (let at = 0; at < points.length; at += 2) {
        pixels[at] = Math.round(world[at] * scale) - origin.x;
        pixels[at + 1] = Math.round(world[at + 1] * scale) - origin.y;
      }
      this._box(map.getZoom());
      this._updateBounds();
    }

    _updateBounds() {
      const boxes = this._boxes;
      let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
      for (let at = 0; at < boxes.length; at += 4) {
        west = Math.min(west, boxes[at]);
        north = Math.min(north, boxes[at + 1]);
        east = Math.max(east, boxes[at + 2]);
        south = Math.max(south, boxes[at + 3]);
      }
      this._pxBounds = boxes.length ? L.bounds([west, north], [east, south]) : null;
    }

    _update() {} // pixels are those of `_project`, wherever the canvas lies

    // the canvas calls this for each layer, in order, when it draws
    _updatePath() {
      const { _ctx: ctx, _bounds: sheet, _redrawBounds: part } = this._renderer, boxes = this._boxes;
      const { min, max } = /** @type {{min: L.Point, max: L.Point}} */ (part || sheet);
      const draw = this._pen(ctx);
      for (let row = 0; row < this.ids.length; row++) {
        const at = 4 * row;
        if (boxes[at] <= max.x && boxes[at + 1] <= max.y && boxes[at + 2] >= min.x && boxes[at + 3] >= min.y) draw(row);
      }
    }

    /** The first point of a row, and the one after its last. @param {number} row @returns {[number, number]} */
    _span(row) { return [row, row + 1]; }

    // what each kind says for itself: a row as a layer, whether it holds a point, the boxes of all rows, how it draws

    /** @param {number} _row @returns {L.Path} */
    _layerOf(_row) { throw new Error("not a kind of shapes"); }

    /** @param {number} _row @param {number} _x @param {number} _y */
    _holds(_row, _x, _y) { return false; }

    _box(/** @type {number} */ _zoom) {}

    /** @param {CanvasRenderingContext2D} _ctx @returns {(row: number) => void} */
    _pen(_ctx) { return () => {}; }
  }

  function pointsOf(/** @type {Steps} */ { steps, perDegree }) {
    const points = new Float64Array(steps.length);
    let lat = 0, lon = 0;
    for (let at = 0; at < steps.length; at += 2) {
      lat += steps[at];
      lon += steps[at + 1];
      points[at] = lat / perDegree;
      points[at + 1] = lon / perDegree;
    }
    return points;
  }

  return { Shapes, pointsOf };
})();
