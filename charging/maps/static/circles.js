/* Circles as one layer. A look and a whole radius make few different ones: each is drawn once and then stamped. */
const chargingCircles = (() => {
  "use strict";

  const WHOLE_TURN = 2 * Math.PI;
  const MAX_RADIUS_PX = 1000; // no radius reaches it

  class Circles extends chargingShapes.Shapes {
    constructor(/** @type {CircleRows} */ { styles, looks, radiiAt, ...rows }) {
      super(rows);
      this.styles = styles;
      this.looks = looks;
      this.radiiAt = radiiAt;
      this._radii = /** @type {number[]} */ ([]);
      this._stamps = /** @type {Map<number, ImageBitmap>} */ (new Map()); // by scale, look and radius
    }

    _layerOf(/** @type {number} */ row) {
      const [lat, lon] = this.points.subarray(2 * row, 2 * row + 2);
      return L.circleMarker([lat, lon], { ...this.styles[this.looks[row]], radius: this._radii[row] });
    }

    /** @param {number} row @param {number} x @param {number} y */
    _holds(row, x, y) {
      const dx = x - this._pixels[2 * row], dy = y - this._pixels[2 * row + 1];
      return Math.hypot(dx, dy) <= this._reach(row);
    }

    _reach(/** @type {number} */ row) {
      return this._radii[row] + this.styles[this.looks[row]].weight / 2;
    }

    _box(/** @type {number} */ zoom) {
      this._radii = this.radiiAt(zoom);
      this._standIns.clear(); // they have the radii of another zoom
      for (let row = 0; row < this.ids.length; row++) {
        const reach = Math.ceil(this._reach(row)) + 1; // Leaflet rounds the radius it draws
        const x = this._pixels[2 * row], y = this._pixels[2 * row + 1];
        this._boxes.set([x - reach, y - reach, x + reach, y + reach], 4 * row);
      }
    }

    _pen(/** @type {CanvasRenderingContext2D} */ ctx) {
      const scale = ctx.getTransform().a; // 2 on fine screens and in a picture to take away
      ctx.globalAlpha = 1; // a stamp has its opacity in it
      const { looks, styles, _radii: radii, _pixels: pixels, _stamps: stamps } = this;
      return (/** @type {number} */ row) => {
        const radius = Math.max(Math.round(radii[row]), 1), look = looks[row];
        const key = (scale * styles.length + look) * MAX_RADIUS_PX + radius;
        let stamp = stamps.get(key);
        if (!stamp) stamps.set(key, stamp = stampOf(radius, styles[look], scale));
        const size = stamp.width / scale;
        ctx.drawImage(stamp, pixels[2 * row] - size / 2, pixels[2 * row + 1] - size / 2, size, size);
      };
    }
  }

  const inkPad = new OffscreenCanvas(1, 1);
  const ink = /** @type {OffscreenCanvasRenderingContext2D} */ (inkPad.getContext("2d"));

  /** @param {number} radius @param {CircleStyle} style @param {number} scale */
  function stampOf(radius, { weight, color, opacity = 1, fillColor, fillOpacity, dashArray }, scale) {
    const half = Math.ceil(radius + weight / 2) + 1;
    inkPad.width = inkPad.height = 2 * half * scale; // which clears it
    ink.scale(scale, scale);
    ink.beginPath();
    ink.arc(half, half, radius, 0, WHOLE_TURN);
    ink.globalAlpha = fillOpacity;
    ink.fillStyle = fillColor;
    ink.fill();
    ink.globalAlpha = opacity;
    ink.lineWidth = weight;
    ink.lineCap = ink.lineJoin = "round"; // as Leaflet's
    ink.strokeStyle = color;
    ink.setLineDash(dashArray ? dashArray.split(" ").map(Number) : []);
    ink.stroke();
    return inkPad.transferToImageBitmap();
  }

  return { Circles };
})();
