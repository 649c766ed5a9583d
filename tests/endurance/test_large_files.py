"""Imports and builds of the largest size, each in a process of its own whose memory is measured."""

import json
import os
import sys

import pytest
from endurance.sizes import sized
from measured_process import run_measured

HEADER = "station_id,longitude,latitude,charge_count,TAZID,area,perimeter\n"
START_MB = 500  # Python with the libraries of an import
BYTES_A_STATION = 1_500

pytestmark = pytest.mark.endurance


@pytest.fixture
def charging(tmp_path, record_property):
    """Run a command; return what it answered, and its memory at most in MB."""

    def _charging(*arguments):
        command = [sys.executable, "-m", "charging", *map(str, arguments), "--json"]
        environment = os.environ | {"CHARGING_BUILD_DIR": str(tmp_path / "build")}
        answer, cost = run_measured(command, environment)
        record_property("found", f"{cost.memory_mb:.0f} MB at most")
        return json.loads(answer), cost.memory_mb

    return _charging


@pytest.mark.parametrize("stations", [sized(100_000, 2_000_000)])
def test_the_memory_of_an_import_is_bound_by_its_stations(charging, tmp_path, stations):
    with (tmp_path / "large.csv").open("w") as file:
        file.write(HEADER)
        file.writelines(
            f"{number},{114 + number % 1_009 / 10_000},{22.5 + number % 997 / 10_000},{number % 40},1,1,1\n"
            for number in range(stations)
        )
    answer, peak_mb = charging("import", "--preset", "urbanev", "--name", "large", tmp_path / "large.csv")
    assert answer["stations"] == stations
    assert peak_mb < START_MB + stations * BYTES_A_STATION / 1e6


@pytest.mark.parametrize("scale", [sized(2, 20)])
def test_a_network_of_many_times_the_size_is_built_within_its_memory(charging, scale):
    answer, peak_mb = charging("build", "--scale", scale)
    assert answer["piles"] == scale * 1_020_000
    assert peak_mb < START_MB + answer["stations"] * BYTES_A_STATION / 1e6
