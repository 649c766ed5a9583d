"""A damaged table is told, and never asked."""

import random
import shutil
from contextlib import closing

import pytest
from endurance.sizes import sized

from charging.cli import main
from charging.dataset.merging import merge
from charging.dataset.operators import operators_of
from charging.dataset.store import open_dataset
from charging.domain.filters import Filters
from charging.errors import DatasetError
from charging.queries.engine import Engine
from charging.queries.totals import totals

TABLES = ("stations", "piles", "service_areas", "operators")


@pytest.fixture
def dataset(tmp_path, tiny_dataset):
    shutil.copytree(tiny_dataset.folder, tmp_path / "tiny")
    return open_dataset(tmp_path / "tiny")


def flip(path, bit):
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def ask(dataset):
    """Read every table: what sums need, then what is read when it is first asked for."""
    operators_of(dataset)
    with closing(Engine(dataset, memory_limit_mb=100)) as engine:
        return totals(engine, Filters()).piles[0], len(engine.station_rows(None, ["address"]))


@pytest.mark.parametrize("bits", [24, sized(240, 240)])
def test_every_flipped_bit_is_told_with_the_file_and_what_to_do(
    tmp_path, tiny_dataset, bits, record_property
):
    dice = random.Random(5)  # noqa: S311  to be repeated, not to be secret
    for number in range(bits):
        dataset = open_dataset(shutil.copytree(tiny_dataset.folder, tmp_path / f"{number}"))
        path = dataset.path(dice.choice(TABLES))
        flip(path, dice.randrange(path.stat().st_size * 8))
        with pytest.raises(DatasetError, match=f"{path} is not the file that was written.*charging rollback"):
            ask(dataset)
    record_property("found", f"{bits} flipped, {bits} told")


def test_what_is_whole_is_asked(dataset):
    assert ask(dataset) == (82, 12)


def test_what_is_damaged_after_it_was_opened_is_told_when_it_is_first_read(dataset):
    with closing(Engine(dataset, memory_limit_mb=100)) as engine:
        engine.wait()
        for table in ("stations", "piles"):
            flip(dataset.path(table), 4_000)
        for read in (
            lambda: engine.station_rows(None, ["address"]),
            engine.shared_pile_ids,
            lambda: totals(engine, Filters(text="nio")),
        ):
            with pytest.raises(DatasetError, match=r"is not the file that was written"):
                read()


@pytest.mark.parametrize("memory_limit_mb", [100, 0])
def test_a_dataset_removed_under_an_engine_is_told(dataset, memory_limit_mb):
    with closing(Engine(dataset, memory_limit_mb=memory_limit_mb)) as engine:
        engine.wait()
        shutil.rmtree(dataset.folder)
        with pytest.raises(DatasetError, match=r"Cannot read .*stations"):
            engine.station_rows(None, ["address"])


def test_a_file_that_vanished_is_told_when_tables_are_read_from_the_disk(dataset):
    with closing(Engine(dataset, memory_limit_mb=0)) as engine:
        assert len(engine.station_rows(None, ["address"])) == 12
        assert totals(engine, Filters(text="nio")).stations[0] == 2
        shutil.rmtree(dataset.folder)
        with pytest.raises(DatasetError, match="Go back to an older version"):
            totals(engine, Filters(text="teld"))


def test_nothing_sound_is_made_of_a_damaged_version(dataset, capsys):
    flip(dataset.path("piles"), 4_000)
    with pytest.raises(DatasetError):
        merge(dataset, [("tiny:bj-1", "tiny:sh-1")])
    assert main(["info", str(dataset.folder)]) == 1
    assert "piles.parquet is not the file that was written" in capsys.readouterr().err
