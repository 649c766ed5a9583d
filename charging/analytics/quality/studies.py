"""The questions about the quality of a dataset, from its tables to the answers.

What each answer means is defined in `fields`, `duplicates` and `datum_check`. They are apart from
`charging.analytics.studies`, since they import much that the map does not need.
"""

import pandas as pd

from charging.analytics.quality import fields
from charging.analytics.quality.datum_check import forgotten_conversion
from charging.analytics.quality.duplicates import suspected_duplicates
from charging.domain.datum import CHINA
from charging.domain.geography import load_cities
from charging.domain.towns import is_of_china
from charging.queries.engine import Engine
from charging.queries.quality import field_counts, station_points

_NAMES = ("name", "name_zh")


def completeness(engine: Engine) -> pd.DataFrame:
    """Return what `fields.completeness` says of a dataset."""
    return fields.completeness(field_counts(engine))


def is_in_mainland_china(engine: Engine) -> bool:
    """Return whether a station lies in mainland China, or may: it says no country, and is near."""
    points = station_points(engine)
    is_near = CHINA.contains(points.lat.to_numpy(), points.lon.to_numpy())
    is_chinese = points.city_id.map(is_of_china, na_action="ignore").eq(other=True)
    is_there = is_chinese | points.country.eq("CN") | (points.country.isna() & is_near)
    return bool(is_there.fillna(value=False).any())


def outside_region(engine: Engine) -> pd.DataFrame:
    """Return what `fields.outside_region` says of a dataset, with `name` and `name_zh`."""
    points = station_points(engine)
    outside = fields.outside_region(points, load_cities())
    return outside.join(points.set_index("station_id")[list(_NAMES)], on="station_id")


def conversions(engine: Engine) -> pd.DataFrame:
    """Return what `datum_check.forgotten_conversion` says of the sources of a dataset."""
    return forgotten_conversion(station_points(engine))


def duplicates(engine: Engine) -> pd.DataFrame:
    """Return what `duplicates.suspected_duplicates` says of a dataset, with the names of both stations.

    They are `keep_name`, `keep_name_zh`, `drop_name` and `drop_name_zh`; null: not known.
    """
    points = station_points(engine)
    names = points.set_index("station_id")[list(_NAMES)]
    pairs = suspected_duplicates(points)
    for side in ("keep", "drop"):
        pairs = pairs.join(names.add_prefix(f"{side}_"), on=side)
    return pairs
