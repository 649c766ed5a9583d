/* Tooltips and the legend. */
const chargingLegend = (() => {
  "use strict";

  const { NARROW_PX, state, element } = chargingState;
  const { keep } = chargingRegistry;
  const CELL_OPACITY = 0.85;

  function describe(/** @type {L.FeatureGroup} */ group, /** @type {Tooltip} */ tooltip) {
    group.bindTooltip((layer) => {
      const box = element("div"), { row } = /** @type {L.Path} */ (layer);
      if (tooltip.heading) box.append(element("div", "heading", cellText(tooltip.heading, row, tooltip)));
      const rows = element("div", "rows");
      for (const column of tooltip.rows) {
        rows.append(element("span", "", column.label), element("span", "", cellText(column, row, tooltip)));
      }
      box.append(rows);
      if (tooltip.footer) box.append(element("div", "note", tooltip.footer));
      return box;
    }, { sticky: true, direction: "top", offset: [0, -8], opacity: 1, className: "charging-tooltip" });
  }

  /** @param {TooltipColumn} column @param {number} row @param {Tooltip} tooltip */
  function cellText({ values, names, unit }, row, { unknown }) {
    const value = values[row];
    if (value === null) return unknown;
    if (names) return names[value];
    const number = state.numbers.format(unit === "%" ? 100 * value : value);
    return unit ? `${number} ${unit}` : number;
  }

  /** @param {L.Layer} shell @param {string} digest @param {LegendData} data */
  function legend(shell, digest, data) {
    keep(shell, "legend", digest, () => {
      const control = new L.Control({ position: "bottomleft" });
      control.onAdd = () => legendBox(data);
      control.addTo(state.map);
      return { remove: () => control.remove() };
    });
  }

  function legendBox(/** @type {LegendData} */ { title, unit, rows, counted, footer }) {
    const box = element("details", "charging-legend");
    box.open = state.map.getSize().x >= NARROW_PX;
    const summary = element("summary", "", title);
    if (unit) summary.append(element("span", "unit", ` · ${unit}`));
    const list = element("ul");
    for (const [colour, label, count] of rows) {
      const item = element("li");
      const swatch = element("span", colour ? "swatch" : "swatch hatched");
      swatch.style.background = colour;
      swatch.style.opacity = String(colour ? CELL_OPACITY : 1); // as the cells look on the ground
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

  return { CELL_OPACITY, describe, legend };
})();
