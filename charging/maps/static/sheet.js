/* The canvas that shapes lie on: as large as what is drawn (PADDING in viewport.py), and left alone by a move that
 * stays on it.
 */
const chargingSheet = (() => {
  "use strict";

  const HOVER_PAUSE_MS = 32; // as Leaflet's

  class Sheet extends L.Canvas {
    getEvents() {
      return { ...L.Canvas.prototype.getEvents?.call(this), moveend: this._follow };
    }

    _follow() {
      const map = this._map, size = map.getSize(), corner = map.containerPointToLayerPoint([0, 0]).round();
      const isOn = this._bounds && this._zoom === map.getZoom()
        && this._bounds.contains(L.bounds(corner, corner.add(size)));
      if (!isOn) this._update();
    }

    // This and the next are Leaflet's, but for `_at`, which finds shapes and stops at the topmost.
    _onClick(/** @type {MouseEvent} */ event) {
      const layer = this._at(this._map.mouseEventToLayerPoint(event));
      const isEndOfDrag = event.type === "click" && layer && this._map._draggableMoved(layer);
      this._fireEvent(layer && !isEndOfDrag ? [layer] : false, event);
    }

    _handleMouseHover(/** @type {MouseEvent} */ event, /** @type {L.Point} */ point) {
      if (this._mouseHoverThrottled) return;
      const layer = this._at(point);
      if (layer !== this._hoveredLayer) {
        this._handleMouseOut(event);
        if (layer) {
          L.DomUtil.addClass(this._container, "leaflet-interactive");
          this._fireEvent([layer], event, "mouseover");
          this._hoveredLayer = layer;
        }
      }
      this._fireEvent(this._hoveredLayer ? [this._hoveredLayer] : false, event);
      this._mouseHoverThrottled = true;
      setTimeout(() => { this._mouseHoverThrottled = false; }, HOVER_PAUSE_MS);
    }

    _at(/** @type {L.Point} */ point) {
      for (let order = this._drawLast; order; order = order.prev) {
        const { layer } = order;
        if (!layer.options.interactive) continue;
        const found = layer.pick ? layer.pick(point) : layer._containsPoint(point) && layer;
        if (found) return found;
      }
      return null;
    }
  }

  return { Sheet };
})();
