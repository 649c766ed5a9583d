/* Cells of a grid as one layer: rings of corners, each filled with a colour or a pattern. */
const chargingCells = (() => {
  "use strict";

  class Cells extends chargingShapes.Shapes {
    constructor(/** @type {CellRows} */ { starts, fills, ...rows }, /** @type {L.PolylineOptions} */ options) {
      super(rows, options);
      this.starts = starts;
      this.fills = fills;
    }

    _layerOf(/** @type {number} */ row) {
      const ring = /** @type {LatLon[]} */ ([]);
      for (let at = 2 * this.starts[row]; at < 2 * this.starts[row + 1]; at += 2) {
        ring.push([this.points[at], this.points[at + 1]]);
      }
      return L.polygon(ring, { ...this.options, fillColor: /** @type {string} */ (this.fills[row]) });
    }

    /** @param {number} row @returns {[number, number]} */
    _span(row) { return [this.starts[row], this.starts[row + 1]]; }

    // A ray from the point to the left crosses an odd number of sides.
    /** @param {number} row @param {number} x @param {number} y */
    _holds(row, x, y) {
      const pixels = this._pixels, first = 2 * this.starts[row], end = 2 * this.starts[row + 1];
      let isInside = false;
      for (let at = first, before = end - 2; at < end; before = at, at += 2) {
        const [xA, yA, xB, yB] = [pixels[at], pixels[at + 1], pixels[before], pixels[before + 1]];
        if ((yA > y) !== (yB > y) && x < xA + ((xB - xA) * (y - yA)) / (yB - yA)) isInside = !isInside;
      }
      return isInside;
    }

    _box() {
      for (let row = 0; row < this.ids.length; row++) {
        let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
        for (let at = 2 * this.starts[row]; at < 2 * this.starts[row + 1]; at += 2) {
          const x = this._pixels[at], y = this._pixels[at + 1];
          west = Math.min(west, x);
          north = Math.min(north, y);
          east = Math.max(east, x);
          south = Math.max(south, y);
        }
        this._boxes.set([west - 1, north - 1, east + 1, south + 1], 4 * row); // and the seam
      }
    }

    _pen(/** @type {CanvasRenderingContext2D} */ ctx) {
      const { fillOpacity, color, opacity, weight } = /** @type {Required<L.PathOptions>} */ (this.options);
      const { starts, fills, _pixels: pixels } = this;
      ctx.strokeStyle = color;
      ctx.lineWidth = weight;
      ctx.lineCap = ctx.lineJoin = "round";
      ctx.setLineDash([]);
      let fill = /** @type {Fill | null} */ (null);
      return (/** @type {number} */ row) => {
        const first = 2 * starts[row], end = 2 * starts[row + 1];
        ctx.beginPath();
        ctx.moveTo(pixels[first], pixels[first + 1]);
        for (let at = first + 2; at < end; at += 2) ctx.lineTo(pixels[at], pixels[at + 1]);
        ctx.closePath();
        if (fill !== fills[row]) ctx.fillStyle = fill = fills[row];
        ctx.globalAlpha = fillOpacity;
        ctx.fill();
        ctx.globalAlpha = opacity;
        ctx.stroke();
      };
    }
  }

  return { Cells };
})();
