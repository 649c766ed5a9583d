"""The OCPI reader on real feeds that are not part of the project: every count, every oddity by its name."""

from collections import Counter

import pytest
from realdata import REALDATA

from charging.dataset.pipeline import import_files
from charging.errors import SourceError
from charging.sources.ocpi import model as ocpi
from charging.sources.readers import sniff

SPEC = (
    "location_example",
    "location_example_parking_garage_opening_hours",
    "location_example_uc2_destination_charger",
)
HIDDEN = (
    "location_example_uc3_destination_charger_not_published",
    "location_example_uc4_limited_visibility",
    "location_example_uc5_home_charge_point",
)

pytestmark = pytest.mark.realdata


def report_of(folder, *names):
    return import_files([REALDATA / name for name in names], build_dir=folder, name="real").manifest.report


def counts(findings):
    return {finding.what: finding.count for finding in findings}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rows", "piles", "rejected", "doubts", "codes"),
    [
        ("chargesini", 448, 1_144, {"not_public": 76}, {}, {"GB/T (DC)"}),
        ("ev24", 11, 13, {}, {"power_unit": 20, "current": 2}, {"Polska"}),
        ("ezvolt", 91, 222, {}, {"current": 70}, set()),
        ("otopriz", 500, 500, {}, {"power_derived": 734, "no_time": 37}, set()),
        ("punkt", 489, 1_207, {"not_public": 8}, {"no_evse_id": 1_207}, set()),
        ("toger", 44, 94, {"no_piles": 12, "missing_coordinate": 3}, {"voltage_unreal": 71}, {"TRY"}),
    ],
)
def test_a_feed_is_taken_whole_and_its_oddities_are_named(
    tmp_path, name, rows, piles, rejected, doubts, codes
):
    report = report_of(tmp_path, f"ocpi_feeds/{name}.json")
    assert (report.rows_read, report.stations + report.rejected, report.piles) == (rows, rows, piles)
    assert (counts(report.rejections), counts(report.discrepancies)) == (rejected, doubts)
    assert {code.code for code in report.unmapped} == codes


@pytest.mark.slow
def test_the_six_feeds_together_have_every_location(tmp_path):
    names = sorted(path.name for path in (REALDATA / "ocpi_feeds").glob("*.json"))
    report = report_of(tmp_path, *(f"ocpi_feeds/{name}" for name in names))
    assert (len(names), report.rows_read, report.stations + report.rejected) == (6, 1_583, 1_583)


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_the_examples_of_the_standard_are_locations_or_refused_as_none(version):
    found = Counter()
    for path in sorted((REALDATA / "ocpi_spec" / version).glob("*.json")):
        try:
            (record,) = ocpi.read(path)
        except SourceError:
            found["no location"] += 1
        else:
            found[type(record).__name__] += 1
            assert (path.stem in HIDDEN, path.stem in SPEC) != (False, False)
    assert found == {"StationRecord": 3, "Rejection": 3, "no location": 12}


@pytest.mark.slow
def test_the_netherlands_have_every_location_and_evse(tmp_path):
    report = report_of(tmp_path, "netherlands_ndw/locations_ocpi.json.gz")
    told = counts(report.discrepancies)
    assert (report.rows_read, report.stations, report.rejected) == (69_186, 69_186, 0)
    assert report.piles + told["pile_removed"] == 166_477
    assert (told["pile_removed"], told["no_evse_id"], told["power_unreal"]) == (1_082, 661, 13)
    # of 75,107 connectors without power, 16 are of piles that were removed
    assert told["power_derived"] - told["power_unreal"] == 75_107 - 16


def test_tariffs_are_no_locations():
    with pytest.raises(SourceError):
        sniff(REALDATA / "netherlands_ndw" / "tariffs_ocpi.json.gz")
