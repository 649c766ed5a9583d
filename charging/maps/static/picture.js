/* A picture of the map for a report: `chargingPicture.save(map, {...})` draws it again at twice the size and saves a
 * PNG. Ground, data and city names are painted by the map's own canvases; street tiles belong to others and are left
 * out, and with them everything that would keep the browser from handing the picture over.
 */
window.chargingPicture = (() => {
  "use strict";

  const SCALE = 2;
  const MARGIN = 16, GAP = 8; // px
  const PANEL_OPACITY = 0.94;
  const { FONT, state, element, contextOf } = chargingState;

  /** @param {L.Map} map @param {PictureTexts & {fileName: string}} picture */
  function save(map, { title, sentence, notes, fileName }) {
    const canvas = draw(map, { title, sentence, notes });
    return new Promise((resolve) => canvas.toBlob((blob) => {
      const link = element("a");
      link.href = URL.createObjectURL(/** @type {Blob} */ (blob));
      link.download = fileName;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      resolve(blob);
    }, "image/png"));
  }

  function draw(/** @type {L.Map} */ map, /** @type {PictureTexts} */ { title, sentence, notes }) {
    const { theme } = state;
    const { x: width, y: height } = map.getSize();
    const canvas = element("canvas"), ctx = contextOf(canvas);
    const head = lines(ctx, [[title, 600, 18, theme.ink], [sentence, 400, 14, theme.ink]], width - 2 * MARGIN);
    const foot = lines(ctx, notes.map((note) => [note, 400, 12, theme.quiet]), width - 2 * MARGIN);
    const tall = (/** @type {TextLine[]} */ rows) => rows.reduce((sum, row) => sum + row.leading, 2 * GAP);
    canvas.width = SCALE * width;
    canvas.height = SCALE * (tall(head) + height + tall(foot));
    ctx.setTransform(SCALE, 0, 0, SCALE, 0, 0);
    ctx.fillStyle = theme.paper;
    ctx.fillRect(0, 0, width, canvas.height);
    write(ctx, head, MARGIN, GAP);
    write(ctx, foot, MARGIN, tall(head) + height + GAP);
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, tall(head), width, height);
    ctx.clip();
    ctx.fillStyle = theme.sea;
    ctx.fillRect(0, tall(head), width, height);
    paintMap(ctx, map, tall(head));
    paintLegend(ctx, map, tall(head) + height);
    ctx.restore();
    return canvas;
  }

  // Each canvas of the map paints into this one instead of its own.
  /** @param {CanvasRenderingContext2D} ctx @param {L.Map} map @param {number} top */
  function paintMap(ctx, map, top) {
    const order = (/** @type {L.Canvas} */ layer) => Number(getComputedStyle(
      /** @type {HTMLElement} */ (map.getPane(/** @type {string} */ (layer.options.pane)))).zIndex) || 0;
    const canvases = Object.values(map._layers)
      .flatMap((layer) => (layer instanceof L.Canvas && layer._ctx ? [layer] : []))
      .sort((a, b) => order(a) - order(b));
    const shift = map._getMapPanePos();
    for (const layer of canvases) {
      const { _ctx: own, _redrawBounds: part } = layer;
      ctx.save();
      ctx.setTransform(SCALE, 0, 0, SCALE, SCALE * shift.x, SCALE * (shift.y + top));
      layer._ctx = ctx;
      layer._redrawBounds = null; // all of it
      try {
        charging.withoutStreets(() => layer._draw()); // they bring names of their own: here ours are needed
      } finally {
        layer._ctx = own;
        layer._redrawBounds = part;
        ctx.restore();
      }
    }
  }

  /** @param {L.Map} map @param {HTMLElement} box @returns {PictureLegendRow[]} */
  function legendRows(map, box) {
    const hasCells = Object.values(map._layers).some((layer) => layer instanceof chargingCells.Cells);
    return [...box.querySelectorAll("li")].map((item) => {
      const [swatch, label, count] = /** @type {HTMLElement[]} */ ([...item.children]);
      const isHatched = swatch.classList.contains("hatched");
      return {
        colour: isHatched ? state.theme.hatch : swatch.style.background,
        opacity: hasCells ? charging.cellOpacity() : 1, // as the cells of the picture
        isHatched,
        label: label.textContent,
        count: count.textContent,
      };
    });
  }

  /** @param {CanvasRenderingContext2D} ctx @param {L.Map} map @param {number} bottom */
  function paintLegend(ctx, map, bottom) {
    const box = /** @type {HTMLElement | null} */ (map.getContainer().querySelector(".charging-legend"));
    if (!box) return;
    const { theme } = state, rows = legendRows(map, box);
    const text = (/** @type {string} */ selector) => box.querySelector(selector)?.textContent || "";
    const title = text("summary"), note = text(":scope > .note");
    ctx.font = `600 12px ${FONT}`;
    const widths = [ctx.measureText(title).width, ctx.measureText(note).width,
      ...rows.map((row) => 24 + ctx.measureText(row.label).width + 24 + ctx.measureText(row.count).width)];
    const width = Math.ceil(Math.max(...widths)) + 24;
    const height = 16 + 18 * (rows.length + 1) + (note ? 22 : 0);
    const left = 12, top = bottom - height - 12;
    ctx.fillStyle = theme.panel;
    ctx.strokeStyle = theme.line;
    ctx.beginPath();
    ctx.roundRect(left, top, width, height, 8);
    ctx.globalAlpha = PANEL_OPACITY;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.stroke();
    ctx.textBaseline = "middle";
    ctx.fillStyle = theme.ink;
    ctx.fillText(title, left + 12, top + 17);
    ctx.font = `400 12px ${FONT}`;
    rows.forEach((row, at) => {
      const y = top + 17 + 18 * (at + 1);
      paintSwatch(ctx, row, left + 12, y - 6);
      ctx.fillStyle = theme.ink;
      ctx.fillText(row.label, left + 36, y);
      ctx.fillStyle = theme.quiet;
      ctx.textAlign = "right";
      ctx.fillText(row.count, left + width - 12, y);
      ctx.textAlign = "left";
    });
    if (note) ctx.fillText(note, left + 12, top + height - 15);
  }

  /** @param {CanvasRenderingContext2D} ctx @param {PictureLegendRow} row @param {number} x @param {number} y */
  function paintSwatch(ctx, { colour, opacity, isHatched }, x, y) {
    ctx.save();
    ctx.globalAlpha = opacity;
    ctx.beginPath();
    ctx.roundRect(x, y, 16, 12, 3);
    ctx.clip();
    ctx.fillStyle = ctx.strokeStyle = colour;
    if (!isHatched) ctx.fillRect(x, y, 16, 12);
    for (let shift = -12; isHatched && shift < 16; shift += 4) {
      ctx.beginPath();
      ctx.moveTo(x + shift, y + 12);
      ctx.lineTo(x + shift + 12, y);
      ctx.stroke();
    }
    ctx.restore();
  }

  // Chinese breaks between any two characters, other text between words.
  /** @param {CanvasRenderingContext2D} ctx @param {StyledText[]} texts @param {number} width */
  function lines(ctx, texts, width) {
    const rows = /** @type {TextLine[]} */ ([]);
    for (const [text, weight, size, colour] of texts) {
      const style = { font: `${weight} ${size}px ${FONT}`, leading: Math.round(size * 1.4), colour };
      ctx.font = style.font;
      let line = "";
      for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]{1,40}\s*|\s+/g) || []) {
        if (line && ctx.measureText(line + piece.trimEnd()).width > width) {
          rows.push({ ...style, text: line });
          line = "";
        }
        line += piece;
      }
      if (line) rows.push({ ...style, text: line });
    }
    return rows;
  }

  /** @param {CanvasRenderingContext2D} ctx @param {TextLine[]} rows @param {number} left @param {number} top */
  function write(ctx, rows, left, top) {
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    let y = top;
    for (const { text, font, leading, colour } of rows) {
      ctx.font = font;
      ctx.fillStyle = colour;
      ctx.fillText(text, left, y + leading / 2);
      y += leading;
    }
  }

  return { save };
})();
