/* What lies under and over the data, canvases that never take a click; of them the names of places. */
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

  const named = { fixed: /** @type {Place[]} */ ([]), inView: /** @type {Place[]} */ ([]) };

  /** Names that are there from the start, or those of the towns in view; larger ones first.
   * @param {Partial<typeof named>} given */
  function joinPlaces(given) {
    Object.assign(named, given);
    state.labels.show([...named.fixed, ...named.inView].sort((a, b) => a[2] - b[2]));
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

  return { Backdrop, joinPlaces, paintLabels };
})();
