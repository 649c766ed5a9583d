from pathlib import Path

import pytest

from charging.paths import DATA_DIR
from charging.views.elements.error_box import without_folders


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("{build}/d/v1/piles.parquet is missing: import 'd'.", "d/v1/piles.parquet is missing: import 'd'."),
        ("Cannot read {build}/LAST", "Cannot read LAST"),
        ("neither a folder nor a name under {build}.", "neither a folder nor a name under built sets."),
        ("{other}/k/CURRENT names 'v7'", "k/CURRENT names 'v7'"),
        ("Cannot write /usr/share/x/y.csv.", "Cannot write y.csv."),
        (f"{DATA_DIR}/operators.csv", "data/operators.csv"),
        ("AC/DC, 3/4, https://example.org/a/b and /no_such/folder stay", None),
    ],
)
def test_a_visitor_is_shown_no_folder_of_the_server(tmp_path, monkeypatch, message, shown):
    build = tmp_path / "srv" / "built sets"
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(build))
    monkeypatch.setenv("CHARGING_DATASET", str(tmp_path / "mnt" / "k"))
    text = message.format(build=build, other=tmp_path / "mnt")
    assert without_folders(text) == (shown or message)


def test_a_build_folder_given_from_here_is_left_out_too(monkeypatch):
    monkeypatch.setenv("CHARGING_BUILD_DIR", "some/where")
    assert without_folders(f"some/where/d and {Path.cwd()}/some/where/d") == "d and d"
