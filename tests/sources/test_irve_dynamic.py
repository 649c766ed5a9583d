from datetime import UTC, datetime
from pathlib import Path

import pytest

from charging.dataset.drafts import Draft, ReadOptions
from charging.dataset.pipeline import import_files
from charging.dataset.sent_files import SentFile
from charging.domain.vocabulary import Status
from charging.errors import SourceError
from charging.sources import irve_dynamic
from charging.sources.irve_dynamic import PointStatuses
from charging.sources.readers import sniff
from charging.sources.records import Reason
from charging.sources.tabular import model as tabular

FIXTURES = Path(__file__).parents[1] / "fixtures" / "tabular"
REGISTER, STATUSES = FIXTURES / "irve.csv", FIXTURES / "irve_dynamic.csv"
HEADER = "id_pdc_itinerance,etat_pdc,occupation_pdc,horodatage,etat_prise_type_2,etat_prise_type_combo_ccs\n"


def write(folder, *rows, name="statuses.csv", header=HEADER):
    path = folder / name
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def stations(*paths):
    statuses = PointStatuses(paths)
    parts = tabular.read_columns(REGISTER, preset="irve")
    records = [record for part in parts for record in statuses.apply(part).records()]
    return [record for record in records if hasattr(record, "piles")]


def test_statuses_and_their_times_go_to_the_right_piles():
    first, other = stations(STATUSES)
    assert [(pile.pile_id, pile.status) for pile in first.piles] == [
        ("FRABCE1", Status.AVAILABLE),
        ("FRABCE2", Status.OCCUPIED),
    ]
    assert first.status_at == datetime(2026, 9, 28, 6, 45, 1, 754_000, tzinfo=UTC)
    assert ([pile.status for pile in other.piles], other.status_at) == ([None], None)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("en_service,libre", Status.AVAILABLE),
        ("en_service,occupe", Status.OCCUPIED),
        ("en_service,reserve", Status.RESERVED),
        ("en_service,inconnu", Status.OPERATIONAL),
        ("hors_service,libre", Status.FAULT),
        ("inconnu,libre", Status.AVAILABLE),
        ("inconnu,inconnu", None),
        ("En_Service,LIBRE", Status.AVAILABLE),
    ],
)
def test_what_is_known_of_a_point_is_its_state_and_its_occupation(tmp_path, row, status):
    station = stations(write(tmp_path, f"FRABCE1,{row},2026-09-28T06:07:23+02:00,,"))[0]
    assert (station.piles[0].status, station.status_at is None) == (status, status is None)


@pytest.mark.parametrize(
    ("plugs", "status"),
    [
        ("hors_service,hors_service", Status.FAULT),
        ("hors_service,", Status.FAULT),
        ("hors_service,fonctionnel", Status.AVAILABLE),
        ("inconnu,inconnu", Status.AVAILABLE),
    ],
)
def test_a_point_all_of_whose_plugs_are_out_of_service_is_too(tmp_path, plugs, status):
    path = write(tmp_path, f"FRABCE1,en_service,libre,2026-09-28T06:07:23+02:00,{plugs}")
    assert stations(path)[0].piles[0].status is status


def test_of_several_rows_and_files_the_latest_counts(tmp_path):
    times = [f"2026-09-28T0{hour}:00:00+00:00" for hour in (7, 9, 8)]
    states = zip(("libre", "occupe", "reserve"), times, strict=True)
    rows = [f"FRABCE1,en_service,{state},{time},," for state, time in states]
    one, other = write(tmp_path, *rows[:2], name="one.csv"), write(tmp_path, rows[2], name="other.csv")
    for paths in ((one, other), (other, one)):
        assert stations(*paths)[0].piles[0].status is Status.OCCUPIED


def test_a_code_no_table_has_is_told_and_a_time_that_is_none_is_not_known(tmp_path):
    station = stations(write(tmp_path, "FRABCE1,en_panne,libre,yesterday,,"))[0]
    assert (station.unmapped, station.status_at) == ((("piles.status", "en_panne"),), None)
    assert station.piles[0].status is Status.AVAILABLE


@pytest.mark.parametrize("paths", [[REGISTER, STATUSES], [STATUSES, REGISTER]], ids=["after", "before"])
@pytest.mark.parametrize("preset", [None, "irve"])
def test_a_status_of_a_point_nobody_knows_is_counted_with_an_example(tmp_path, paths, preset):
    dataset = import_files(paths, build_dir=tmp_path, name="both", preset=preset)
    found = {each.what: each for each in dataset.manifest.report.rejections}
    assert found[Reason.NO_POINT].count == 1
    assert found[Reason.NO_POINT].examples[0].record_id == "FRABCE9"
    assert (found[Reason.MALFORMED].count, found[Reason.MISSING_ID].count) == (1, 1)
    assert [each.info.source for each in dataset.manifest.sources] == ["irve"]


def test_statuses_are_of_any_table_with_the_ids(tmp_path):
    other = FIXTURES.parent / "ocpi" / "v2_2_1.json"
    dataset = import_files([STATUSES, REGISTER, other], build_dir=tmp_path, name="three")
    assert (
        dataset.manifest.report.stations
        == 2 + import_files([other], build_dir=tmp_path, name="one").manifest.report.stations
    )


def test_statuses_alone_are_refused_with_what_they_need(tmp_path):
    assert sniff(STATUSES).name == "irve-dynamic"
    for paths in ([STATUSES], [STATUSES, FIXTURES.parent / "ocpi" / "v2_2_1.json"]):
        with pytest.raises(
            SourceError, match=r"expected the register of the points.*Give both files together"
        ):
            import_files(paths, build_dir=tmp_path, name="alone")
    with pytest.raises(SourceError, match="Give both files together"):
        list(irve_dynamic.read(STATUSES))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_and_the_order_of_columns_are_told_from_the_header(tmp_path, delimiter):
    header = delimiter.join(reversed(HEADER.strip().split(","))) + "\n"
    row = delimiter.join(["", "", "2026-09-28T06:07:23Z", "libre", "en_service", "FR-ABC-E1"])
    path = write(tmp_path, row, header=header)
    assert sniff(path).name == "irve-dynamic"
    assert stations(path)[0].piles[0].status is Status.AVAILABLE


def test_a_register_that_has_the_columns_too_is_a_register(tmp_path):
    path = write(tmp_path, header=HEADER.strip() + ",coordonneesXY\n")
    assert not irve_dynamic.matches(path.read_bytes())


def test_more_rows_than_are_read_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(irve_dynamic, "MAX_ROWS", 2)
    rows = ["FRABCE1,en_service,libre,2026-09-28T06:07:23+02:00,,"] * 3
    with pytest.raises(SourceError, match="at most 2 statuses"):
        PointStatuses([write(tmp_path, *rows)])


def draft(folder, *paths):
    sent = [SentFile(path.name, path.read_bytes()) for path in paths]
    return Draft(sent, build_dir=folder, max_bytes=10**8)


def test_an_upload_of_both_files_is_previewed_and_read(tmp_path):
    both = draft(tmp_path, STATUSES, REGISTER)
    statuses, register = both.files
    assert [each.reader.name for each in both.files] == ["irve-dynamic", "tabular"]
    assert both.preview(statuses, ReadOptions("both")).records == ()
    assert len(both.preview(register, ReadOptions("both")).records) == 2
    assert both.read(ReadOptions("both")).manifest.report.stations == 2


def test_an_upload_of_statuses_alone_says_what_they_need_under_their_own_name(tmp_path):
    alone = draft(tmp_path, STATUSES)
    with pytest.raises(SourceError, match=r"^irve_dynamic\.csv: expected the register"):
        alone.preview(alone.files[0], ReadOptions("alone"))
