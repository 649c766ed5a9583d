"""Counts the points of a source that lie outside the region they state, by domain/world/regions.py.

A source is looked at as a whole, since its own points tell which region its texts mean. Of mainland China the
provinces are known by their names: `charging.analytics.quality.fields` lists the points outside of them.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from charging.dataset.building.coordinates import is_in_country
from charging.dataset.report import Tally
from charging.domain.text_folding import fold_letters
from charging.domain.towns import CHINA
from charging.domain.world.regions import lie_outside_region
from charging.sources.records import PointDoubt
from charging.sources.tabular.station_columns import Rows, different

PLACE_COLUMNS = ("source_id", "country", "region", "lat", "lon", "source_lat", "source_lon")
"""Columns of stations that are looked at."""


def doubt_regions(tally: Tally, places: pa.Table) -> None:
    """Count the points of a source outside their region; `places` has `PLACE_COLUMNS`."""
    if places["region"].null_count == len(places):
        return
    country, region = (places[name].combine_chunks() for name in ("country", "region"))
    lat, lon = (places[name].to_numpy() for name in ("lat", "lon"))
    stated = _numbers_of(country, region)
    is_of_china = np.asarray(pc.equal(country, CHINA).fill_null(False))
    # what lies outside its country is counted already
    stated[is_of_china | ~is_in_country(lat, lon, country)] = -1
    is_outside = lie_outside_region(lat, lon, stated)

    def describe(row: int) -> tuple[str, str]:
        point = [repr(places[name][row].as_py()) for name in ("source_lat", "source_lon")]
        return places["source_id"][row].as_py(), ", ".join([*point, region[row].as_py()])

    tally.contradict_rows(PointDoubt.OUTSIDE_REGION, np.flatnonzero(is_outside).tolist(), describe)


def _numbers_of(country: pa.Array, region: pa.Array) -> Rows:
    """Return a number for each region of a country, however it is written; -1 where none is stated."""
    coded = region.dictionary_encode()
    texts = [fold_letters(text) or None for text in coded.dictionary.to_pylist()]
    keys, at = different([country, pa.array(texts, pa.string()).take(coded.indices)], len(region))
    is_stated = np.array([text is not None for _, text in keys], np.bool_)
    return np.where(is_stated[at], at, -1)
