"""The real network that comes with the project."""

import pyarrow.parquet as pq
import pytest

from charging.dataset.samples import dataset_name_of, import_sample, sample_names
from charging.dataset.store import last_dataset
from charging.dataset.summary import summarise
from charging.domain.datum import to_wgs84
from charging.domain.vocabulary import Datum, Kind
from charging.errors import UsageError


def test_shenzhen_has_the_stations_and_piles_its_source_states_and_names_it(tmp_path):
    dataset = import_sample("shenzhen", build_dir=tmp_path)
    summary, [source] = summarise(dataset), dataset.manifest.sources
    assert (summary.stations, summary.piles, summary.piles_by_operator) == (1_587, 23_441, {})
    assert (dataset.name, dataset.kind) == ("shenzhen-sample", Kind.REAL)
    assert (source.info.licence, source.info.as_of) == ("CC0-1.0", "2023-02")
    assert "doi:10.1038/s41597-025-04874-4" in source.info.attribution


def test_its_points_are_shifted_out_of_the_chinese_datum(tmp_path):
    dataset = import_sample("shenzhen", build_dir=tmp_path)
    row = pq.read_table(dataset.path("stations")).to_pandas().set_index("station_id").loc["urbanev:1001"]
    assert (row.lat, row.lon) == pytest.approx(to_wgs84(22.714121, 113.784724, Datum.GCJ02), abs=1e-6)


def test_a_sample_that_is_only_looked_at_is_not_what_others_open(tmp_path):
    import_sample("shenzhen", build_dir=tmp_path, is_last=False)
    assert last_dataset(tmp_path) is None
    assert last_dataset(tmp_path) != import_sample("shenzhen", build_dir=tmp_path).folder
    assert last_dataset(tmp_path).name == dataset_name_of("shenzhen")


def test_a_name_of_no_sample_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(UsageError, match=f"{', '.join(sample_names())}.*'shenzen'"):
        import_sample("shenzen", build_dir=tmp_path)
    assert not [*tmp_path.iterdir()]
