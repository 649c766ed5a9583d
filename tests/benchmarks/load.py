"""A server under load: ten minutes of fifty people, two hundred on two processes, health asked all the time.

The people, their plans and the check of every answer are those of `people`. Everyone shares the machine's
cores with the servers.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from people import ARRIVING, P95, PAUSE_S, Plan, Side, arrive, check, follow, plans
from report import Row
from server import DASHBOARD, HERE, Server, reading, serve

from charging.dataset.store import open_dataset
from charging.queries.engine import Engine
from charging.settings import Settings
from charging.views.elements.texts import Texts

PEOPLE, CROWD, SEED = 50, 200, 14
LASTING_S, CROWD_S = 600.0, 120.0
FAST = 5.0
"""How many times faster than human those are whose server's memory is watched."""

LOOK_S = 5.0
EARLY_S, LATE_S = 180.0, 600.0
MAX_GROWTH = 1.1  # from minute three to minute ten
SESSION_MB = 3.0
HEALTH_PER_S = 500

P95_S, CROWD_P95_S = 0.5, 1.0


@dataclass
class Watched:
    """What was measured of one or more servers."""

    side: Side = field(default_factory=Side)
    idle_mb: float = 0.0
    rss_mb: list[tuple[float, float]] = field(default_factory=list)  # seconds since all are there, MB

    def rss_at(self, seconds: float) -> float:
        """Return the memory that was held then."""
        return min(self.rss_mb, key=lambda found: abs(found[0] - seconds))[1]


def measure(data: Path) -> list[Row]:
    """Return the answers, errors and memory of each kind of load."""
    folder = data / "simulated"
    environment = reading(data) | {"CHARGING_DATASET": str(folder)}
    rows: list[Row] = []
    with closing(Engine(open_dataset(folder), memory_limit_mb=Settings().memory_limit_mb)) as engine:

        def run(script: Path, people: int, *, seconds: float, **how: Any) -> Watched:
            pause_s = tuple(pause / how.pop("pace", 1.0) for pause in PAUSE_S)
            asked = plans(engine, people=people, lasting_s=seconds, seed=SEED, pause_s=pause_s)
            with ExitStack() as running:
                servers = [
                    running.enter_context(serve(script, environment)) for _ in range(how.pop("processes", 1))
                ]
                found = asyncio.run(_crowd(servers, asked, **how))
            check(found.side, engine, draws_stations=script == DASHBOARD)
            return found

        human = "50 people, ten minutes"
        rows += _answers(human, "ours", run(DASHBOARD, PEOPLE, seconds=LASTING_S), P95_S)
        recipe = run(HERE / "recipe_page.py", PEOPLE, seconds=CROWD_S)
        rows += _answers(human, f"folium.GeoJson recipe, {CROWD_S:g} s", recipe)
        fast = run(DASHBOARD, PEOPLE, seconds=LASTING_S, pace=FAST)
        rows += [*_answers("50 people at five times human pace", "ours", fast), *_memory(fast)]
        asked = run(DASHBOARD, PEOPLE, seconds=CROWD_S, health_per_s=HEALTH_PER_S)
        rows += _answers(f"50 people beside {HEALTH_PER_S} /healthz a second", "ours", asked, P95_S)
        crowd = run(DASHBOARD, CROWD, seconds=CROWD_S, processes=2)
        rows += _answers("200 people on two processes", "ours", crowd, CROWD_P95_S)
        crowd = run(HERE / "recipe_page.py", CROWD, seconds=CROWD_S, processes=2)
        rows += _answers("200 people on two processes", "folium.GeoJson recipe", crowd)
    return rows


async def _crowd(servers: list[Server], asked: list[Plan], *, health_per_s: int = 0) -> Watched:
    """Let people arrive at the servers by turns, and follow their plans."""
    found, names = Watched(), Texts("en")
    first = [await arrive(server, asked[0], found.side) for server in servers]
    found.idle_mb = sum(server.rss_mb() for server in servers)
    doors = asyncio.Semaphore(ARRIVING)

    async def enter(number: int, plan: Plan) -> Any:
        async with doors:
            return await arrive(servers[number % len(servers)], plan, found.side)

    visitors = await asyncio.gather(*(enter(number, plan) for number, plan in enumerate(asked)))
    beside = [asyncio.create_task(_watch(servers, found))]
    beside += [asyncio.create_task(_ask_health(server, health_per_s)) for server in servers if health_per_s]
    pairs = zip(visitors, asked, strict=True)
    await asyncio.gather(*(follow(visitor, plan, found.side, names) for visitor, plan in pairs))
    for task in beside:
        task.cancel()
    for visitor in (*first, *visitors):
        await visitor.leave()
    return found


async def _watch(servers: list[Server], found: Watched) -> None:
    began = time.perf_counter()
    while True:
        found.rss_mb.append((time.perf_counter() - began, sum(server.rss_mb() for server in servers)))
        await asyncio.sleep(LOOK_S)


async def _ask_health(server: Server, per_s: int) -> None:
    """Ask for the server's health at a steady pace, whether or not it has answered."""
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=20), timeout=30) as client:
        under_way: set[asyncio.Task[Any]] = set()
        due = time.perf_counter()
        while True:
            due += 1 / per_s
            await asyncio.sleep(max(0, due - time.perf_counter()))
            if len(under_way) < per_s:  # a second's worth
                task = asyncio.create_task(client.get(f"{server.url}/healthz"))
                under_way.add(task)
                task.add_done_callback(under_way.discard)


def _answers(bar: str, who: str, found: Watched, at_most_s: float | None = None) -> Iterator[Row]:
    took_s, failures = found.side.took_s, found.side.failures
    p50_s, p95_s = np.percentile(took_s, [50, P95])
    note = f"{len(took_s)} answers, median {p50_s:.2g} s, {max(took_s):.2g} s at most"
    yield Row(bar=bar, who=f"{who}, p95", measured=float(p95_s), unit="s", at_most=at_most_s, note=note)
    errors = float(len(failures))
    yield Row(
        bar=bar,
        who=f"{who}, errors",
        measured=errors,
        unit="",
        at_most=None if at_most_s is None else 0,
        note="; ".join(failures[:1]),
    )


def _memory(found: Watched) -> Iterator[Row]:
    bar = "50 people at five times human pace"
    early, late = found.rss_at(EARLY_S), found.rss_at(LATE_S)
    allowed = found.idle_mb + Settings().cache_limit_mb + SESSION_MB * PEOPLE
    yield Row(bar=bar, who="ours, RSS idle", measured=found.idle_mb, unit="MB")
    yield Row(bar=bar, who="ours, RSS at minute three", measured=early, unit="MB")
    note = "idle, the caches' limit and 3 MB a session at most"
    yield Row(bar=bar, who="ours, RSS at minute ten", measured=late, unit="MB", at_most=allowed, note=note)
    growth = late / early
    yield Row(bar=bar, who="ours, minute ten by minute three", measured=growth, unit="", at_most=MAX_GROWTH)
