"""Input of an analysis: a dataset, a selection, sets of operators, cells, distances and weights.

Sets that are not given are those of the page (`studies.usual_sets`), less those given for another set.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from charging.analytics.population import people_of
from charging.analytics.studies import Sets, Uncached, unknowns, usual_sets
from charging.cli.command import Output, add_dir, add_query, load_dataset, parse_selection
from charging.cli.tables import align_figures, figure, json_value, one_line, part_of
from charging.dataset.operators import find_operator
from charging.dataset.report import describe_repeats
from charging.dataset.store import Dataset
from charging.dataset.summary import repeated_piles
from charging.domain.filters import Filters
from charging.domain.vocabulary import Kind
from charging.domain.weights import Weights
from charging.errors import UsageError
from charging.queries.engine import Engine
from charging.settings import Settings
from charging.sources.weights import read_weights

OPERATORS = {
    "base": "operators already there; by default the public ones of the dataset",
    "partner": "operators that join them; by default the carmakers of the dataset",
    "leaver": "operators that leave",
    "a": "operators of A",
    "b": "operators of B",
}
"""Sets of operators by name of the option, with its help."""

DISJOINT_SETS = (("base", "partner"), ("a", "b"))
"""Sets that must not overlap in one dataset."""


@dataclass(frozen=True, slots=True)
class Question:
    """Input of an analysis."""

    dataset: Dataset
    data: Uncached
    filters: Filters
    sets: Sets
    given_sets: frozenset[str]  # given on the command line
    weights: Weights | None  # None: the people of the area of the dataset

    @property
    def places(self) -> Weights:
        """Weights that shares of people refer to."""
        return self.data.ask(people_of) if self.weights is None else self.weights

    def result(self, values: dict[str, Any], lines: Sequence[str]) -> Output:
        """Return a result with the question first and the unknowns last."""
        unknown = unknowns(self.data, self.filters)
        head = {"dataset": dataset_values(self.dataset), "query": query_text(self.filters)}
        left_out = {
            "stations whose number of piles is not known": (unknown.stations_without_piles, unknown.stations),
            "stations whose city is not known": (unknown.stations_without_city, unknown.stations),
            "piles whose operator is not known": (unknown.piles_without_operator, unknown.piles),
        }
        parts = {name: part_of(part, whole) for name, (part, whole) in left_out.items() if part}
        last = ["", "Left out", *align_figures(parts)] if parts else []
        not_known = {name: json_value(value) for name, value in asdict(unknown).items()}
        return Output(
            head | values | {"not_known": not_known},
            [*heading(self.dataset), *selection_lines(self.filters), *lines, *last],
        )


def add_sets(sub: argparse.ArgumentParser, *names: str) -> None:
    """Add the dataset, the selection and sets of operators to a command."""
    add_dir(sub)
    add_query(sub)
    for name in names:
        what = f"{OPERATORS[name]}; several with commas or repeated, '' for none"
        sub.add_argument(f"--{name}", action="append", metavar="ID", help=what)


def add_weights(sub: argparse.ArgumentParser) -> None:
    """Add weights to a command."""
    what = (
        "weights to use instead of people: a CSV with lat, lon, weight or cell, weight, or a GeoPackage with "
        "h3, population, as Kontur's"
    )
    sub.add_argument("--weights", type=Path, metavar="FILE", help=what)


@contextmanager
def open_question(options: argparse.Namespace, settings: Settings) -> Iterator[Question]:
    """Open the dataset of a command and read its options.

    Raises
    ------
    ChargingError
        If there is no such dataset, operator or selection, or the weights cannot be read.
    """
    given = {name: found for name in OPERATORS if (found := getattr(options, name, None)) is not None}
    path: Path | None = getattr(options, "weights", None)
    weights = read_weights(path) if path else None
    dataset = load_dataset(options.dir, settings)
    other = getattr(options, "other", None)
    datasets = (dataset, load_dataset(other, settings)) if other else (dataset,)
    given_sets = {name: _parse_operators(f"--{name}", found, datasets) for name, found in given.items()}
    filters = parse_selection(options.query, dataset)
    with open_engine(dataset, settings) as data:
        sets = _complete_sets(usual_sets(data), given_sets, disjoint=other is None)
        yield Question(dataset, data, filters, sets, frozenset(given_sets), weights)


@contextmanager
def open_engine(dataset: Dataset, settings: Settings) -> Iterator[Uncached]:
    """Open a dataset for queries."""
    with closing(Engine(dataset, memory_limit_mb=settings.memory_limit_mb)) as engine:
        yield Uncached(engine)


def dataset_values(dataset: Dataset) -> dict[str, Any]:
    """Return the dataset of the figures, for programs."""
    names = ("name", "title", "kind", "as_of", "unit_counted", "content_hash")
    repeated = repeated_piles(dataset)
    values = {name: getattr(dataset.manifest, name) for name in names}
    return values | {"repeated_piles": repeated.count if repeated else 0}


def heading(dataset: Dataset) -> list[str]:
    """Return the dataset of the figures, for people; a simulated one says so twice."""
    manifest = dataset.manifest
    title = f"{one_line(manifest.title)} ({dataset.kind}), as of {manifest.as_of or 'a date not known'}"
    simulated = ["Simulated: no station in it is real."] if dataset.kind is Kind.SIMULATED else []
    repeated = repeated_piles(dataset)
    notes = [f"{describe_repeats(repeated)}."] if repeated else []
    return [f"{title}; counted: {manifest.unit_counted}", *simulated, *notes]


def selection_lines(filters: Filters) -> list[str]:
    """Return the selection of the figures, for people."""
    return [f"Selection: {one_line(query_text(filters))}"] if filters != Filters() else []


def query_text(filters: Filters) -> str:
    """Return a selection as in a link of the page."""
    return urlencode(filters.to_query(), doseq=True)


def join_names(operators: Sequence[str] | None) -> str:
    """Return operators for people."""
    return "any operator" if operators is None else ", ".join(operators) or "none"


def weights_values(places: Weights) -> dict[str, Any]:
    """Return the weights that shares of people refer to, for programs."""
    names = ("title", "unit", "source", "resolution", "given_resolution")
    return {name: getattr(places, name) for name in names}


def weights_text(places: Weights) -> str:
    """Return the whole that shares of people, or of other weights, refer to."""
    title, unit, source = map(one_line, (places.title, places.unit, places.source))
    coarser = f", in cells of resolution {places.resolution} summed up from {places.given_resolution}"
    return (
        f"{title}: {figure(places.whole)} {unit}{coarser if places.given_resolution is not None else ''} "
        f"({source or 'source not stated'})"
    )


def _parse_operators(option: str, values: Sequence[str], datasets: Sequence[Dataset]) -> tuple[str, ...]:
    names = [name.strip() for part in values for name in part.split(",") if name.strip()]
    operators = {name: find_operator(name, *datasets) for name in names}
    if unknown := [name for name, found in operators.items() if found is None]:
        raise UsageError(
            f"Expected operators of the dataset or of data/operators.csv for {option}, found"
            f" {', '.join(unknown)[:200]!r}; 'info' lists those of a dataset."
        )
    return tuple(dict.fromkeys(filter(None, operators.values())))


def _complete_sets(usual: Sets, given_sets: dict[str, tuple[str, ...]], *, disjoint: bool) -> Sets:
    """Return the given sets, and for the others the usual ones without the given operators."""
    sets = asdict(usual) | given_sets
    for pair in DISJOINT_SETS if disjoint else ():
        for name, other in (pair, pair[::-1]):
            if name not in given_sets and other in given_sets:
                candidates = usual.a + usual.b if name in ("a", "b") else sets[name]
                free = [operator for operator in candidates if operator not in given_sets[other]]
                sets[name] = tuple(free[:1] if name in ("a", "b") else free)
    return Sets(**sets)
