"""Which service area a station is in, where no source says so: the nearest side of the road.

It is a guess, made once when a dataset is built, only where not one station of it states a service area, and
counted in the report. A list often gives both sides of a road one coordinate, or a station is mapped between
them: the nearest side then gets it, the first by id of sides equally near, since a station has one service
area and its coordinates cannot tell the side.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from charging.domain.bounds import KM_PER_DEGREE
from charging.domain.geography import great_circle_km
from charging.domain.vocabulary import Site

LINK_KM = 1.0
"""Distance up to which a station said to be in a service area is linked to one, km: car parks are long."""

LINK_UNSAID_KM = 0.3
"""The same, km, for a station whose kind of place is not known: nearer, for a village may lie at the road."""

_Reals = NDArray[np.float64]
_Positions = NDArray[np.intp]


class Links(NamedTuple):
    """Stations of a dataset with the service areas they were put in."""

    stations: pa.Table
    stated: int  # links of stations said to be in a service area, by `LINK_KM`
    unstated: int  # links of stations whose kind of place is not known, by `LINK_UNSAID_KM`


def link_by_distance(stations: pa.Table, areas: pa.Table) -> Links:
    """Return the stations with the nearest service area, where none of them states one.

    A station of another kind of place than a service area is never linked; where one station states a
    service area that is listed, only what the source says counts.

    Parameters
    ----------
    stations
        `lat`, `lon` (WGS-84 degrees), `site`, `service_area_id`.
    areas
        `service_area_id`, `lat`, `lon`.
    """
    column = "service_area_id"
    position = stations.schema.get_field_index(column)
    if not len(areas) or stations.column(position).null_count < len(stations):
        return Links(stations, 0, 0)
    is_said = pc.fill_null(pc.equal(stations["site"], Site.SERVICE_AREA), fill_value=False)
    may = np.flatnonzero(pc.or_(is_said, stations["site"].is_null()).to_numpy())
    stated = is_said.to_numpy()[may]
    ids = areas[column].combine_chunks()
    by_id = pc.sort_indices(ids).to_numpy()
    nearest, distance_km = _nearest(
        *(stations[axis].to_numpy()[may] for axis in ("lat", "lon")),
        *(areas[axis].to_numpy()[by_id] for axis in ("lat", "lon")),
    )
    linked = distance_km <= np.where(stated, LINK_KM, LINK_UNSAID_KM)
    area = np.full(len(stations), -1)
    area[may[linked]] = by_id[nearest[linked]]
    given = ids.take(pa.array(area, mask=area < 0))
    return Links(
        stations.set_column(position, column, given),
        int((linked & stated).sum()),
        int((linked & ~stated).sum()),
    )


def _nearest(lat: _Reals, lon: _Reals, area_lat: _Reals, area_lon: _Reals) -> tuple[_Positions, _Reals]:
    """Return the nearest area to each point within `LINK_KM`, the first of equals, and its distance in km.

    Only areas in a band of latitude are measured. Without any, the distance is infinite.
    """
    order = np.argsort(area_lat, kind="stable")
    reach = 1.01 * LINK_KM / KM_PER_DEGREE
    first, last = (np.searchsorted(area_lat[order], lat + sign * reach) for sign in (-1, 1))
    point = np.repeat(np.arange(len(lat)), last - first)
    step = np.arange(len(point)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    area = order[np.repeat(first, last - first) + step]
    # to the millimetre, so that sides at one place are equally near whatever the last bit says
    pair_km = np.round(great_circle_km(lat[point], lon[point], area_lat[area], area_lon[area]), 6)
    best = np.lexsort((area, pair_km, point))
    best = best[np.unique(point[best], return_index=True)[1]]
    nearest, distance_km = np.zeros(len(lat), dtype=np.intp), np.full(len(lat), np.inf)
    nearest[point[best]], distance_km[point[best]] = area[best], pair_km[best]
    return nearest, distance_km
