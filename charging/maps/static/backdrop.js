/* The ground and the names of places: canvases that never take a click. */
const chargingBackdrop = (() => {
  "use strict";

  const { FONT, state } = chargingState;
  const LABEL_SIZES = [13, 12, 11, 11, 11, 10]; // px, by rank
  const LABEL_GAP = [18, 12]; // px kept free around a name, across and down

  class Backdrop extends chargingSheet.Sheet {
    constructor(/** @type {string} */ pane, /** @type {Paint<any>} */ paint) {
      super(/** @type {L.RendererOptions} */ ({ pane, padding: 0.3, interactive: false }));
      this.paint = paint;
      this.data = null;
    }

    show(/** @type {any} */ data) {
      this.data = data;
      this.repaint();
    }

    repaint() {
      if (this._ctx) this._redraw();
    }

    _draw() {
      if (this.data && this._bounds) this.paint(this._ctx, this._map, this.data, this._bounds);
    }

    _onMouseMove() {}

    _onClick() {}

    _handleMouseOut() {}
  }

  /** Rings of the unit Web Mercator square, each with its box. @param {GroundData} ground */
  function groundRings({ perDegree, rings }) {
    return rings.map((steps) => {
      const ring = /** @type {XY[]} */ ([]);
      let x = 0, y = 0, west = Infinity, east = -Infinity, north = Infinity, south = -Infinity;
      for (let i = 0; i < steps.length; i += 2) {
        x += steps[i];
        y += steps[i + 1];
        const sine = Math.sin((y / perDegree) * Math.PI / 180);
        const u = x / perDegree / 360 + 0.5;
        const v = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
        ring.push([u, v]);
        west = Math.min(west, u); east = Math.max(east, u);
        north = Math.min(north, v); south = Math.max(south, v);
      }
      return { ring, west, east, north, south };
    });
  }

  /** @type {Paint<Ring[]>} */
  function paintGround(ctx, map, rings, view) {
    const min = /** @type {L.Point} */ (view.min), max = /** @type {L.Point} */ (view.max);
    ctx.fillStyle = state.theme.land;
    // nearer by, a line of this coarseness would say where the water is, and be wrong
    if (map.getZoom() > state.themes.zoom.coastTo) {
      ctx.fillRect(min.x, min.y, max.x - min.x, max.y - min.y);
      return;
    }
    const scale = 256 * 2 ** map.getZoom();
    const origin = map.getPixelOrigin();
    ctx.beginPath();
    for (const { ring, west, east, north, south } of rings) {
      if (south * scale - origin.y < min.y || north * scale - origin.y > max.y) continue;
      for (const world of [-1, 0, 1]) {
        const left = (west + world) * scale - origin.x, right = (east + world) * scale - origin.x;
        if (right < min.x || left > max.x) continue;
        traceRounded(ctx, ring.map(([u, v]) => [(u + world) * scale - origin.x, v * scale - origin.y]));
      }
    }
    ctx.fill("evenodd");
    ctx.strokeStyle = state.theme.coast;
    ctx.lineWidth = 1;
    ctx.stroke();
  }

  // Through the middle of each side, with the corners as control points.
  function traceRounded(/** @type {CanvasRenderingContext2D} */ ctx, /** @type {XY[]} */ points) {
    const middle = /** @type {Midpoint} */ ((a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
    ctx.moveTo(...middle(points[points.length - 1], points[0]));
    for (let i = 0; i < points.length; i++) {
      ctx.quadraticCurveTo(...points[i], ...middle(points[i], points[(i + 1) % points.length]));
    }
    ctx.closePath();
  }

  // the last answer of `labelsOf`
  let lastLabels = { key: /** @type {unknown[]} */ ([]), labels: /** @type {Label[]} */ ([]) };

  // Laid out in the pixels of the whole world, so that a name does not come and go while the map is panned.
  /** @param {CanvasRenderingContext2D} ctx @param {L.Map} map @param {Place[]} places */
  function labelsOf(ctx, map, places) {
    const zoom = map.getZoom(), key = [places, zoom, state.language, map.options.crs];
    if (key.every((part, at) => part === lastLabels.key[at])) return lastLabels.labels;
    const labels = /** @type {Label[]} */ ([]);
    for (const [lat, lon, rank, english, chinese] of places) {
      if (zoom < state.themes.zoom.labelsFrom[rank]) continue;
      const name = state.language === "zh" ? chinese : english;
      const { x, y } = map.project([lat, lon]).round();
      const font = `${rank === 0 ? 600 : 500} ${LABEL_SIZES[rank]}px ${FONT}`;
      ctx.font = font;
      const half = ctx.measureText(name).width / 2 + LABEL_GAP[0];
      const tall = LABEL_SIZES[rank] / 2 + LABEL_GAP[1];
      const isTaken = labels.some((label) => (
        Math.abs(label.x - x) < label.half + half && Math.abs(label.y - y) < label.tall + tall));
      if (!isTaken) labels.push({ name, font, x, y, half, tall });
    }
    lastLabels = { key, labels };
    return labels;
  }

  /** @type {Paint<Place[]>} */
  function paintLabels(ctx, map, places, view) {
    if (state.tiles && state.tiles.isDrawn) return; // streets bring their own names
    const origin = map.getPixelOrigin();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3;
    ctx.strokeStyle = state.theme.halo;
    ctx.fillStyle = state.theme.label;
    for (const label of labelsOf(ctx, map, places)) {
      const x = label.x - origin.x, y = label.y - origin.y;
      if (!view.contains([x, y])) continue;
      ctx.font = label.font;
      ctx.strokeText(label.name, x, y);
      ctx.fillText(label.name, x, y);
    }
  }

  return { Backdrop, groundRings, paintGround, paintLabels };
})();
