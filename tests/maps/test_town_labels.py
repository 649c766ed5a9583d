"""The names of towns outside China: at every zoom, the largest where there is room."""

import numpy as np
import pytest

from charging.domain.bounds import Bounds
from charging.domain.towns import load_towns
from charging.maps.town_labels import MAX_LABELS, town_labels
from charging.maps.view import View
from charging.maps.viewport import Viewport

PLACES = {"New York": (40.73, -73.95), "Berlin": (52.52, 13.4), "the Netherlands": (52.2, 5.3)}


def labels_at(lat, lon, zoom):
    return town_labels(Viewport.around(View(lat, lon, zoom)).bounds.pad(0.25), zoom)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("zoom", [3, 4, 5.5, 6, 7, 8.5, 10, 11, 12])
def test_towns_are_named_at_every_zoom(place, zoom):
    labels = labels_at(*place, zoom)
    assert 3 <= len(labels) <= MAX_LABELS


@pytest.mark.parametrize(("zoom", "are_named"), [(8, False), (11, False), (12, True)])
def test_a_district_is_named_only_from_close_up(zoom, are_named):
    names = {label.name for label in labels_at(*PLACES["New York"], zoom)}
    assert bool(names & {"Brooklyn", "Queens", "Manhattan", "The Bronx"}) is are_named
    assert "New York City" in names


def test_the_largest_towns_come_first_and_have_the_lowest_ranks():
    labels = labels_at(*PLACES["Berlin"], 7)
    assert labels[0].name == "Berlin"
    assert [label.rank for label in labels] == sorted(label.rank for label in labels)


def test_a_town_without_a_chinese_name_has_its_own():
    labels = labels_at(*PLACES["the Netherlands"], 9)
    known = dict(zip(load_towns().name, load_towns().name_zh, strict=True))
    assert any(known[label.name] is None for label in labels)
    assert all(label.name_zh for label in labels)


def test_towns_on_both_sides_of_the_180th_meridian_are_named():
    lons = np.array([label.lon for label in town_labels(Bounds(-25.0, 170.0, -10.0, -170.0), 5)])
    assert (lons > 170).any()
    assert (lons < -170).any()


def test_the_open_sea_has_no_names():
    assert town_labels(Bounds(-2.0, -131.0, 2.0, -129.0), 8) == []
