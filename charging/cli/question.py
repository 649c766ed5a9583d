"""What an analysis is asked: a dataset, a selection, sets of operators, cells, distances and weights.

Sets nobody gives are those of the page (`studies.usual_sets`), less what was given for another set.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from charging.analytics.coverage_options import Grid
from charging.analytics.population import people_of
from charging.analytics.studies import Directly, Sets, unknowns, usual_sets
from charging.cli.command import Answer, add_dir, add_query, opened, selection, unknown_operators
from charging.cli.tables import facts, number, plain, ratio, text
from charging.dataset.store import Dataset
from charging.domain.filters import Filters
from charging.domain.vocabulary import Kind
from charging.domain.weights import Weights
from charging.errors import UsageError
from charging.queries.engine import Engine
from charging.settings import Settings
from charging.sources.weights import read_weights

OPERATORS = {
    "base": "operators that are there already; by default the public ones of the dataset",
    "partner": "operators that join them; by default the carmakers of the dataset",
    "leaver": "operators that leave",
    "a": "operators of A",
    "b": "operators of B",
}
"""The sets of operators by the name of their option, with its help."""

APART = (("base", "partner"), ("a", "b"))
"""Sets that must not overlap in one dataset."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an analysis is asked."""

    dataset: Dataset
    data: Directly
    filters: Filters
    sets: Sets
    given: frozenset[str]  # the sets that were named on the command line
    weights: Weights | None  # None: the people of the area the dataset tells about

    @property
    def places(self) -> Weights:
        """What shares of people are of."""
        return self.data.ask(people_of) if self.weights is None else self.weights

    def answer(self, values: dict[str, Any], lines: Sequence[str]) -> Answer:
        """Return an answer that says first what was asked, and last what is not known."""
        unknown = unknowns(self.data, self.filters)
        head = {"dataset": described(self.dataset), "query": query_text(self.filters)}
        left_out = {
            "stations whose number of piles is not known": (unknown.stations_without_piles, unknown.stations),
            "stations whose city is not known": (unknown.stations_without_city, unknown.stations),
            "piles whose operator is not known": (unknown.piles_without_operator, unknown.piles),
        }
        said = {name: ratio(part, whole) for name, (part, whole) in left_out.items() if part}
        last = ["", "Left out", *facts(said)] if said else []
        not_known = {name: plain(value) for name, value in asdict(unknown).items()}
        return Answer(
            head | values | {"not_known": not_known},
            [*heading(self.dataset), *selected(self.filters), *lines, *last],
        )


def add_sets(sub: argparse.ArgumentParser, *names: str) -> None:
    """Add the dataset, the selection and sets of operators to a command."""
    add_dir(sub)
    add_query(sub)
    for name in names:
        sub.add_argument(
            f"--{name}",
            action="append",
            metavar="ID",
            help=f"{OPERATORS[name]}; several with commas or repeated, '' for none",
        )


def add_weights(sub: argparse.ArgumentParser) -> None:
    """Add weights to a command."""
    sub.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="CSV of what counts instead of people: lat, lon, weight or cell, weight",
    )


@contextmanager
def asked(options: argparse.Namespace, settings: Settings) -> Iterator[Question]:
    """Open the dataset of a command, and read what it is asked.

    Raises
    ------
    ChargingError
        If there is no such dataset, operator or selection, or the weights cannot be read.
    """
    given = {name: found for name in OPERATORS if (found := getattr(options, name, None)) is not None}
    named = {name: _listed(f"--{name}", found) for name, found in given.items()}
    filters = selection(options.query)
    path: Path | None = getattr(options, "weights", None)
    weights = read_weights(path) if path else None
    dataset = opened(options.dir, settings)
    with engine_of(dataset, settings) as data:
        sets = _completed(usual_sets(data), named, apart=getattr(options, "other", None) is None)
        yield Question(dataset, data, filters, sets, frozenset(named), weights)


@contextmanager
def engine_of(dataset: Dataset, settings: Settings) -> Iterator[Directly]:
    """Open a dataset for questions."""
    with ExitStack() as stack:
        engine = Engine(dataset, memory_limit_mb=settings.memory_limit_mb)
        stack.callback(engine.close)
        yield Directly(engine)


def grid_of(options: argparse.Namespace) -> Grid:
    """Return how finely coverage is looked at."""
    return Grid(resolution=options.resolution, rings=options.rings, km=options.km)


def described(dataset: Dataset) -> dict[str, Any]:
    """Return which dataset figures come from, for programs."""
    manifest = dataset.manifest
    return {
        "name": dataset.name,
        "title": manifest.title,
        "kind": str(dataset.kind),
        "as_of": manifest.as_of,
        "unit_counted": manifest.unit_counted,
        "content_hash": dataset.content_hash,
    }


def heading(dataset: Dataset) -> list[str]:
    """Return which dataset figures come from, for people; a simulated one says so twice."""
    manifest = dataset.manifest
    title = f"{text(manifest.title)} ({dataset.kind}), as of {manifest.as_of or 'a date not known'}"
    simulated = ["Simulated: no station in it is real."] if dataset.kind is Kind.SIMULATED else []
    return [f"{title}; counted: {manifest.unit_counted}", *simulated]


def selected(filters: Filters) -> list[str]:
    """Return what the figures are restricted to, for people."""
    return [f"Selection: {text(query_text(filters))}"] if filters != Filters() else []


def query_text(filters: Filters) -> str:
    """Return a selection as a link of the page has it."""
    return urlencode(filters.to_query(), doseq=True)


def names(operators: Sequence[str] | None) -> str:
    """Return operators for people."""
    return "any operator" if operators is None else ", ".join(operators) or "none"


def whole_of(places: Weights) -> str:
    """Return what shares of people, or of other weights, are of."""
    return f"{text(places.title)}: {number(places.whole)} {text(places.unit)} ({text(places.source)})"


def _listed(option: str, found: Sequence[str]) -> tuple[str, ...]:
    operators = [name.strip() for part in found for name in part.split(",") if name.strip()]
    if strange := unknown_operators(operators):
        message = (
            f"Expected ids of data/operators.csv for {option}, found {', '.join(strange)[:200]!r}; 'info'"
            " lists those of a dataset."
        )
        raise UsageError(message)
    return tuple(dict.fromkeys(operators))


def _completed(usual: Sets, given: dict[str, tuple[str, ...]], *, apart: bool) -> Sets:
    """Return the sets given, and for the others the usual ones without operators that were given."""
    chosen = asdict(usual) | given
    for pair in APART if apart else ():
        for name, other in (pair, pair[::-1]):
            if name not in given and other in given:
                offered = usual.a + usual.b if name in ("a", "b") else chosen[name]
                free = [operator for operator in offered if operator not in given[other]]
                chosen[name] = tuple(free[:1] if name in ("a", "b") else free)
    return Sets(**chosen)
