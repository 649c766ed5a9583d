/* Thousands of shapes of one kind as ONE layer of the map, and the canvas they lie on.
 *
 * With a Leaflet layer for each shape most of the time went into making, registering and forgetting layers. Here a
 * layer is columns, one row per shape. Only what is pointed at, clicked or selected gets a Leaflet layer of its own, a
 * stand-in: the canvas sends the mouse's events to it, so that tooltips, outlines and st_folium find what they are used
 * to. It is never drawn.
 *
 * What is drawn, and which row lies under the mouse, is what Leaflet's own circle markers and polygons would give.
 */
window.chargingShapes = (() => {
  "use strict";

  const WHOLE_TURN = 2 * Math.PI;
  const LARGEST_PX = 1000; // no radius reaches it

  // As large as what is drawn (PADDING in viewport.py), and left alone by a move that stays on it.
  const Sheet = L.Canvas.extend({
    getEvents() {
      return { ...L.Canvas.prototype.getEvents.call(this), moveend: this._follow };
    },

    _follow() {
      const map = this._map, size = map.getSize(), corner = map.containerPointToLayerPoint([0, 0]).round();
      const isOn = this._bounds && this._zoom === map.getZoom()
        && this._bounds.contains(L.bounds(corner, corner.add(size)));
      if (!isOn) this._update();
    },

    // The two that follow are Leaflet's, but for `_at`, which finds shapes and stops at the topmost.
    _onClick(event) {
      const layer = this._at(this._map.mouseEventToLayerPoint(event));
      const isEndOfDrag = event.type === "click" && layer && this._map._draggableMoved(layer);
      this._fireEvent(layer && !isEndOfDrag ? [layer] : false, event);
    },

    _handleMouseHover(event, point) {
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
      setTimeout(() => { this._mouseHoverThrottled = false; }, 32);
    },

    _at(point) {
      for (let order = this._drawLast; order; order = order.prev) {
        const { layer } = order;
        if (!layer.options.interactive) continue;
        const found = layer.pick ? layer.pick(point) : layer._containsPoint(point) && layer;
        if (found) return found;
      }
      return null;
    },
  });

  /* ---- what circles and cells share ------------------------------------------------------------- */

  const Shapes = L.Path.extend({
    options: { fill: true },

    // `ids` by row; `kind` is what a click on one says it is; `points` are latitude and longitude in turn
    initialize({ kind, ids, points }, options) {
      L.setOptions(this, options);
      Object.assign(this, { kind, ids, points });
      this.feature = { type: "Feature", properties: { kind } }; // for those who ask what is drawn; ids are the rows'
      this._standIns = new Map(); // row -> layer
      this._crs = null; // that of `_world`
      this._world = new Float64Array(points.length); // pixels of the whole world at zoom 0
      this._pixels = new Int32Array(points.length); // of the map as it stands, whole as Leaflet has them
      this._boxes = new Int32Array(4 * ids.length); // west, north, east, south of each row, pixels
    },

    // the topmost row at a point of the canvas, as a layer; null if there is none
    pick(point) {
      const { x, y } = point, boxes = this._boxes;
      for (let row = this.ids.length - 1; row >= 0; row--) {
        const at = 4 * row;
        const isInBox = x >= boxes[at] && y >= boxes[at + 1] && x <= boxes[at + 2] && y <= boxes[at + 3];
        if (isInBox && this._holds(row, x, y)) return this.standIn(row);
      }
      return null;
    },

    find(id) {
      const row = this.ids.indexOf(id);
      return row < 0 ? null : this.standIn(row);
    },

    standIn(row) {
      let layer = this._standIns.get(row);
      if (!layer) {
        layer = this._layerOf(row);
        layer.feature = { type: "Feature", properties: { kind: this.kind, id: this.ids[row] } };
        layer.row = row;
        layer._map = this._map; // no tooltip opens for a layer without one
        Object.values(this._eventParents || {}).forEach((parent) => layer.addEventParent(parent));
        this._standIns.set(row, layer);
      }
      return layer;
    },

    _project() {
      const map = this._map, { crs } = map.options, { points, _world: world, _pixels: pixels } = this;
      if (this._crs !== crs) { // other tiles may bring another datum
        this._crs = crs;
        for (let at = 0; at < points.length; at += 2) {
          const { x, y } = crs.latLngToPoint({ lat: points[at], lng: points[at + 1] }, 0);
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
    },

    _updateBounds() {
      const boxes = this._boxes, all = [Infinity, Infinity, -Infinity, -Infinity];
      for (let at = 0; at < boxes.length; at += 4) {
        all[0] = Math.min(all[0], boxes[at]);
        all[1] = Math.min(all[1], boxes[at + 1]);
        all[2] = Math.max(all[2], boxes[at + 2]);
        all[3] = Math.max(all[3], boxes[at + 3]);
      }
      this._pxBounds = boxes.length ? L.bounds(all.slice(0, 2), all.slice(2)) : null;
    },

    _update() {}, // pixels are those of `_project`, wherever the canvas lies

    // the canvas calls this for each layer, in order, when it draws
    _updatePath() {
      const { _ctx: ctx, _bounds: sheet, _redrawBounds: part } = this._renderer, boxes = this._boxes;
      const { min, max } = part || sheet;
      const draw = this._pen(ctx);
      for (let row = 0; row < this.ids.length; row++) {
        const at = 4 * row;
        if (boxes[at] <= max.x && boxes[at + 1] <= max.y && boxes[at + 2] >= min.x && boxes[at + 3] >= min.y) draw(row);
      }
    },
  });

  /* ---- circles ---------------------------------------------------------------------------------- */

  // `styles` are options of Leaflet's paths, `looks` which of them a row has; `radiiAt(zoom)` gives pixels by row
  const Circles = Shapes.extend({
    initialize({ styles, looks, radiiAt, ...rows }, options) {
      Shapes.prototype.initialize.call(this, rows, options);
      Object.assign(this, { styles, looks, radiiAt });
      this._stamps = new Map(); // scale, look and radius -> a small picture
    },

    _layerOf(row) {
      const [lat, lon] = this.points.subarray(2 * row, 2 * row + 2);
      return L.circleMarker([lat, lon], { ...this.styles[this.looks[row]], radius: this._radii[row] });
    },

    _holds(row, x, y) {
      const dx = x - this._pixels[2 * row], dy = y - this._pixels[2 * row + 1];
      return Math.hypot(dx, dy) <= this._reach(row);
    },

    _reach(row) {
      return this._radii[row] + this.styles[this.looks[row]].weight / 2;
    },

    _box(zoom) {
      this._radii = this.radiiAt(zoom);
      this._standIns.clear(); // they have the radii of another zoom
      for (let row = 0; row < this.ids.length; row++) {
        const reach = Math.ceil(this._reach(row)) + 1; // Leaflet rounds the radius it draws
        const x = this._pixels[2 * row], y = this._pixels[2 * row + 1];
        this._boxes.set([x - reach, y - reach, x + reach, y + reach], 4 * row);
      }
    },

    // A look and a whole radius make few different circles: each is drawn once and then stamped.
    _pen(ctx) {
      const scale = ctx.getTransform().a; // 2 on fine screens and in a picture to take away
      ctx.globalAlpha = 1; // a stamp has its opacity in it
      const { looks, styles, _radii: radii, _pixels: pixels, _stamps: stamps } = this;
      return (row) => {
        const radius = Math.max(Math.round(radii[row]), 1), look = looks[row];
        const key = (scale * styles.length + look) * LARGEST_PX + radius;
        let stamp = stamps.get(key);
        if (!stamp) stamps.set(key, stamp = stampOf(radius, styles[look], scale));
        const size = stamp.width / scale;
        ctx.drawImage(stamp, pixels[2 * row] - size / 2, pixels[2 * row + 1] - size / 2, size, size);
      };
    },
  });

  const inkPad = new OffscreenCanvas(1, 1);

  function stampOf(radius, { weight, color, opacity = 1, fillColor, fillOpacity, dashArray }, scale) {
    const half = Math.ceil(radius + weight / 2) + 1;
    inkPad.width = inkPad.height = 2 * half * scale; // which clears it
    const ctx = inkPad.getContext("2d");
    ctx.scale(scale, scale);
    ctx.beginPath();
    ctx.arc(half, half, radius, 0, WHOLE_TURN);
    ctx.globalAlpha = fillOpacity;
    ctx.fillStyle = fillColor;
    ctx.fill();
    ctx.globalAlpha = opacity;
    ctx.lineWidth = weight;
    ctx.lineCap = ctx.lineJoin = "round"; // as Leaflet's
    ctx.strokeStyle = color;
    ctx.setLineDash(dashArray ? dashArray.split(" ").map(Number) : []);
    ctx.stroke();
    return inkPad.transferToImageBitmap();
  }

  /* ---- cells ------------------------------------------------------------------------------------- */

  // `starts` is the first corner of each row, and the end of the last; `fills` a colour or pattern by row
  const Cells = Shapes.extend({
    initialize({ starts, fills, ...rows }, options) {
      Shapes.prototype.initialize.call(this, rows, options);
      Object.assign(this, { starts, fills });
    },

    _layerOf(row) {
      const ring = [];
      for (let at = 2 * this.starts[row]; at < 2 * this.starts[row + 1]; at += 2) {
        ring.push([this.points[at], this.points[at + 1]]);
      }
      return L.polygon(ring, { ...this.options, fillColor: this.fills[row] });
    },

    // a ray from the point to the left crosses an odd number of sides
    _holds(row, x, y) {
      const pixels = this._pixels, first = 2 * this.starts[row], end = 2 * this.starts[row + 1];
      let isInside = false;
      for (let at = first, before = end - 2; at < end; before = at, at += 2) {
        const [xA, yA, xB, yB] = [pixels[at], pixels[at + 1], pixels[before], pixels[before + 1]];
        if ((yA > y) !== (yB > y) && x < xA + ((xB - xA) * (y - yA)) / (yB - yA)) isInside = !isInside;
      }
      return isInside;
    },

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
    },

    _pen(ctx) {
      const { fillOpacity, color, opacity, weight } = this.options, { starts, fills, _pixels: pixels } = this;
      ctx.strokeStyle = color;
      ctx.lineWidth = weight;
      ctx.lineCap = ctx.lineJoin = "round";
      ctx.setLineDash([]);
      let fill = null;
      return (row) => {
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
    },
  });

  return { Sheet, Shapes, Circles, Cells };
})();
