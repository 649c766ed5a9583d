"""Make charging/maps/static/labels.json: city names for the map, largest city first, from data/cities.csv.

Each row is [lat, lon, rank, English name, Chinese name] in WGS-84 degrees; rank 0 is a city of five million
people and more, 3 one below half a million. The browser leaves out what would collide.

    python data/make_labels.py
"""

import csv
import json
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "charging" / "maps" / "static" / "labels.json"

RANK_POPULATIONS = (5_000_000, 1_500_000, 500_000)
"""People from which a city has rank 0, 1, 2."""

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
    TARGET.write_text(json.dumps(labels, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(labels)} names, {TARGET.stat().st_size:,} bytes")


def rank(people: int) -> int:
    """Return how far out a city of so many people is named, 0 first."""
    return sum(people < least for least in RANK_POPULATIONS)


def short(row: dict[str, str]) -> str:
    """Return the Chinese name as maps write it."""
    return row["name_zh"].removesuffix(SUFFIX)


if __name__ == "__main__":
    main()
