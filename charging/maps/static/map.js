/* The map in the browser: ground, city names, layers, legend. Loaded once beside Leaflet; the script of each
 * answer is a call such as `charging.hexes(shell, "1f3a", {...}, {...})` that brings data only.
 *
 * A layer lives as long as a shell of its key (the empty group st_folium adds and removes) is on the map. When the
 * next answer brings the same digest, the layer stays as it is; only what is selected may change. Foreign text goes
 * through textContent or a canvas, never through HTML.
 *
 * All coordinates are WGS-84. Over tiles in another datum the map's projection moves them (datum.js), nothing here.
 */
window.charging = (() => {
  "use strict";

  const ASSETS = new URL(document.currentScript.src || "map.js", document.baseURI); // inline it has no address
  const WIDE_PX = 820; // width the first view is meant for
  const NARROW_PX = 700;
  const URL_PAUSE_MS = 300; // browsers refuse more than about a hundred history calls in half a minute
  const KM_PER_DEGREE = 111.2;
  const METRES_PER_PX_ZOOM_0 = 156543.034;
  const CELL_OPACITY = 0.85;
  const CELL_OPACITY_ON_STREETS = 0.6;
  const LINE_PX = 14; // a band, to be seen behind the points on it
  const FLIGHT_S = 0.8;
  const HERE_ZOOM = 14; // shows a few kilometres around the reader
  const HERE = "#1a6fe8"; // the blue that maps use for it
  const OBEYED = "charging.obeyed"; // key of the last command in the tab's storage
  const FONT = 'system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
  const THEMES = {
    light: { land: "#f6f5f1", coast: "#bccad0", label: "#33434b", halo: "rgba(255,255,255,.88)",
      ring: "#ffffff", mark: "#10222b", casing: "#ffffff", seam: "#f6f5f1", hatch: "#9aa3a8" },
    dark: { land: "#1b262c", coast: "#34444c", label: "#dfe8ec", halo: "rgba(13,20,24,.85)",
      ring: "#10191d", mark: "#ffffff", casing: "#10191d", seam: "#1b262c", hatch: "#76838a" },
  };

  // without limits of its own the map would take those of the street tiles
  L.Map.mergeOptions({ minZoom: 2, maxZoom: 18 });
  const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isStill) {
    L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
  }

  const state = { map: null, theme: THEMES.light, language: "en", numbers: new Intl.NumberFormat("en"),
    ground: null, labels: null, tiles: null, texts: {}, attributions: [], obeyed: null };
  const kept = new Map(); // key -> {digest, shell, layer, remove}
  let isRedrawn = false; // whether a layer was replaced in the running answer

  /* ---- start ---------------------------------------------------------------------------------- */

  function start(map, { canLocate = true } = {}) {
    map.options.renderer = new chargingShapes.Sheet({ padding: 0.25 });
    state.map = map;
    const frame = map.getContainer();
    document.body.style.overflow = "hidden";
    frame.style.height = "100vh";
    frame.dataset.theme = "light";
    frame.setAttribute("role", "region");
    // Leaflet focuses the map on a click as well; only the keyboard needs to see it
    frame.addEventListener("pointerdown", () => { frame.dataset.pointer = ""; }, true);
    frame.addEventListener("keydown", (event) => {
      delete frame.dataset.pointer;
      if (event.key === "Escape") passOn(event); // the page closes its details, and only listens in itself
    }, true);
    map.on("zoomend", () => state.credit && state.credit());
    map.attributionControl.setPrefix('<a href="https://leafletjs.com" target="_blank" rel="noopener">Leaflet</a>');
    map.createPane("ground").style.zIndex = 150; // below the tiles
    map.createPane("labels").style.zIndex = 450; // above the data, below tooltips
    state.ground = new Backdrop({ pane: "ground", paint: paintGround }).addTo(map);
    state.labels = new Backdrop({ pane: "labels", paint: paintLabels }).addTo(map);
    load("ground.json", (data) => { state.ground.data = groundRings(data); state.ground.repaint(); });
    load("labels.json", (data) => { state.labels.data = data; state.labels.repaint(); });
    if (canLocate) locateControl().addTo(map);
    map.invalidateSize({ animate: false });
    keepView(map);
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(frame);
  }

  function passOn({ key, code }) {
    try {
      window.parent.document.dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true }));
    } catch {
      // a page of another origin around the map keeps its keys to itself
    }
  }

  // Leaflet focuses the map on mousedown, and a browser scrolls to what gets the focus: the mouse would go up
  // somewhere else, and the click be lost
  L.Map.Keyboard.include({
    _onMouseDown() {
      if (!this._focused) this._map.getContainer().focus({ preventScroll: true });
    },
  });

  function load(name, use) {
    const inlined = document.getElementById(`charging-${name}`); // in a file that stands alone
    if (inlined) {
      use(JSON.parse(inlined.textContent));
      return;
    }
    const url = new URL(name, ASSETS);
    url.search = ASSETS.search;
    fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status))).then(use)
      .catch(() => { /* the map is usable without its ground and its names */ });
  }

  // The page's URL follows the map as ?at=lat,lon,zoom. It is read again when the frame is mounted anew.
  function keepView(map) {
    const here = new URLSearchParams(parentSearch()).get("at") || "";
    const [lat, lon, zoom] = /^(-?[\d.]+,){2}[\d.]+$/.test(here) ? here.split(",").map(Number) : [];
    if (Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= map.getMaxZoom()) {
      map.setView([lat, lon], zoom, { animate: false });
    } else {
      fitNarrow(map);
    }
    let timer = null;
    map.on("moveend", () => {
      clearTimeout(timer);
      timer = setTimeout(() => writeView(map), URL_PAUSE_MS);
    });
  }

  function fitNarrow(map) {
    if (map.getSize().x === 0) {
      map.once("resize", () => fitNarrow(map));
    } else if (map.getSize().x < NARROW_PX) {
      // by width alone: the frame gets its height later
      const zoom = map.getZoom() + Math.log2(map.getSize().x / WIDE_PX);
      map.setZoom(Math.floor(2 * zoom) / 2, { animate: false });
    }
  }

  function parentSearch() {
    try {
      return window.parent.location.search;
    } catch {
      return ""; // the page is embedded by another origin
    }
  }

  function writeView(map) {
    const { lat, lng } = map.getCenter().wrap();
    const at = `at=${lat.toFixed(4)},${lng.toFixed(4)},${map.getZoom()}`;
    const rest = parentSearch().slice(1).split("&").filter((part) => part && !part.startsWith("at="));
    try {
      const page = window.parent;
      page.history.replaceState(page.history.state, "", `?${[...rest, at].join("&")}${page.location.hash}`);
    } catch {
      // another origin's page, or too many changes in a row: the map works without
    }
  }

  /* ---- ground and city names: canvases that never take a click ---------------------------------- */

  const Backdrop = chargingShapes.Sheet.extend({
    options: { padding: 0.3, interactive: false },
    data: null,
    repaint() {
      if (this._ctx) this._redraw();
    },
    _draw() {
      if (this.data) this.options.paint(this._ctx, this._map, this.data, this._bounds);
    },
    _onMouseMove() {},
    _onClick() {},
    _handleMouseOut() {},
  });

  // rings of the unit Web Mercator square, each with its box
  function groundRings({ perDegree, rings }) {
    return rings.map((steps) => {
      const ring = [];
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

  const COAST_TO_ZOOM = 9; // nearer by, a line of this coarseness would say where the water is, and be wrong

  function paintGround(ctx, map, rings, view) {
    if (map.getZoom() > COAST_TO_ZOOM) {
      ctx.fillStyle = state.theme.land;
      ctx.fillRect(view.min.x, view.min.y, view.max.x - view.min.x, view.max.y - view.min.y);
      return;
    }
    const scale = 256 * 2 ** map.getZoom();
    const origin = map.getPixelOrigin();
    ctx.beginPath();
    for (const { ring, west, east, north, south } of rings) {
      if (south * scale - origin.y < view.min.y || north * scale - origin.y > view.max.y) continue;
      for (const world of [-1, 0, 1]) {
        const left = (west + world) * scale - origin.x, right = (east + world) * scale - origin.x;
        if (right < view.min.x || left > view.max.x) continue;
        traceRounded(ctx, ring.map(([u, v]) => [(u + world) * scale - origin.x, v * scale - origin.y]));
      }
    }
    ctx.fillStyle = state.theme.land;
    ctx.fill("evenodd");
    ctx.strokeStyle = state.theme.coast;
    ctx.lineWidth = 1;
    ctx.stroke();
  }

  // through the middle of each side, with the corners as control points
  function traceRounded(ctx, points) {
    const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    ctx.moveTo(...middle(points[points.length - 1], points[0]));
    for (let i = 0; i < points.length; i++) {
      ctx.quadraticCurveTo(...points[i], ...middle(points[i], points[(i + 1) % points.length]));
    }
    ctx.closePath();
  }

  const LABEL_SIZES = [13, 12, 11, 11, 11, 10]; // px, by rank
  const LABEL_ZOOMS = [0, 4, 5.5, 7, 8, 9]; // first zoom that names a city or town of this rank
  const LABEL_GAP = [18, 12]; // px kept free around a name, across and down

  let named = { key: [], places: [] }; // the last answer of `placesToName`

  // Places are found in the pixels of the whole world, so a name does not come and go while the map is panned.
  function placesToName(ctx, map, cities) {
    const zoom = map.getZoom(), key = [cities, zoom, state.language, map.options.crs];
    if (key.every((part, at) => part === named.key[at])) return named.places;
    const places = [];
    for (const [lat, lon, rank, english, chinese] of cities) {
      if (zoom < LABEL_ZOOMS[rank]) continue;
      const name = state.language === "zh" ? chinese : english;
      const { x, y } = map.project([lat, lon]).round();
      const font = `${rank === 0 ? 600 : 500} ${LABEL_SIZES[rank]}px ${FONT}`;
      ctx.font = font;
      const half = ctx.measureText(name).width / 2 + LABEL_GAP[0];
      const tall = LABEL_SIZES[rank] / 2 + LABEL_GAP[1];
      const isTaken = places.some((place) => (
        Math.abs(place.x - x) < place.half + half && Math.abs(place.y - y) < place.tall + tall));
      if (!isTaken) places.push({ name, font, x, y, half, tall });
    }
    named = { key, places };
    return places;
  }

  function paintLabels(ctx, map, cities, view) {
    if (state.tiles && state.tiles.isDrawn) return; // streets bring their own names
    const origin = map.getPixelOrigin();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3;
    ctx.strokeStyle = state.theme.halo;
    ctx.fillStyle = state.theme.label;
    for (const place of placesToName(ctx, map, cities)) {
      const x = place.x - origin.x, y = place.y - origin.y;
      if (!view.contains([x, y])) continue;
      ctx.font = place.font;
      ctx.strokeText(place.name, x, y);
      ctx.fillText(place.name, x, y);
    }
  }

  /* ---- which layers stay ------------------------------------------------------------------------ */

  // `build` returns {layer?, remove?}; it runs only when there is no layer of this key and digest
  function keep(shell, key, digest, build) {
    // st_folium never empties this list by itself, and everything in it would stay in memory
    window.feature_group = (window.feature_group || []).filter((group) => state.map.hasLayer(group));
    let entry = kept.get(key);
    if (!entry || entry.digest !== digest) {
      if (entry) discard(entry);
      entry = { digest, ...build() };
      if (entry.layer) entry.layer.addTo(state.map);
      kept.set(key, entry);
      isRedrawn = true;
      queueMicrotask(() => { isRedrawn = false; });
      raiseMarks();
    } else if (isRedrawn && entry.layer) {
      entry.layer.bringToFront(); // what was just drawn lies below it
      raiseMarks();
    }
    entry.shell = shell;
    shell.on("remove", () => queueMicrotask(() => {
      if (entry.shell === shell && kept.get(key) === entry) {
        discard(entry);
        kept.delete(key);
      }
    }));
    return entry;
  }

  function discard(entry) {
    if (entry.layer) entry.layer.remove();
    if (entry.remove) entry.remove();
  }

  /* ---- surface: what the data lies on ------------------------------------------------------------- */

  function surface(shell, digest, { theme, language, tiles, texts }) {
    keep(shell, "surface", digest, () => {
      const frame = state.map.getContainer();
      state.theme = THEMES[theme];
      state.language = language;
      state.numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
      frame.dataset.theme = theme;
      document.documentElement.style.colorScheme = theme;
      document.documentElement.lang = frame.lang = language;
      frame.setAttribute("aria-label", texts.label);
      window.frameElement?.setAttribute("aria-label", texts.label);
      state.texts = texts;
      nameButton(frame, ".leaflet-control-zoom-in", texts.zoomIn);
      nameButton(frame, ".leaflet-control-zoom-out", texts.zoomOut);
      nameButton(frame, ".charging-locate a", texts.locate);
      setTiles(tiles);
      frame.dataset.tiles = tiles && tiles.isDark ? "dark" : "light";
      state.credit = () => setAttributions([plainHtml(texts.attribution),
        ...(areStreetsShown() ? tiles.credits.map(([text, url]) => (url ? linkHtml(text, url) : plainHtml(text))) : [])]);
      state.credit();
      state.ground.repaint();
      state.labels.repaint();
      return {};
    });
  }

  function nameButton(frame, selector, text) {
    const button = frame.querySelector(selector);
    if (button) {
      button.title = text;
      button.setAttribute("aria-label", text);
    }
  }

  function setTiles(tiles) {
    const key = JSON.stringify(tiles);
    if (key === (state.tiles ? state.tiles.key : "null")) return;
    if (state.tiles) state.tiles.group.remove();
    state.tiles = null;
    project(tiles && tiles.shiftedInside);
    if (tiles) showTiles(tiles, key);
    const cells = kept.get("hexes");
    if (cells) cells.layer.setStyle({ fillOpacity: cellOpacity() });
  }

  // Everything drawn moves to where tiles of the datum have it, in place; the centre stays where it is on the earth.
  function project(outline) {
    const plain = L.CRS.EPSG3857;
    if (!outline && state.map.options.crs === plain) return;
    const centre = state.map.getCenter(); // as the projection so far has it
    state.map.options.crs = outline ? L.extend({}, plain, { projection: chargingDatum.projection(outline) }) : plain;
    state.map.setView(centre, state.map.getZoom(), { reset: true });
  }

  function showTiles({ urls, subdomains, minZoom, maxZoom }, key) {
    const sheets = urls.map((url) => L.tileLayer(url, { subdomains, minZoom, maxNativeZoom: maxZoom, maxZoom: 22 }));
    const shown = { key, minZoom, isDrawn: false, group: L.layerGroup(sheets) };
    const follow = (isDrawn) => {
      if (shown.isDrawn === isDrawn) return;
      shown.isDrawn = isDrawn;
      state.labels.repaint();
    };
    const leave = () => areStreetsShown() || follow(false);
    sheets[0].on("tileload", () => follow(true));
    sheets[0].on("remove", () => state.map.off("zoomend", leave));
    state.map.on("zoomend", leave);
    state.tiles = shown;
    shown.group.addTo(state.map);
  }

  // for a picture, which cannot have them
  function withoutStreets(paint) {
    const { tiles } = state;
    state.tiles = null;
    try {
      paint();
    } finally {
      state.tiles = tiles;
    }
  }

  // Leaflet takes the tiles of the nearest whole zoom
  function areStreetsShown() {
    return state.tiles !== null && Math.round(state.map.getZoom()) >= state.tiles.minZoom;
  }

  function cellOpacity() {
    return areStreetsShown() ? CELL_OPACITY_ON_STREETS : CELL_OPACITY;
  }

  // Leaflet's control takes HTML
  function setAttributions(lines) {
    const control = state.map.attributionControl;
    state.attributions.forEach((line) => control.removeAttribution(line));
    state.attributions = lines.filter(Boolean);
    state.attributions.forEach((line) => control.addAttribution(line));
  }

  function plainHtml(text) {
    return element("span", "", text).innerHTML;
  }

  function linkHtml(text, url) {
    const link = element("a", "", text);
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener";
    return link.outerHTML;
  }

  /* ---- layers ------------------------------------------------------------------------------------- */

  function hexes(shell, digest, data, selected) {
    keep(shell, "hexes", digest, () => {
      const group = L.featureGroup([cells(data)]);
      describe(group, data.tooltip);
      mark(group, "hex");
      return { layer: group };
    });
    select("hex", "hexes", selected);
  }

  function cells({ perDegree, steps, corners, ids, classes, colours }) {
    const points = new Float64Array(steps.length), starts = new Int32Array(ids.length + 1);
    let firstLat = 0, firstLon = 0, at = 0;
    ids.forEach((_id, row) => {
      // a cell starts with the step from the first corner of the one before it
      let lat = firstLat += steps[at], lon = firstLon += steps[at + 1];
      starts[row + 1] = starts[row] + (corners[row] || 6);
      for (;;) {
        points[at] = lat / perDegree;
        points[at + 1] = lon / perDegree;
        at += 2;
        if (at === 2 * starts[row + 1]) break;
        lat += steps[at];
        lon += steps[at + 1];
      }
    });
    const hatch = hatching();
    return new chargingShapes.Cells({ kind: "hex", ids: ids.map(wholeId), points, starts,
      fills: classes.map((code) => (code < 0 ? hatch : colours[code])) },
    { smoothFactor: 0, weight: 0.75, color: state.theme.seam, opacity: 0.55, fill: true, fillOpacity: cellOpacity() });
  }

  // the f's at its end say nothing and do not travel
  function wholeId(id) {
    return id.padEnd(15, "f");
  }

  function pointsOf({ steps, perDegree }) {
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

  // a pattern is as good a fill as a colour
  function hatching() {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const ctx = tile.getContext("2d");
    ctx.strokeStyle = state.theme.hatch;
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    for (const shift of [-6, 0, 6]) {
      ctx.moveTo(shift - 1, 7);
      ctx.lineTo(shift + 7, -1);
    }
    ctx.stroke();
    return ctx.createPattern(tile, "repeat");
  }

  // A dot answers a click as its cell does.
  function dots(shell, digest, data) {
    keep(shell, "dots", digest, () => {
      const group = L.featureGroup([new chargingShapes.Circles(dotCircles(data))]);
      describe(group, data.tooltip);
      return { layer: group };
    });
  }

  function dotCircles(data) {
    const places = data.colours.length;
    const ring = places > 1 ? 0.5 : 0; // distance from the centre, in half-widths of a cell
    const reach = places > 2 ? 0.42 : places > 1 ? 0.46 : 0.8; // of the largest dot
    const degrees = (ring * data.halfWidthKm) / KM_PER_DEGREE;
    const centres = pointsOf(data); // of cells; the rows are dots in them
    const points = new Float64Array(2 * data.places.length);
    const metresPerPx = new Float64Array(data.places.length); // at zoom 0
    data.places.forEach((place, row) => {
      const lat = centres[2 * data.cells[row]], lon = centres[2 * data.cells[row] + 1];
      const angle = (2 * Math.PI * place) / places - Math.PI / 2;
      points[2 * row] = lat - degrees * Math.sin(angle);
      points[2 * row + 1] = lon + (degrees * Math.cos(angle)) / Math.cos(lat * Math.PI / 180);
      metresPerPx[row] = METRES_PER_PX_ZOOM_0 * Math.cos(points[2 * row] * Math.PI / 180);
    });
    const ids = data.ids.map(wholeId);
    const radiiAt = (zoom) => data.sizes.map((size, row) => Math.max(1.5,
      reach * (data.halfWidthKm * 1000 * 2 ** zoom / metresPerPx[row]) * size / 100));
    const styles = data.colours.map((fillColor) => (
      { weight: 1, color: state.theme.ring, opacity: 0.9, fillColor, fillOpacity: 0.95 }));
    return { kind: "hex", ids: data.cells.map((cell) => ids[cell]), points, styles, looks: data.places, radiiAt };
  }

  function stations(shell, digest, data, selected) {
    keep(shell, "stations", digest, () => {
      const rings = data.rings || [];
      const styles = data.colours.flatMap((colour) => RINGS.map((ring) => stationStyle(ring, colour, data.fault)));
      const looks = data.classes.map((code, row) => RINGS.length * code + (rings[row] || 0));
      const group = L.featureGroup([new chargingShapes.Circles({ kind: data.kind, ids: data.ids, points: pointsOf(data),
        styles, looks, radiiAt: () => data.radii })]);
      describe(group, data.tooltip);
      mark(group, "station");
      return { layer: group };
    });
    select("station", "stations", selected);
  }

  function lines(shell, digest, data) {
    keep(shell, "lines", digest, () => {
      const group = L.featureGroup(data.lines.map((steps, row) => {
        let lat = 0, lon = 0;
        const corners = [];
        for (let at = 0; at < steps.length; at += 2) {
          lat += steps[at];
          lon += steps[at + 1];
          corners.push([lat / data.perDegree, lon / data.perDegree]);
        }
        const line = L.polyline(corners, { weight: LINE_PX, color: data.colour, opacity: 0.5, lineJoin: "round" });
        line.row = row;
        return line;
      }));
      describe(group, data.tooltip);
      return { layer: group };
    });
  }

  // 0 plain, 1 fault, 2 status not known (empty and dashed), 3 taken (empty), 4 not reporting (dashed)
  const RINGS = [0, 1, 2, 3, 4];

  function stationStyle(ring, colour, fault) {
    switch (ring) {
      case 1: return { weight: 3, color: fault, fillColor: colour, fillOpacity: 0.95 };
      case 2: return { weight: 2, dashArray: "2 3", color: colour, fillColor: state.theme.ring, fillOpacity: 0.75 };
      case 3: return { weight: 2.5, color: colour, fillColor: state.theme.ring, fillOpacity: 0.9 };
      case 4: return { weight: 2, dashArray: "2 3", color: state.theme.casing, fillColor: colour, fillOpacity: 0.95 };
      default: return { weight: 1.5, color: state.theme.ring, fillColor: colour, fillOpacity: 0.95 };
    }
  }

  /* ---- what is pointed at and what is selected: outlines on top, which take no clicks --------------- */

  const marks = { hover: null, hex: null, station: null, here: null }; // what -> L.LayerGroup

  function mark(group, what) {
    group.on("mouseover", (event) => setMark("hover", event.layer));
    group.on("mouseout", () => setMark("hover", null));
    group.on("click", (event) => setMark(what, event.layer)); // at once; the answer confirms it
    group.on("remove", () => {
      setMark("hover", null);
      setMark(what, null);
    });
  }

  // `selected` comes with every answer, also with one that keeps the layer
  function select(what, key, selected) {
    const [shapes] = kept.get(key).layer.getLayers();
    const found = selected && shapes.find(selected);
    setMark(what, found || null);
  }

  function setMark(what, layer) {
    if (marks[what]) marks[what].remove();
    marks[what] = layer ? L.layerGroup(outlines(layer, what === "hover" ? 2 : 2.5)).addTo(state.map) : null;
  }

  function outlines(layer, weight) {
    const line = { interactive: false, fill: false, smoothFactor: 0, lineJoin: "round" };
    const styles = [{ ...line, color: state.theme.casing, weight: weight + 2.5, opacity: 0.9 },
      { ...line, color: state.theme.mark, weight }];
    return styles.map((style) => (layer.getRadius
      ? L.circleMarker(layer.getLatLng(), { ...style, radius: layer.getRadius() + 3 })
      : L.polygon(layer.getLatLngs(), style)));
  }

  function raiseMarks() {
    for (const group of Object.values(marks)) {
      if (group) group.eachLayer((outline) => outline.bringToFront());
    }
  }

  /* ---- moving the map: on command, and to where the reader is ----------------------------------------- */

  function flyTo(shell, digest, { lat, lon, zoom, token }) {
    keep(shell, "flyTo", digest, () => {
      if (isNewCommand(token)) go([lat, lon], zoom);
      return {};
    });
  }

  // Answers repeat the last command, also to a frame that is mounted anew.
  function isNewCommand(token) {
    if (state.obeyed === null) state.obeyed = stored(OBEYED);
    if (token === state.obeyed) return false;
    state.obeyed = token;
    try {
      window.sessionStorage.setItem(OBEYED, token);
    } catch {
      // the browser keeps nothing: the command may be obeyed once more after a new mount
    }
    return true;
  }

  function stored(key) {
    try {
      return window.sessionStorage.getItem(key);
    } catch {
      return null;
    }
  }

  function go(centre, zoom) {
    const map = state.map;
    if (isStill || map.getSize().x === 0) {
      map.setView(centre, zoom, { animate: false });
    } else {
      map.flyTo(centre, zoom, { duration: FLIGHT_S });
    }
  }

  // The browser is asked for the position on a click only, and the position goes nowhere but onto the map.
  function locateControl() {
    const control = L.control({ position: "bottomright" });
    control.onAdd = () => {
      const box = element("div", "charging-locate"), bar = element("div", "leaflet-bar");
      const button = element("a"), note = element("div", "note");
      button.href = "#";
      button.setAttribute("role", "button");
      button.append(crosshair());
      note.setAttribute("role", "status");
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.on(button, "click", (event) => {
        L.DomEvent.preventDefault(event);
        locate(button, note);
      });
      bar.append(button);
      box.append(note, bar);
      return box;
    };
    return control;
  }

  function crosshair() {
    const [svg, ring, arms] = ["svg", "circle", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const [name, value] of [["cx", 12], ["cy", 12], ["r", 5]]) ring.setAttribute(name, value);
    arms.setAttribute("d", "M12 2v5M12 17v5M2 12h5M17 12h5");
    svg.append(ring, arms);
    return svg;
  }

  function locate(button, note) {
    const say = (text) => {
      note.textContent = text;
      state.map.once("movestart click", () => { note.textContent = ""; });
    };
    note.textContent = "";
    if (!navigator.geolocation) {
      say(state.texts.locateFailed);
      return;
    }
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      button.removeAttribute("aria-busy");
      showHere([coords.latitude, coords.longitude], coords.accuracy);
    }, (error) => {
      button.removeAttribute("aria-busy");
      say(error.code === error.PERMISSION_DENIED ? state.texts.locateRefused : state.texts.locateFailed);
    }, { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 });
  }

  function showHere(here, accuracyM) {
    const still = { interactive: false, color: "#ffffff" };
    if (marks.here) marks.here.remove();
    marks.here = L.layerGroup([
      L.circle(here, { ...still, radius: accuracyM, stroke: false, fillColor: HERE, fillOpacity: 0.12 }),
      L.circleMarker(here, { ...still, radius: 7, weight: 2.5, fillColor: HERE, fillOpacity: 1 }),
    ]).addTo(state.map);
    go(here, Math.max(HERE_ZOOM, state.map.getZoom()));
  }

  /* ---- tooltips and legend -------------------------------------------------------------------------- */

  function describe(group, tooltip) {
    group.bindTooltip((layer) => {
      const box = element("div");
      if (tooltip.heading) box.append(element("div", "heading", cellText(tooltip.heading, layer.row, tooltip)));
      const rows = element("div", "rows");
      for (const column of tooltip.rows) {
        rows.append(element("span", "", column.label), element("span", "", cellText(column, layer.row, tooltip)));
      }
      box.append(rows);
      if (tooltip.footer) box.append(element("div", "note", tooltip.footer));
      return box;
    }, { sticky: true, direction: "top", offset: [0, -8], opacity: 1, className: "charging-tooltip" });
  }

  // a column holds numbers, or positions in its list of distinct texts
  function cellText({ values, names, unit }, row, { unknown }) {
    const value = values[row];
    if (value === null) return unknown;
    if (names) return names[value];
    const number = state.numbers.format(unit === "%" ? 100 * value : value);
    return unit ? `${number} ${unit}` : number;
  }

  function legend(shell, digest, data) {
    keep(shell, "legend", digest, () => {
      const control = L.control({ position: "bottomleft" });
      control.onAdd = () => legendBox(data);
      control.addTo(state.map);
      return { remove: () => control.remove() };
    });
  }

  function legendBox({ title, unit, rows, counted, footer }) {
    const box = element("details", "charging-legend");
    box.open = state.map.getSize().x >= NARROW_PX;
    const summary = element("summary", "", title);
    if (unit) summary.append(element("span", "unit", ` · ${unit}`));
    const list = element("ul");
    for (const [colour, label, count] of rows) {
      const item = element("li");
      const swatch = element("span", colour ? "swatch" : "swatch hatched");
      swatch.style.background = colour;
      swatch.style.opacity = colour ? CELL_OPACITY : 1; // as the cells look on the ground
      const amount = element("span", "count", state.numbers.format(count));
      amount.title = `${state.numbers.format(count)} ${counted}`;
      item.append(swatch, element("span", "", label), amount);
      list.append(item);
    }
    box.append(summary, list);
    if (footer) box.append(element("div", "note", footer));
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  }

  function element(tag, className = "", text = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  // everything drawn that has an id, each as a layer: for those who look at the map from outside
  function features() {
    const layers = Object.values(state.map._layers).filter((layer) => layer instanceof chargingShapes.Shapes);
    return layers.flatMap((shapes) => shapes.ids.map((_id, row) => shapes.standIn(row)));
  }

  return { start, surface, flyTo, hexes, dots, stations, lines, legend, withoutStreets, cellOpacity, features };
})();
