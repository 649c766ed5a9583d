"""Make samples/shenzhen.csv out of inf_raw.csv of UrbanEV: its facts, in our columns.

    python data/make_samples.py inf_raw.csv

The file is that of https://github.com/IntelligentSystemsLab/UrbanEV (CC0 1.0), whose README tells the datum
and the period. The statistical zones of the stations are left out: they describe zones, not stations.
"""

import csv
import sys
from pathlib import Path

SAMPLE = Path(__file__).parent / "samples" / "shenzhen.csv"

COLUMNS = {"id": "station_id", "lat": "latitude", "lon": "longitude", "piles": "charge_count"}


def main(source: Path) -> None:
    """Write the sample."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = [{ours: row[theirs] for ours, theirs in COLUMNS.items()} for row in csv.DictReader(file)]
    with SAMPLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
