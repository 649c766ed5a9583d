/* A picture of the map for a report: `chargingPicture.save(map, {...})` draws it anew at twice the size and saves a
 * PNG. Ground, data and city names are painted by the map's own canvases; street tiles belong to others and are left
 * out, and with them everything that would keep the browser from handing the picture over.
 */
window.chargingPicture = (() => {
  "use strict";

  const SCALE = 2;
  const MARGIN = 16, GAP = 8; // px
  const FONT = 'system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
  const THEMES = {
    light: { page: "#ffffff", sea: "#dde6ea", ink: "#1c2a31", quiet: "#5b6b73", line: "#d3dadd", panel: "rgba(255,255,255,.94)" },
    dark: { page: "#10181c", sea: "#0f171b", ink: "#e6edf0", quiet: "#9fb0b8", line: "#34444c", panel: "rgba(24,34,40,.94)" },
  };
  const OTHER_FILL = "#9aa3a8"; // of a hatched swatch

  function save(map, { title, sentence, notes, fileName }) {
    const canvas = draw(map, { title, sentence, notes });
    return new Promise((resolve) => canvas.toBlob((blob) => {
      const link = map.getContainer().ownerDocument.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = fileName;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      resolve(blob);
    }, "image/png"));
  }

  function draw(map, { title, sentence, notes }) {
    const theme = THEMES[map.getContainer().dataset.theme] || THEMES.light;
    const { x: width, y: height } = map.getSize();
    const canvas = document.createElement("canvas");
    const ctx = canvas.getContext("2d");
    const head = lines(ctx, [[title, 600, 18, theme.ink], [sentence, 400, 14, theme.ink]], width - 2 * MARGIN);
    const foot = lines(ctx, notes.map((note) => [note, 400, 12, theme.quiet]), width - 2 * MARGIN);
    const tall = (rows) => rows.reduce((sum, row) => sum + row.leading, 2 * GAP);
    canvas.width = SCALE * width;
    canvas.height = SCALE * (tall(head) + height + tall(foot));
    ctx.setTransform(SCALE, 0, 0, SCALE, 0, 0);
    ctx.fillStyle = theme.page;
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
    paintLegend(ctx, map, theme, tall(head) + height);
    ctx.restore();
    return canvas;
  }

  // each canvas of the map paints into this one instead of its own
  function paintMap(ctx, map, top) {
    const order = (layer) => Number(getComputedStyle(map.getPane(layer.options.pane)).zIndex) || 0;
    const canvases = Object.values(map._layers).filter((layer) => layer instanceof L.Canvas && layer._ctx)
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

  function paintLegend(ctx, map, theme, bottom) {
    const box = map.getContainer().querySelector(".charging-legend");
    if (!box) return;
    const text = (selector) => box.querySelector(selector)?.textContent || "";
    const hasCells = Object.values(map._layers).some((layer) => layer instanceof chargingShapes.Cells);
    const rows = [...box.querySelectorAll("li")].map((item) => ({
      colour: item.querySelector(".hatched") ? OTHER_FILL : item.querySelector(".swatch").style.background,
      opacity: hasCells ? charging.cellOpacity() : 1, // as the cells of the picture
      isHatched: Boolean(item.querySelector(".hatched")),
      label: item.children[1].textContent,
      count: item.querySelector(".count").textContent,
    }));
    const note = text(":scope > .note");
    ctx.font = `600 12px ${FONT}`;
    const title = text("summary");
    const widths = [ctx.measureText(title).width, ctx.measureText(note).width,
      ...rows.map((row) => 24 + ctx.measureText(row.label).width + 24 + ctx.measureText(row.count).width)];
    const width = Math.ceil(Math.max(...widths)) + 24;
    const height = 16 + 18 * (rows.length + 1) + (note ? 22 : 0);
    const left = 12, top = bottom - height - 12;
    ctx.fillStyle = theme.panel;
    ctx.strokeStyle = theme.line;
    ctx.beginPath();
    ctx.roundRect(left, top, width, height, 8);
    ctx.fill();
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

  // Chinese breaks between any two characters, other text between words
  function lines(ctx, texts, width) {
    const rows = [];
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

  return { save, draw };
})();
