"""The world's operators: those of the name-suggestion-index, by Wikidata id, or by name and country.

They are in data/world_operators.csv.gz. A text means one only as a whole, but for case, blanks, punctuation
and company form; where two of a country share the name, it means none. The registry
(`charging.domain.operators`) comes first, and what both have is the registry's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from charging.domain.operator_names import names_nobody, operator_key
from charging.domain.operators import OperatorRegistry
from charging.domain.reference_data import FACTS_DIR, read_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldOperator:
    """One operator of the list."""

    id: str  # made from its name, as that of any operator
    name: str
    keys: tuple[str, ...]  # of all its names, those of its brands too
    wikidata: tuple[str, ...] = ()  # its own first
    countries: frozenset[str] = frozenset()  # ISO 3166-1 alpha-2; empty: all
    not_in: frozenset[str] = frozenset()

    def works_in(self, country: str | None) -> bool:
        """Whether the list has it in a country; of one that is not known nothing says that it has not."""
        return country is None or (
            country not in self.not_in and (not self.countries or country in self.countries)
        )


class WorldOperators:
    """The list, by id, or resolved from what a source states."""

    def __init__(self, operators: Iterable[WorldOperator]) -> None:
        """Index the operators by their ids, by what they are called, and by Wikidata."""
        self._by_id = {operator.id: operator for operator in operators}
        self._by_wikidata = {item: each for each in self._by_id.values() for item in each.wikidata}
        called: defaultdict[str, list[WorldOperator]] = defaultdict(list)
        for operator in self._by_id.values():
            for key in operator.keys:
                called[key].append(operator)
        self._by_key = dict(called)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def get(self, operator_id: str) -> WorldOperator | None:
        """Return the operator with an id, None where none has it."""
        return self._by_id.get(operator_id)

    def called(self, text: str) -> tuple[WorldOperator, ...]:
        """Return the operators of any country with a name."""
        return tuple(self._by_key.get(operator_key(text), ()))

    def resolve(
        self, *, wikidata: str | None = None, raw: str | None = None, country: str | None = None
    ) -> WorldOperator | None:
        """Return the operator that a source means, None where it is unknown or could be another.

        Parameters
        ----------
        wikidata
            Id of operator or brand, in any country; of several separated by semicolons the first that is
            known.
        raw
            Operator as the source writes it. It is the whole name of the one operator in the country that
            is called so; where the country is not known, of the only one in the world.
        country
            ISO 3166-1 alpha-2.
        """
        for item in (wikidata or "").split(";"):
            if found := self._by_wikidata.get(item.strip().upper()):
                return found
        if not raw or names_nobody(raw):
            return None
        there = [each for each in self.called(raw) if each.works_in(country)]
        return there[0] if len(there) == 1 else None


def resolve_worldwide(
    registry: OperatorRegistry, *, wikidata: str | None, raw: str | None, country: str | None
) -> str | None:
    """Return the id of the operator of the list that a source means: the registry's, where that has it."""
    found = load_world_operators().resolve(wikidata=wikidata, raw=raw, country=country)
    if found is None:
        return None
    return registered_id(registry, found, country) or found.id


def registered_id(registry: OperatorRegistry, operator: WorldOperator, country: str | None) -> str | None:
    """Return the id that the registry has for an operator of the list in a country."""
    return registry.resolve(wikidata=";".join(operator.wikidata), raw=operator.name, country=country)


def find_wikidata(registry: OperatorRegistry, operator_id: str, country: str | None) -> str | None:
    """Return the Wikidata id of an operator as it is in a country, None where it is not known."""
    if operator_id in registry:
        return next(iter(registry[operator_id].wikidata), None)
    found = load_world_operators().get(operator_id)
    return found.wikidata[0] if found and found.wikidata and found.works_in(country) else None


@cache
def load_world_operators(path: Path = FACTS_DIR / "world_operators.csv.gz") -> WorldOperators:
    """Return the list that a file holds.

    Raises
    ------
    SchemaError
        If a column is missing.
    """
    # the keys stand in the file, since folding all names takes longer than reading them
    rows = read_facts(path, ("id", "name", "keys", "wikidata", "countries", "not_in"))
    return WorldOperators(
        WorldOperator(
            id=row["id"],
            name=row["name"],
            keys=tuple(row["keys"].split()),
            wikidata=tuple(row["wikidata"].split()),
            countries=frozenset(row["countries"].split()),
            not_in=frozenset(row["not_in"].split()),
        )
        for row in rows
    )
