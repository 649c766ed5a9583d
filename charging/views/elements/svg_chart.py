"""Curves as a still picture: SVG that prints, next to a legend."""

import math

from charging.maps.palette import Theme
from charging.maps.static_map_svg import light_colour
from charging.views.elements.markup import element
from charging.views.elements.report_recorder import ChartLine, Curves

WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 16, 10, 26
_BOX = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "width": str(WIDTH), "height": str(HEIGHT), "role": "img"}
_INK, _RULE = "#4d5c64", "#d3dadd"


def curves_figure(curves: Curves, theme: Theme) -> str:
    """Return curves as a figure; `theme` is that of their colours, and the figure is light."""
    low, high = math.log(curves.ticks[0]), math.log(curves.ticks[-1])

    def across(value: float) -> float:
        return _LEFT + (math.log(value) - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    def down(share: float) -> float:
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = f"{down(share):.1f}"
        parts.append(_rule(_LEFT, y, WIDTH - _RIGHT, y))
        parts.append(_word(f"{share:.0%}", _LEFT - 6, down(share) + 4, "end"))
    parts += [_word(f"{tick:g}", across(tick), HEIGHT - 8, "middle") for tick in curves.ticks]
    at = f"{across(curves.marked):.1f}"
    parts.append(_rule(at, down(1), at, down(0), dash="3 3", colour=_INK))
    for line in curves.lines:
        points = " ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in line.points if x > 0)
        stroke = {
            "stroke": light_colour(line.colour, theme),
            "stroke_width": "2.25",
            "stroke_dasharray": f"{line.dash[0]} {line.dash[1]}" if line.dash[1] else "none",
        }
        parts.append(element("polyline", "", points=points, fill="none", **stroke))
    names = [
        element("li", "", _key(line, theme), element("span", "", text=line.name)) for line in curves.lines
    ]
    svg = element("svg", "", *parts, **_BOX, aria_label=curves.unit)
    unit = element("figcaption", "", text=curves.unit)
    return element("figure", "plate", svg, element("ul", "legend", *names), unit)


def _key(line: ChartLine, theme: Theme) -> str:
    kind = "dashed" if line.dash[1] else "solid"
    return element("span", "swatch line", style=f"border-top:2px {kind} {light_colour(line.colour, theme)}")


def _rule(x1: object, y1: object, x2: object, y2: object, *, dash: str = "none", colour: str = _RULE) -> str:
    ends = {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2)}
    return element("line", "", stroke=colour, stroke_dasharray=dash, **ends)


def _word(text: str, x: float, y: float, anchor: str) -> str:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "font_size": "12", "text_anchor": anchor, "fill": _INK}
    return element("text", "", text=text, **place)
