"""Shapes that are one layer look and answer the mouse as Leaflet's own layers would, one for each."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from browser.live import in_chromium

from charging.domain.bounds import Bounds
from charging.domain.hexes import cells_at, parent_cells
from charging.maps import layers
from charging.maps.palette import Scale, Theme
from charging.maps.standalone import Caption, Picture, build_map_page

pytestmark = [*in_chromium, pytest.mark.endurance]

OPERATORS = {"nio": "#0072b2", "xpeng": "#d55e00", "teld": "#009e73"}
TOOLTIP = layers.Tooltip(rows=(layers.TooltipRow(column="piles", label="Piles"),), unknown="?")
CAPTION = Caption(
    title="", badge="", is_simulated=True, sentence="", figures=((),), notes=(), link_label="", link=""
)
SHANGHAI = Bounds(30.7, 120.7, 31.7, 122.1)
WORDS = ("label", "zoom_in", "zoom_out", "attribution", "locate", "locate_refused", "locate_failed")

# the layers of shapes from the lowest up, and the Leaflet layers that stand in for their rows
LAYERS = """const sheet = map.options.renderer, shapes = [];
  for (let order = sheet._drawFirst; order; order = order.next) if (order.layer.ids) shapes.push(order.layer);
  const layers = shapes.flatMap((layer) => layer.ids.map((_id, row) => layer.standIn(row)));
  const change = () => {
    shapes.forEach((layer) => layer.remove());
    layers.forEach((layer) => layer.addTo(map));
  };"""

LOOK = f"""() => {{
  {LAYERS}
  const pixels = () => {{
    sheet._redrawBounds = null;
    sheet._redraw();
    return sheet._ctx.getImageData(0, 0, sheet._container.width, sheet._container.height).data;
  }};
  const ours = pixels();
  change();
  const theirs = pixels();
  let drawn = 0, off = 0;
  for (let at = 0; at < theirs.length; at += 4) {{
    drawn += theirs[at + 3] > 0;
    // a colour counts by as much as it is seen
    const seen = (pixels, part) => (part === 3 ? pixels[at + 3] : pixels[at + part] * pixels[at + 3] / 255);
    off += [0, 1, 2, 3].some((part) => Math.abs(seen(ours, part) - seen(theirs, part)) > 4);
  }}
  return [drawn, off];
}}"""

MOUSE = f"""() => {{
  {LAYERS}
  const {{ min, max }} = sheet._bounds, points = [];
  for (let x = min.x; x < max.x; x += 7.3) {{
    for (let y = min.y; y < max.y; y += 9.1) points.push(L.point(x, y));
  }}
  const name = (layer) => (layer ? layer.feature.properties.id + layer.row : null);
  const ours = points.map((point) => name(sheet._at(point)));
  change();
  // within half its seam Leaflet takes a cell as well
  const isOnSeam = (point) => layers.some((layer) => layer.getLatLngs
    && L.Polyline.prototype._containsPoint.call(layer, point, true));
  const differing = points.filter((point, at) =>
    ours[at] !== name(layers.filter((layer) => layer._containsPoint(point)).at(-1)) && !isOnSeam(point));
  return [ours.filter(Boolean).length, differing.length];
}}"""


def points(count=900):
    draws = np.random.default_rng(5)
    table = pd.DataFrame({"lat": draws.normal(31.2, 0.25, count), "lon": draws.normal(121.4, 0.25, count)})
    table["station_id"] = [f"made_up:{at}" for at in range(count)]
    table["piles"] = pd.array(draws.geometric(0.05, count), dtype="Int64")
    table["status"] = np.resize(["available", "charging", "fault", "offline", None], count)
    table["operator_id"] = np.resize(list(OPERATORS), count)
    table.loc[::17, "piles"] = None
    return table


def scale(table):
    return Scale.from_quantiles(
        table["piles"], column="piles", title="", unit="", unknown="?", theme=Theme.LIGHT
    )


def cells_and_dots():
    table = points()
    table["cell"] = parent_cells(cells_at(table["lat"].to_numpy(), table["lon"].to_numpy()), 6)
    cells = table.groupby("cell", as_index=False)["piles"].sum(min_count=1)
    dots = table.groupby(["cell", "operator_id"], as_index=False)["piles"].sum()
    return layers.hexes(cells, scale(cells), TOOLTIP), layers.operator_dots(dots, TOOLTIP, colours=OPERATORS)


def stations():
    table = points()
    return (layers.stations(table, scale(table), TOOLTIP, theme=Theme.LIGHT),)


def islands():
    """Return a station and a cell on either side of the 180th meridian."""
    table = pd.DataFrame({"station_id": ["west", "east"], "lat": [-17.0, -16.9], "lon": [179.6, -179.7]})
    table = table.assign(piles=pd.array([1, 2], dtype="Int64"), operator_id="nio", status=None)
    cells = table.assign(cell=cells_at(table["lat"].to_numpy() + 0.4, table["lon"].to_numpy(), 5))
    return layers.hexes(cells, scale(cells), TOOLTIP), layers.stations(
        table, scale(table), TOOLTIP, theme=Theme.LIGHT
    )


DRAWN = {"cells and dots": cells_and_dots, "stations": stations}


@pytest.fixture
def drawn(chromium, tmp_path):
    """Open a map of one kind of shapes on a screen with so many pixels per pixel."""
    contexts = []

    def _drawn(what, sharpness=1, box=SHANGHAI):
        texts = layers.SurfaceTexts(**dict.fromkeys(WORDS, "x"))
        surface = layers.surface(theme=Theme.LIGHT, language="en", tiles=None, texts=texts)
        picture = Picture(
            view_bounds=box,
            zoom=9,
            query_bounds=box,
            theme=Theme.LIGHT,
            language="en",
            layers=(surface, *(DRAWN | {"islands": islands})[what]()),
        )
        file = tmp_path / "map.html"
        file.write_text(build_map_page(picture, CAPTION), encoding="utf-8")
        contexts.append(chromium.new_context(offline=True, device_scale_factor=sharpness))
        page = contexts[-1].new_page()
        page.goto(file.as_uri())
        return page

    yield _drawn
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("what", "sharpness"), [*product(DRAWN, (1, 2))])
def test_shapes_look_as_leaflet_draws_them(drawn, what, sharpness):
    pixels, off = drawn(what, sharpness).evaluate(LOOK)
    assert pixels > 10_000
    assert off <= 0.001 * pixels  # at the ends of dashes a stamp is rounded once more


@pytest.mark.parametrize("what", DRAWN)
def test_the_mouse_finds_what_leaflet_finds(drawn, what):
    hits, differing = drawn(what).evaluate(MOUSE)
    assert hits > 500
    assert differing == 0


INSIDE = """() => charging.features().filter((layer) => map.getBounds().contains(
  layer.getBounds ? layer.getBounds() : layer.getLatLng())).map((layer) => layer.feature.properties.id)"""

# ids of what can be hit in its middle, with the place in the window
PLACES = """() => {
  const box = map.getContainer().getBoundingClientRect(), sheet = map.options.renderer;
  return charging.features().filter((layer) => map.getBounds().pad(-0.2).contains(layer.getLatLng()))
    .filter((layer) => sheet._at(map.latLngToLayerPoint(layer.getLatLng())) === layer)
    .map((layer) => [layer, map.latLngToContainerPoint(layer.getLatLng())])
    .map(([layer, { x, y }]) => [layer.feature.properties.id, box.x + x, box.y + y]);
}"""


@pytest.mark.parametrize("box", [Bounds(-18, 178.5, -16, -179), Bounds(-18, 179, -16, -178.5)])
def test_both_sides_of_the_180th_meridian_are_in_one_view(drawn, box):
    seen = drawn("islands", box=box).evaluate(INSIDE)
    assert {"west", "east"} < set(seen)
    assert len(seen) == 4  # and a cell each


def test_tooltip_outline_and_click_follow_the_mouse_from_shape_to_shape(drawn):
    page = drawn("stations")
    piles = points().set_index("station_id")["piles"]
    page.evaluate(
        """() => { window.clicked = [];
          map.eachLayer((group) => group instanceof L.FeatureGroup
            && group.on("click", ({ layer }) => clicked.push(layer.toGeoJSON().properties.id))); }"""
    )
    places = page.evaluate(PLACES)[:3]
    for name, x, y in places:
        page.wait_for_timeout(50)  # Leaflet looks at the mouse now and then, not at every move
        page.mouse.move(x, y)
        text = "?" if pd.isna(piles[name]) else str(piles[name])
        page.locator(".charging-tooltip").get_by_text(text, exact=True).wait_for()
        outlines = "Object.values(map._layers).filter((layer) => layer.options.fill === false).length"
        assert page.evaluate(outlines) in (2, 4)  # of what is pointed at, and of the last clicked
        page.mouse.click(x, y)
    assert page.evaluate("clicked") == [name for name, _, _ in places]
