"""Make data/world_operators.csv.gz: operators of charging in the world, with their spellings and countries.

    python data/make_operators.py nsi.min.json

The file is `dist/json/nsi.min.json` of the npm package `name-suggestion-index` (BSD-3-Clause). What a text of
another register says for one of its operators is added from data/world_operator_spellings.csv, by hand.
Networks of e-bikes are left out: they have names of companies that charge cars too. Rules: data/README.md.
"""

import csv
import gzip
import io
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from charging.domain.operator_names import make_operator_id, names_nobody, operator_key
from charging.domain.reference_data import FACTS_DIR, read_facts

SPELLINGS = FACTS_DIR / "world_operator_spellings.csv"

TREES = ("brands/amenity/charging_station", "operators/amenity/charging_station")

COLUMNS = ("id", "name", "spellings", "keys", "wikidata", "countries", "not_in")

WORLD = "001"

CODE_LENGTH = 2

EUROPE = "150"

# fmt: off
REGIONS = {
    EUROPE: (
        "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI "
        "FO "  # codespell:ignore
        "FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM "
        "UA VA XK"
    ),
    "FX": "FR",  # its part in Europe
}
"""Countries of regions of the UN, and what stands for a country."""

PLACES = {
    "aldi-sued.geojson": "DE",
    (-0.15, 50.85): "GB",
    (4.376, 50.844): "BE",
    (8.1, 47.4): "CH",
    (8.8, 47.2): "CH",
    (9.8, 46.8): "CH",
    (11.58, 48.14): "DE",
    (11.63, 52.13): "DE",
    (147.1, -41.4): "AU",
    (147.3, -42.9): "AU",
}
"""The country of areas that do not name it, by file, or by longitude and latitude of their centre."""
# fmt: on

_BICYCLES = re.compile(r"bike", re.IGNORECASE)
_AREA = re.compile(r"([a-z]{2})(-[a-z0-9-]+)?(\.geojson)?")
_LANGUAGES = re.compile(r"(name|brand|operator|old_name)(:[a-z]{2})?")


@dataclass(kw_only=True)
class Entry:
    """An item of the index; of one operator there may be several, by name or by country."""

    title: str  # tells it from others of its name
    name: str
    wikidata: str | None
    names: set[str]  # in all languages, with the name
    company: str | None  # who operates a brand, where it is another
    company_wikidata: str | None
    countries: set[str] | None  # None: all
    left_out: set[str]  # countries, of all


Group = list[Entry]


def main(source: Path) -> None:
    """Write the list and print what was joined, and what means two operators."""
    items = json.loads(source.read_text("utf-8"))["nsi"]
    rows = make_rows([item for tree in TREES for item in items.get(tree, {}).get("items", ())])
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    packed = gzip.compress(text.getvalue().encode(), mtime=0)
    (FACTS_DIR / "world_operators.csv.gz").write_bytes(packed)
    print(f"{len(rows):,} operators, {sum(row['spellings'].count('|') + 1 for row in rows):,} spellings")
    print(f"{len(packed):,} bytes")


def make_rows(items: Iterable[dict], spellings: Path = SPELLINGS) -> list[dict[str, str]]:
    """Return the rows of the file, in the order of the names.

    Raises
    ------
    SystemExit
        If an area is in no known country, two operators have one id, or a spelling by hand means nobody.
    """
    entries = (_read_entry(item) for item in items if not _BICYCLES.search(item["displayName"]))
    groups = _join_entries(
        [each for each in entries if not names_nobody(each.name) and each.countries != set()]
    )
    names = _choose_names(groups)
    spelt = _spellings(groups)
    for row in read_facts(spellings, ("spelling", "name", "source")):
        if row["name"] not in names:
            sys.exit(f"{spellings.name}: expected an operator of the list, found {row['name']!r}")
        spelt[names.index(row["name"])].add(row["spelling"])
    columns = zip(names, spelt, _wikidata(groups), groups, strict=True)
    rows = [
        {
            "id": make_operator_id(name),
            "name": name,
            **_write_spellings(texts, name),
            "wikidata": " ".join(ids),
            **_where(group),
        }
        for name, texts, ids, group in columns
    ]
    return sorted(rows, key=lambda row: (row["name"].casefold(), row["name"]))


def _read_entry(item: dict) -> Entry:
    tags = item["tags"]
    name = tags.get("brand") or tags.get("operator") or tags.get("name") or item["displayName"]
    company = tags.get("operator")
    has_company = "brand" in tags and company and operator_key(company) != operator_key(name)
    of_company = {text for key, text in tags.items() if has_company and re.fullmatch("operator(:..)?", key)}
    names = {text for key, text in tags.items() if _LANGUAGES.fullmatch(key)} - of_company
    wikidata = tags.get("brand:wikidata") if "brand" in tags else None
    of_operator = tags.get("operator:wikidata")
    countries, left_out = _read_areas(item["locationSet"])
    return Entry(
        title=item["displayName"],
        name=name,
        wikidata=wikidata or (None if has_company else of_operator),
        names={name, *names, *item.get("matchNames", ())},
        company=company if has_company else None,
        company_wikidata=of_operator if has_company else None,
        countries=countries,
        left_out=left_out,
    )


def _read_areas(areas: dict) -> tuple[set[str] | None, set[str]]:
    """Return the countries, None for all, and those that all is without."""
    included = [_countries(area) for area in areas["include"]]
    # without a part of a country the rest of it is still there
    whole = (area for area in areas.get("exclude", ()) if isinstance(area, str) and len(area) == CODE_LENGTH)
    left_out = set().union(*(_countries(area) or () for area in whole))
    return (None, left_out) if None in included else (set().union(*included) - left_out, set())


def _countries(area: str | list[float]) -> set[str] | None:
    """Return the countries of an area, a part of a country for the whole; None is the world."""
    if area == WORLD:
        return None
    place = PLACES.get(area if isinstance(area, str) else (area[0], area[1]))
    if place:
        return {place}
    if isinstance(area, str) and (area in REGIONS or _AREA.fullmatch(area)):
        code = area if area in REGIONS else area[:2].upper()
        return set(REGIONS.get(code, code).split())
    return sys.exit(f"Expected an area in a known country, found {area!r}: say which in PLACES or REGIONS.")


def _join_entries(entries: list[Entry]) -> list[Group]:
    """Return the entries of each operator: of one Wikidata id and name, or of a name and no other id."""
    groups: list[Group] = []
    by_word: defaultdict[str, list[Group]] = defaultdict(list)
    for entry in entries:
        words = {operator_key(entry.name), *filter(None, [entry.wikidata])}
        near = [group for word in sorted(words) for group in by_word[word]]
        group = next((each for each in near if any(_is_same(entry, other) for other in each)), None)
        if group is None:
            groups.append(group := [])
        group.append(entry)
        for word in words:
            if not any(each is group for each in by_word[word]):
                by_word[word].append(group)
    return groups


def _is_same(one: Entry, other: Entry) -> bool:
    if one.wikidata and other.wikidata:
        return one.wikidata == other.wikidata and _have_a_name_in_common(one, other)
    return operator_key(one.name) == operator_key(other.name) and _meet(one, other)


def _have_a_name_in_common(one: Entry, other: Entry) -> bool:
    """Whether two share a name, or one has all words of the other: two firms may have one id by mistake."""
    words = [set(make_operator_id(each.name).split("_")) for each in (one, other)]
    return not _keys(one).isdisjoint(_keys(other)) or words[0] <= words[1] or words[1] <= words[0]


def _keys(entry: Entry) -> set[str]:
    return {operator_key(text) for text in (*entry.names, entry.company or entry.name)}


def _meet(one: Entry, other: Entry) -> bool:
    """Whether there may be a country with both."""
    if one.countries is None:
        return other.countries is None or not other.countries <= one.left_out
    return (
        not one.countries <= other.left_out
        if other.countries is None
        else bool(one.countries & other.countries)
    )


def _choose_names(groups: list[Group]) -> list[str]:
    """Return a name for each operator that no other has, made longer by its country where it must be."""
    names = [_usual_name(group) for group in groups]
    taken = Counter(map(make_operator_id, names))
    names = [
        name if taken[make_operator_id(name)] == 1 else _widest(group).title
        for name, group in zip(names, groups, strict=True)
    ]
    if twice := [each for each, count in Counter(map(make_operator_id, names)).items() if count > 1]:
        sys.exit(f"Expected one operator of each id, found more of {', '.join(twice)}.")
    return names


def _widest(group: Group) -> Entry:
    """Return the entry of the most countries."""
    return max(group, key=lambda each: (each.countries is None, len(each.countries or ())))


def _usual_name(group: Group) -> str:
    """Return the name most entries have: of a brand and its company of one id that of the brand."""
    counts = Counter(entry.name for entry in group)
    counts.update(
        entry.company for entry in group if entry.company and entry.company_wikidata == entry.wikidata
    )
    brands = {entry.name for entry in group}
    return min(counts, key=lambda name: (-counts[name], name not in brands, len(name), name))


def _spellings(groups: list[Group]) -> list[set[str]]:
    """Return what each operator is called: as who operates it too, unless the list has that on its own."""
    own = [{operator_key(entry.name) for entry in group} for group in groups]
    owners = Counter(key for keys in own for key in keys)
    own_ids = {entry.wikidata for group in groups for entry in group} - {None}
    spelt = []
    for group, keys in zip(groups, own, strict=True):
        texts = set().union(*(entry.names for entry in group))
        ids = {entry.wikidata for entry in group}
        for entry in group:
            key = operator_key(entry.company or "")
            is_listed = owners[key] > (key in keys) or entry.company_wikidata in own_ids - ids
            if entry.company and not is_listed:
                texts.add(entry.company)
        spelt.append(texts)
    return spelt


def _wikidata(groups: list[Group]) -> list[list[str]]:
    """Return the ids of each operator, its own first, without those that two operators claim."""
    own = [list(dict.fromkeys(entry.wikidata for entry in group if entry.wikidata)) for group in groups]
    owners = Counter(item for ids in own for item in ids)
    for item in sorted(item for item, count in owners.items() if count > 1):
        claimed = (group[0].name for group, ids in zip(groups, own, strict=True) if item in ids)
        print(f"{item} is left out: it is of {', '.join(claimed)}")
    companies = [
        sorted({entry.company_wikidata for entry in group if entry.company_wikidata} - owners.keys())
        for group in groups
    ]
    owners.update(item for ids in companies for item in ids)
    return [
        [item for item in (*ids, *others) if owners[item] == 1]
        for ids, others in zip(own, companies, strict=True)
    ]


def _where(group: Group) -> dict[str, str]:
    everywhere = [entry for entry in group if entry.countries is None]
    countries = set().union(*(entry.countries or () for entry in group))
    left_out = set.intersection(*(entry.left_out for entry in everywhere)) if everywhere else set()
    return {
        "countries": "" if everywhere else " ".join(sorted(countries)),
        "not_in": " ".join(sorted(left_out - countries)),
    }


def _write_spellings(texts: Iterable[str], name: str) -> dict[str, str]:
    """Return one spelling of each that differ in case or company form, but the name; and the keys of all."""
    kept = {operator_key(name): name}
    for text in sorted(texts):
        if not names_nobody(text) and not _BICYCLES.search(text):
            kept.setdefault(operator_key(text), text)
    _, *others = kept.values()
    spellings = sorted(others, key=lambda text: (text.casefold(), text))
    return {"spellings": "|".join(spellings), "keys": " ".join(kept)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
