"""Drags of the map with a real mouse, and what every animation frame of them showed.

The state of a frame is read where it is what will be painted: a ResizeObserver is called after all scripts of
the frame and before its paint, so an element that changes its size in each frame gives the moment.
"""

from dataclasses import dataclass

from chromium import Visit
from traffic import until_quiet

STEPS, STEP_MS = 20, 8
HOLD_MS = 150
"""The button is held still at the end, so that the map does not glide on."""

REPORT_MS = 500
"""By then the map has reported its place: st_folium waits for 250 ms."""

AROUND = 30
"""Frames before and after one that are taken to show the same."""

EMPTY = 0.7
"""Share of what the frames around it show, below which a frame is a flicker."""

# layers that answer the mouse, groups and tiles, as they come onto the map; the outline of what is pointed at
# belongs to the pointer
_WATCH = """() => {
  const seen = window.watched = { made: 0, frames: [], ink: [], isOn: false, isInked: false };
  const isData = (layer) => (layer instanceof L.Path && layer.options.interactive)
    || [L.FeatureGroup, L.GridLayer].some((kind) => layer instanceof kind);
  map.on("layeradd", ({ layer }) => { seen.made += isData(layer); });

  const small = document.createElement("canvas");
  const ctx = small.getContext("2d", { willReadFrequently: true });
  const ink = () => {
    const drawn = map.getPane("overlayPane").querySelector("canvas");
    const [box, pane] = [drawn, map.getContainer()].map((part) => part.getBoundingClientRect());
    [small.width, small.height] = [pane.width / 8, pane.height / 8];
    ctx.drawImage(drawn, (box.x - pane.x) / 8, (box.y - pane.y) / 8, box.width / 8, box.height / 8);
    const { data } = ctx.getImageData(0, 0, small.width, small.height);
    let inked = 0;
    for (let at = 3; at < data.length; at += 4) inked += data[at] > 32;
    return inked;
  };
  const probe = document.createElement("div");
  Object.assign(probe.style, { position: "absolute", width: "1px", height: "1px" });
  document.body.append(probe);
  new ResizeObserver(() => { if (seen.isOn && seen.isInked) seen.ink.push(ink()); }).observe(probe);
  const tick = () => {
    if (!seen.isOn) return;
    seen.frames.push(performance.now());
    probe.style.width = probe.style.width === "1px" ? "2px" : "1px";
    requestAnimationFrame(tick);
  };
  seen.start = (isInked) => {
    Object.assign(seen, { made: 0, frames: [], ink: [], isOn: true, isInked });
    requestAnimationFrame(tick);
  };
  seen.stop = () => {
    seen.isOn = false;
    const frames_ms = seen.frames.slice(1).map((at, i) => at - seen.frames[i]);
    return { made: seen.made, ink: seen.ink, frames_ms };
  };
}"""


@dataclass(frozen=True, slots=True)
class Recording:
    """What happened in the map's frame: layers made, milliseconds between frames, points drawn in each frame.

    A point is one of a grid of 8 px over the visible map; `ink` is empty if it was not asked for. `held` is
    for each drag the share of what the map shows in the end that it showed before the button was let go.
    """

    made: int
    frames_ms: tuple[float, ...]
    ink: tuple[int, ...]
    held: tuple[float, ...]

    @property
    def flickers(self) -> int:
        """Frames that show much less than some frame shortly before and some frame shortly after."""
        return sum(self._is_emptier(at) for at in range(1, len(self.ink) - 1))

    def _is_emptier(self, at: int) -> bool:
        before, after = self.ink[max(at - AROUND, 0) : at], self.ink[at + 1 : at + 1 + AROUND]
        return self.ink[at] < EMPTY * min(max(before), max(after))


def watch(seen: Visit) -> None:
    """Start counting in the map's frame; once per visit."""
    seen.frame.evaluate(_WATCH)


def dragged(seen: Visit, steps: list[tuple[float, float]], *, inked: bool) -> Recording:
    """Drag the map by each step, in shares of its width and height, and return what its frames showed."""
    box = seen.page.locator("iframe[title='streamlit_folium.st_folium']").bounding_box()
    if box is None:
        message = "the map's frame is not shown"
        raise RuntimeError(message)
    mouse = seen.page.mouse
    middle_x, middle_y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.frame.evaluate("(isInked) => watched.start(isInked)", inked)
    held = []
    for across, along in steps:
        dx, dy = across * box["width"], along * box["height"]
        mouse.move(middle_x - dx / 2, middle_y - dy / 2)
        mouse.down()
        for at in range(1, STEPS + 1):
            share = at / STEPS - 0.5
            mouse.move(middle_x + share * dx, middle_y + share * dy)
            seen.page.wait_for_timeout(STEP_MS)
        seen.page.wait_for_timeout(HOLD_MS)
        before = _last_ink(seen)
        mouse.up()
        seen.page.wait_for_timeout(REPORT_MS)
        until_quiet(seen.page)
        if inked:
            held.append(before / _last_ink(seen))
    found = seen.frame.evaluate("() => watched.stop()")
    return Recording(found["made"], tuple(found["frames_ms"]), tuple(found["ink"]), tuple(held))


def _last_ink(seen: Visit) -> int:
    return seen.frame.evaluate("() => watched.ink.at(-1) ?? 0")
