"""Make charging/maps/static/labels.json: names for the map, from data/cities.csv and data/places.csv.

Each row is [lat, lon, rank, English name, Chinese name] in WGS-84 degrees; rank 0 is a city of five million
people and more, 3 one below half a million, 4 and 5 are towns. Cities come first, each group by its people;
the browser leaves out what would collide.

    python data/make_labels.py
"""

import csv
import json
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "charging" / "maps" / "static" / "labels.json"

RANK_POPULATIONS = (5_000_000, 1_500_000, 500_000)
"""People from which a city has rank 0, 1, 2."""

TOWN_RANKS = ((50_000, 4), (0, 5))
"""People from which a town has which rank."""

NEAR_DEG = 0.08
"""A place this near to a city is the city."""

SUFFIX = "市"
"""The word for city, which maps leave out."""


def main() -> None:
    """Write the file and say how large it is."""
    with (HERE / "cities.csv").open(encoding="utf-8", newline="") as file:
        cities = [(int(row["population"] or 0), row) for row in csv.DictReader(file)]
    cities.sort(key=lambda city: (-city[0], city[1]["id"]))
    labels = [
        [round(float(row["lat"]), 3), round(float(row["lon"]), 3), rank(people), row["name_en"], short(row)]
        for people, row in cities
    ]
    labels += towns([(label[0], label[1]) for label in labels])
    TARGET.write_text(json.dumps(labels, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(labels)} names, {TARGET.stat().st_size:,} bytes")


def towns(cities: list[tuple[float, float]]) -> list[list[object]]:
    """Return the rows of the places that are no city of their own."""
    with (HERE / "places.csv").open(encoding="utf-8", newline="") as file:
        places = [(int(row["population"]), row) for row in csv.DictReader(file)]
    places.sort(key=lambda place: (-place[0], place[1]["geonameid"]))
    rows = []
    for people, row in places:
        lat, lon = round(float(row["lat"]), 3), round(float(row["lon"]), 3)
        if all(abs(lat - a) > NEAR_DEG or abs(lon - b) > NEAR_DEG for a, b in cities):
            town_rank = next(value for least, value in TOWN_RANKS if people >= least)
            name = row["name"].split(",")[0]  # some places are named with their county and province
            rows.append([lat, lon, town_rank, name, (row["name_zh"] or name).removesuffix(SUFFIX)])
    return rows


def rank(people: int) -> int:
    """Return how far out a city of so many people is named, 0 first."""
    return sum(people < least for least in RANK_POPULATIONS)


def short(row: dict[str, str]) -> str:
    """Return the Chinese name as maps write it."""
    return row["name_zh"].removesuffix(SUFFIX)


if __name__ == "__main__":
    main()
