"""What the map of a dataset opens on: its box, also where that crosses the 180th meridian."""

from contextlib import closing

import pytest

from charging.dataset.versions import write_version
from charging.domain.vocabulary import Datum
from charging.maps.viewport import fitting_view
from charging.queries.engine import Engine
from charging.queries.stations import extent
from charging.sources.records import StationRecord


@pytest.fixture
def box_of(tmp_path, build, tiny_description):
    """Return the box of stations at some points."""

    def _box_of(*points):
        records = [
            StationRecord(source_id=str(number), lat=lat, lon=lon, datum=Datum.WGS84)
            for number, (lat, lon) in enumerate(points)
        ]
        dataset = write_version(tmp_path / "some", build(records).tables, tiny_description)
        with closing(Engine(dataset, memory_limit_mb=100)) as engine:
            return extent(engine)

    return _box_of


def test_islands_on_both_sides_of_the_180th_meridian_are_one_view(box_of):
    box = box_of((-18.1, 178.4), (-17.8, 177.4), (-16.7, -179.9))
    assert box.crosses_180
    assert box.width < 3
    view = fitting_view(box)
    assert view.lon == pytest.approx(178.75, abs=0.1)
    assert view.zoom > 7


@pytest.mark.parametrize("points", [[(51.5, -0.1), (52.5, 13.4)], [(40.7, -74), (-36.8, 174.8), (51.5, 0.1)]])
def test_a_network_elsewhere_or_all_around_the_globe_crosses_nothing(box_of, points):
    assert not box_of(*points).crosses_180
