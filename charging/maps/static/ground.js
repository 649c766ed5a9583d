/* The land: the whole coarsely from afar, and from nearer squares of ten degrees, each loaded when it is in view. */
const chargingGround = (() => {
  "use strict";

  const { state } = chargingState;

  /** @param {GroundData} data @param {(name: string, use: (data: any) => void) => void} load @returns {Ground} */
  function groundOf(data, load) {
    return { rings: ringsOf(data.rings, data.perDegree), data, names: new Set(data.squares), squares: new Map(), load };
  }

  /** Rings of the unit Web Mercator square, each with its box. @param {number[][]} rings @param {number} perDegree */
  function ringsOf(rings, perDegree, isEdge = (/** @type {XY} */ _from, /** @type {XY} */ _to) => false) {
    return rings.map((steps) => {
      const ring = /** @type {XY[]} */ ([]), degrees = /** @type {XY[]} */ ([]);
      let x = 0, y = 0, west = Infinity, east = -Infinity, north = Infinity, south = -Infinity;
      for (let i = 0; i < steps.length; i += 2) {
        x += steps[i];
        y += steps[i + 1];
        const u = x / perDegree / 360 + 0.5, v = heightOf(y / perDegree);
        degrees.push([x / perDegree, y / perDegree]);
        ring.push([u, v]);
        west = Math.min(west, u); east = Math.max(east, u);
        north = Math.min(north, v); south = Math.max(south, v);
      }
      const edges = degrees.map((from, at) => isEdge(from, degrees[(at + 1) % degrees.length]));
      return { ring, edges, west, east, north, south };
    });
  }

  function heightOf(/** @type {number} */ lat) {
    const sine = Math.sin(lat * Math.PI / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  function latitudeOf(/** @type {number} */ height) {
    return Math.atan(Math.sinh((0.5 - Math.min(Math.max(height, 0), 1)) * 2 * Math.PI)) * 180 / Math.PI;
  }

  /** @type {Paint<Ground>} */
  function paintGround(ctx, map, ground, view) {
    const min = /** @type {L.Point} */ (view.min), max = /** @type {L.Point} */ (view.max);
    const zoom = map.getZoom(), { coastTo, fineFrom } = state.themes.zoom;
    ctx.fillStyle = state.theme.land;
    // nearer by, a line of this precision would say where the water is, and be wrong
    if (zoom > coastTo) {
      ctx.fillRect(min.x, min.y, max.x - min.x, max.y - min.y);
      return;
    }
    ctx.strokeStyle = state.theme.coast;
    ctx.lineWidth = 1;
    const scale = 256 * 2 ** zoom, origin = map.getPixelOrigin();
    ctx.beginPath();
    for (const { ring, west, east, north, south } of ground.rings) {
      if (south * scale - origin.y < min.y || north * scale - origin.y > max.y) continue;
      for (const world of [-1, 0, 1]) {
        const left = (west + world) * scale - origin.x, right = (east + world) * scale - origin.x;
        if (right < min.x || left > max.x) continue;
        traceRounded(ctx, ring.map(([u, v]) => [(u + world) * scale - origin.x, v * scale - origin.y]));
      }
    }
    ctx.fill("evenodd");
    if (zoom >= fineFrom) paintSquares(ctx, ground, view, { scale, origin });
    else ctx.stroke();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Ground} ground @param {L.Bounds} view @param {Projection} at */
  function paintSquares(ctx, ground, view, at) {
    const { scale, origin } = at, size = ground.data.square;
    const min = /** @type {L.Point} */ (view.min), max = /** @type {L.Point} */ (view.max);
    const first = (/** @type {number} */ degrees) => Math.floor(degrees / size) * size;
    const lonOf = (/** @type {number} */ x) => ((x + origin.x) / scale - 0.5) * 360;
    const south = latitudeOf((max.y + origin.y) / scale), north = latitudeOf((min.y + origin.y) / scale);
    const squares = /** @type {{rings: Ring[], turn: number}[]} */ ([]);
    for (let lat = first(south); lat < north; lat += size) {
      for (let lon = first(lonOf(min.x)); lon < lonOf(max.x); lon += size) {
        const west = ((lon + 180) % 360 + 360) % 360 - 180, turn = (lon - west) / 360;
        const rings = squareOf(ground, lat, west);
        if (!rings) continue;
        // whole pixels, and the land beyond them: no gap shows between two squares
        const xOf = (/** @type {number} */ degrees) => (degrees / 360 + 0.5) * scale - origin.x;
        const yOf = (/** @type {number} */ degrees) => heightOf(degrees) * scale - origin.y;
        const left = Math.floor(xOf(lon)), right = Math.ceil(xOf(lon + size));
        const top = Math.floor(yOf(lat + size)), bottom = Math.ceil(yOf(lat));
        ctx.fillStyle = state.theme.sea;
        ctx.fillRect(left, top, right - left, bottom - top);
        squares.push({ rings, turn });
      }
    }
    for (const { rings, turn } of squares) paintRings(ctx, rings, turn, at);
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Ring[]} rings @param {number} turn @param {Projection} at */
  function paintRings(ctx, rings, turn, { scale, origin }) {
    const land = new Path2D(), coast = new Path2D();
    for (const { ring, edges } of rings) {
      const points = ring.map(([u, v]) => /** @type {XY} */ ([(u + turn) * scale - origin.x, v * scale - origin.y]));
      land.moveTo(...points[0]);
      coast.moveTo(...points[0]);
      points.forEach((_point, from) => {
        const to = points[(from + 1) % points.length];
        land.lineTo(...to);
        if (edges[from]) coast.moveTo(...to);
        else coast.lineTo(...to);
      });
      land.closePath();
    }
    ctx.fillStyle = state.theme.land;
    ctx.fill(land, "evenodd");
    ctx.stroke(coast);
  }

  /** The rings of a square, once they are there. @param {Ground} ground @param {number} south @param {number} west */
  function squareOf(ground, south, west) {
    const name = `${south}_${west}`, { square, finePerDegree, overlap } = ground.data;
    if (!ground.names.has(name)) return null;
    if (!ground.squares.has(name)) {
      ground.squares.set(name, null);
      const lines = [[west - overlap, west + square + overlap], [south - overlap, south + square + overlap]];
      const isEdge = (/** @type {XY} */ from, /** @type {XY} */ to) => lines.some((both, axis) => both.some((line) => (
        Math.abs(from[axis] - line) < overlap / 4 && Math.abs(to[axis] - line) < overlap / 4)));
      ground.load(`coast/${name}.json`, (rings) => {
        ground.squares.set(name, ringsOf(rings, finePerDegree, isEdge));
        state.ground.repaint();
      });
    }
    return ground.squares.get(name);
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

  return { groundOf, paintGround };
})();
