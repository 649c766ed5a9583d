"""Translates the texts of the page: what it says, in the reader's language, from catalogue.csv.

All texts are in catalogue.csv: a key, English, Chinese. Names of operators and cities come from the
registries, and of other operators from the dataset, under the keys `operator.<id>` and `city.<id>`. What a
dataset counts has the words `{units}`, and `{Units}` at the beginning, in every text.
"""

import csv
import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from charging.domain.operators import load_operators
from charging.domain.towns import city_name

CATALOGUE = Path(__file__).with_name("catalogue.csv")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language. Called with a key it gives the text, with `values` filled in."""

    language: str
    operators: Mapping[str, str] = field(default_factory=dict, compare=False)  # names the registry has not
    unit_counted: str = "pile"  # what one count of piles is in the dataset that the texts are about

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key; a place that `values` does not fill stays, but for those of the unit.

        Raises
        ------
        KeyError
            If the catalogue has no such key: a text is never left out silently.
        """
        text = catalogue(self.language).get(key)
        if text is None:
            return self._name(key)
        if "nits}" in text:  # most texts name no unit
            text = text.replace("{units}", self.units).replace(
                "{Units}", self.units[:1].upper() + self.units[1:]
            )
        return text.format(**values) if values else text

    def of(self, unit_counted: str) -> "Texts":
        """Return the same texts about a dataset that counts `unit_counted`."""
        return self if unit_counted == self.unit_counted else replace(self, unit_counted=unit_counted)

    @property
    def units(self) -> str:
        """What the dataset counts, of many: in the reader's language where it is one of our words."""
        return self.units_of(self.unit_counted)

    def units_of(self, counted: str) -> str:
        """Return what a source counts, of many of them."""
        if not counted or counted in UNIT_KEYS:
            return catalogue(self.language)[f"units.{UNIT_KEYS.get(counted, 'pile')}"]
        return _NO_WORD.sub(" ", counted)

    def unit_name(self, counted: str) -> str:
        """Return what a source counts as one pile, as exactly as the source says it."""
        return self(f"unit.{UNIT_KEYS[counted]}") if counted in UNIT_KEYS else counted

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
        if kind == "city":
            return city_name(identity, self.language)
        if kind != "operator":
            raise KeyError(key)
        return operator_names(self.language).get(identity) or self.operators.get(identity, identity)


UNIT_KEYS = {
    "pile": "pile",
    "EVSE": "evse",
    "EquipmentInfo": "equipment",
    "charging point": "point",
    "charging port": "port",
    "connector": "connector",
    "connection, or charging bay where the site states more": "connection",
    "vehicle that can charge at once, or socket where that is not told": "vehicle",
    "mixed": "mixed",
}
"""What our readers and presets count, with the end of the keys of its words."""

_NO_WORD = re.compile(r"[^\w ,./()-]+")  # a foreign unit is a part of texts that may be Markdown or patterns

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the texts of a language by key."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row[language] for row in csv.DictReader(file)}


@cache
def operator_names(language: str) -> dict[str, str]:
    """Return the names of the operators of the registry by id."""
    return {
        operator.id: (operator.name_zh if language == "zh" else operator.name_en) or operator.name_en
        for operator in load_operators()
    }


def preferred_language(locale: str | None) -> str:
    """Return the language that suits a browser's locale.

    Examples
    --------
    >>> preferred_language("zh-CN"), preferred_language("de-DE"), preferred_language(None)
    ('zh', 'en', 'en')
    """
    return "zh" if (locale or "").casefold().startswith("zh") else "en"
