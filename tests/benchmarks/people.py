"""Fifty people who pan and filter at human pace, on the dashboard and on the plain folium.GeoJson recipe.

Everyone has a plan drawn from a seed: where the visit starts, and every 8 to 12 s a move out of what was
drawn or another choice of operators. Both sides get the same plans from the same visitors, which hold no
browser. An answer lasts from the change until the server has finished the run; each one is compared with what
the queries find for its view and operators, so that nobody is fast with an empty or an old map.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from report import Row
from server import DASHBOARD, HERE, Server, reading, serve
from visitor import Answer, Visitor, reported

from charging.dataset.store import open_dataset
from charging.domain.filters import Filters
from charging.domain.hexes import cell_text
from charging.maps.view import View
from charging.maps.viewport import Viewport, frame_for
from charging.queries.engine import Engine
from charging.queries.hexes import hexes
from charging.queries.stations import count_stations, stations
from charging.settings import Settings
from charging.views.elements.texts import Texts

BAR = "50 people at human pace"
BUDGET_P95_S, BUDGET_MB = 0.5, 5.0

PEOPLE, MEASURED_S, SEED = 50, 100.0, 50
PAUSE_S = (8.0, 12.0)
FILTER_SHARE = 1 / 3
"""How many of the changes choose other operators; the rest move the map."""

ZOOMS = (5, 6, 7, 8, 9, 10)
STEP = (0.5, 1.2)
"""How far a move goes, in widths or heights of the view: always out of what was drawn."""

MAX_CHOSEN = 3
ARRIVING = 4
"""People who open the page at the same time."""

P95 = 95
LIMIT = Settings().station_limit


class State(NamedTuple):
    """What a person looks at."""

    view: View
    operators: tuple[str, ...]


class Plan(NamedTuple):
    """What a person does: where the visit starts, and after which pause (s) comes which state."""

    start: State
    steps: tuple[tuple[float, State], ...]


class Given(NamedTuple):
    """One answer, what it was asked for, and what was on the map before."""

    state: State
    before: State
    answer: Answer
    layers_before: str


@dataclass
class Side:
    """What was measured of a page."""

    given: list[Given] = field(default_factory=list)
    rss_before_mb: float = 0.0
    rss_after_mb: float = 0.0
    cpu_s: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def took_s(self) -> list[float]:
        """Seconds of every answer."""
        return [given.answer.took_ms / 1000 for given in self.given]


def measure(data: Path) -> list[Row]:
    """Return the answers, errors, memory and bytes a person of both sides."""
    folder = data / "simulated"
    with closing(Engine(open_dataset(folder), memory_limit_mb=Settings().memory_limit_mb)) as engine:
        asked = plans(engine, people=PEOPLE, lasting_s=MEASURED_S, seed=SEED)
        environment = reading(data) | {"CHARGING_DATASET": str(folder)}
        sides = {}
        for who, script in (("folium.GeoJson recipe", HERE / "recipe_page.py"), ("ours", DASHBOARD)):
            with serve(script, environment) as server:
                sides[who] = asyncio.run(_visits(server, asked))
            check(sides[who], engine, draws_stations=who == "ours")
    recipe, ours = sides.values()
    return [*_rows("folium.GeoJson recipe", recipe, recipe), *_rows("ours", ours, recipe)]


def plans(
    engine: Engine, *, people: int, lasting_s: float, seed: int, pause_s: tuple[float, float] = PAUSE_S
) -> list[Plan]:
    """Return a plan for each person, the same for a seed: views around stations, choices of operators."""
    places = engine.station_rows(None, ("lat", "lon"))
    operators = sorted(engine.operator_ids.values())
    draws = random.Random(seed)  # noqa: S311  no secret
    return [
        _plan(draws, places, operators, ZOOMS[at % len(ZOOMS)], (lasting_s, pause_s)) for at in range(people)
    ]


def _plan(
    draws: random.Random,
    places: pd.DataFrame,
    operators: list[str],
    zoom: float,
    times: tuple[float, tuple[float, float]],
) -> Plan:
    lasting_s, pauses_s = times
    at = draws.randrange(len(places))
    start = now = State(View(float(places.lat.iloc[at]), float(places.lon.iloc[at]), zoom), ())
    steps, passed_s = [], draws.uniform(0, pauses_s[1])
    pause_s = passed_s
    while passed_s < lasting_s:
        if draws.random() < FILTER_SHARE:
            chosen = now.operators
            while chosen == now.operators:
                chosen = tuple(sorted(draws.sample(operators, draws.randint(0, MAX_CHOSEN))))
            now = State(now.view, chosen)
        else:
            now = State(_moved(draws, places, now.view), now.operators)
        steps.append((pause_s, now))
        pause_s = draws.uniform(*pauses_s)
        passed_s += pause_s
    return Plan(start, tuple(steps))


def _moved(draws: random.Random, places: pd.DataFrame, view: View) -> View:
    """Return the view around a station that lies by about a map's width or height away."""
    box = Viewport.around(view).bounds
    across = (places.lon - view.lon).abs() / box.width
    along = (places.lat - view.lat).abs() / (box.north - box.south)
    far = np.maximum(across, along)
    near = places[(far >= STEP[0]) & (far <= STEP[1])]
    row = (near if len(near) else places).iloc[draws.randrange(len(near) or len(places))]
    return View(float(row.lat), float(row.lon), view.zoom)


async def _visits(server: Server, asked: list[Plan]) -> Side:
    """Let one person warm the page, then all of them arrive, and measure them until their plans end."""
    side = Side()
    names = Texts("en")
    first = await arrive(server, asked[0], side)
    await _step(first, asked[0].steps[0][1], asked[0].start, names)
    side.rss_before_mb = server.rss_mb()
    doors = asyncio.Semaphore(ARRIVING)

    async def enter(plan: Plan) -> Visitor:
        async with doors:
            return await arrive(server, plan, side)

    visitors = await asyncio.gather(*(enter(plan) for plan in asked))
    cpu_s = server.cpu_s()
    pairs = zip(visitors, asked, strict=True)
    await asyncio.gather(*(follow(visitor, plan, side, names) for visitor, plan in pairs))
    side.rss_after_mb, side.cpu_s = server.rss_mb(), server.cpu_s() - cpu_s
    for visitor in (first, *visitors):
        await visitor.leave()
    return side


async def arrive(server: Server, plan: Plan, side: Side) -> Visitor:
    """Open the page, and report what the map shows, as a browser does once its map is drawn."""
    view = plan.start.view
    visitor, opened = await Visitor.arrive(server.url, f"at={view.lat},{view.lon},{view.zoom}&lang=en")
    shown = await visitor.show(*reported(view))
    side.failures += [*opened.errors, *shown.errors]
    return visitor


async def follow(visitor: Visitor, plan: Plan, side: Side, names: Texts) -> None:
    """Do what a plan says, and note every answer."""
    before, layers, due = plan.start, "", time.perf_counter()
    for pause_s, state in plan.steps:
        due = max(due + pause_s, time.perf_counter())  # one who waits for an answer does not catch up
        await asyncio.sleep(due - time.perf_counter())
        try:
            answer = await _step(visitor, state, before, names)
        except Exception as error:  # noqa: BLE001  whatever it is, it is what this person got
            side.failures.append(repr(error))
            return
        side.failures += answer.errors
        side.given.append(Given(state, before, answer, layers))
        before, layers = state, answer.layers


async def _step(visitor: Visitor, state: State, before: State, names: Texts) -> Answer:
    if state.view != before.view:
        return await visitor.show(*reported(state.view))
    wanted = {names(f"operator.{operator}") for operator in state.operators}
    options = visitor.widgets["operator"].options
    return await visitor.choose(
        "operator", [option for option in options if any(name in option for name in wanted)]
    )


def check(side: Side, engine: Engine, *, draws_stations: bool) -> None:
    """Hold every answer against the queries.

    Raises
    ------
    AssertionError
        If an answer does not hold exactly what the queries find, or is the one before though they find other.
    """
    for given in side.given:
        wanted, before = (
            _wanted(engine, state, draws_stations=draws_stations) for state in (given.state, given.before)
        )
        found = _found(given.answer.layers)
        if found != wanted:
            message = f"{given.state}: expected {len(wanted)} cells or stations, found {len(found)} others"
            raise AssertionError(message)
        if wanted != before and given.answer.layers == given.layers_before:
            message = f"{given.state}: the layers of {given.before} came again"
            raise AssertionError(message)


def _wanted(engine: Engine, state: State, *, draws_stations: bool) -> frozenset[str]:
    """Return the ids a state must show."""
    frame = frame_for(Viewport.from_component(_component(state)), detail=0, last=None)
    selection = Filters(operators=state.operators)
    if draws_stations and frame.is_close and count_stations(engine, selection, frame.bounds) <= LIMIT:
        return frozenset(stations(engine, selection, frame.bounds, limit=LIMIT).station_id)
    return frozenset(map(cell_text, hexes(engine, selection, frame.bounds, frame.resolution).cell.tolist()))


def _component(state: State) -> dict[str, Any]:
    bounds, zoom = reported(state.view)
    return {"bounds": bounds, "zoom": zoom}


_OURS = re.compile(r'charging\.(hexes|stations)\(.*?"ids":(\[.*?\])', re.DOTALL)
_GEOJSON = re.compile(r'"id": "([0-9a-f]{15})"')


def _found(layers: str) -> frozenset[str]:
    """Return the ids in the script of the layers: short ones of our cells, our stations, or GeoJSON's."""
    ours = _OURS.search(layers)
    if not ours:
        return frozenset(_GEOJSON.findall(layers))
    kind, ids = ours[1], json.loads(ours[2])
    return frozenset(id_.ljust(15, "f") for id_ in ids) if kind == "hexes" else frozenset(ids)


def _rows(who: str, side: Side, recipe: Side) -> Iterator[Row]:
    ours = side is not recipe
    took_s, recipe_s = side.took_s, recipe.took_s
    kinds = {"moves": 0, "choices": 0}
    for given in side.given:
        kinds["moves" if given.state.view != given.before.view else "choices"] += 1
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    p50_s, p95_s = np.percentile(took_s, [50, P95])
    ratio = {"ratio": p50_s / np.median(recipe_s), "peer": "recipe"} if ours else {}

    def row(what: str, measured: float, unit: str, **more: Any) -> Row:
        return Row(bar=BAR, who=f"{who}, {what}", measured=float(measured), unit=unit, **more)

    grown_mb = (side.rss_after_mb - side.rss_before_mb) / PEOPLE
    wire_mb = sum(given.answer.wire_bytes for given in side.given) / PEOPLE / 1e6
    yield row("p50", p50_s, "s", **ratio, note=counted)
    yield row("p95", p95_s, "s", at_most=BUDGET_P95_S if ours else None, note=f"{max(took_s):.2g} s at most")
    cpu_ms, recipe_cpu_ms = (1000 * page.cpu_s / max(len(page.given), 1) for page in (side, recipe))
    beside = {"ratio": cpu_ms / recipe_cpu_ms, "peer": "recipe"} if ours else {}
    yield row("processor time an answer", cpu_ms, "ms", **beside, note="of the server")
    yield row(
        "errors", len(side.failures), "", at_most=0 if ours else None, note="; ".join(side.failures[:1])
    )
    yield row(
        "memory a person",
        grown_mb,
        "MB",
        at_most=BUDGET_MB if ours else None,
        note="growth of the server's RSS",
    )
    yield row("received by a person", wire_mb, "MB", note=f"in {MEASURED_S:g} s, compressed")
