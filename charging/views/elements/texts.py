"""Translates the texts of the page: what it says, in the reader's language, from catalogue.csv.

All texts are in catalogue.csv: a key, English, Chinese. Names of operators and cities come from the
registries, and of other operators from the dataset, under the keys `operator.<id>` and `city.<id>`.
"""

import csv
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from charging.domain.geography import load_cities
from charging.domain.operators import load_operators

CATALOGUE = Path(__file__).with_name("catalogue.csv")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language. Called with a key it gives the text, with `values` filled in."""

    language: str
    operators: Mapping[str, str] = field(default_factory=dict, compare=False)  # names the registry has not

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key.

        Raises
        ------
        KeyError
            If the catalogue has no such key: a text is never left out silently.
        """
        text = catalogue(self.language).get(key) or self._name(key)
        return text.format(**values) if values else text

    def number(self, value: float | None) -> str:
        """Return a number with its thousands separated, or the word for not known."""
        return self("unknown") if value is None or math.isnan(value) else f"{value:,.0f}"

    def share(self, value: float) -> str:
        """Return a share, 0 to 1, in percent with one decimal."""
        return f"{value:.1%}".replace("%", " %")

    def date(self, day: dt.date) -> str:
        """Return a day as the language writes it."""
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def _name(self, key: str) -> str:
        kind, _, identity = key.partition(".")
        if kind not in ("operator", "city"):
            raise KeyError(key)
        known = names(self.language, kind)
        return known.get(identity) or self.operators.get(identity, identity)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the texts of a language by key."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row[language] for row in csv.DictReader(file)}


@cache
def names(language: str, kind: str) -> dict[str, str]:
    """Return the names of all operators, or of all cities, by id."""
    things = load_operators() if kind == "operator" else load_cities()
    return {
        thing.id: (thing.name_zh if language == "zh" else thing.name_en) or thing.name_en for thing in things
    }


def preferred_language(locale: str | None) -> str:
    """Return the language that suits a browser's locale.

    Examples
    --------
    >>> preferred_language("zh-CN"), preferred_language("de-DE"), preferred_language(None)
    ('zh', 'en', 'en')
    """
    return "zh" if (locale or "").casefold().startswith("zh") else "en"
