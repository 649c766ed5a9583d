"""A visitor who stays for long."""

import gc
from pathlib import Path

import pytest
from endurance.sizes import sized
from views.paged import page_over, run

STATM = Path("/proc/self/statm")
PAGE_BYTES = 4096
MAX_GROWTH_MB = 20
VIEWS = ({"at": "31.2,121.5,9"}, {"at": "39.9,116.4,12"}, {"view": "coverage"}, {"view": "data"}, {"q": "站"})

pytestmark = [
    pytest.mark.endurance,
    pytest.mark.skipif(not STATM.is_file(), reason="only Linux says how much memory a process has"),
]


def memory_mb():
    gc.collect()
    return int(STATM.read_text().split()[1]) * PAGE_BYTES / 1e6


@pytest.mark.parametrize("runs", [sized(300, 3_000)])
def test_the_memory_of_a_visit_does_not_grow(tiny_dataset, tmp_path, monkeypatch, record_property, runs):
    page, found = page_over(tiny_dataset, tmp_path, monkeypatch), []
    for number in range(runs):
        page.query_params.clear()
        for key, value in VIEWS[number % len(VIEWS)].items():
            page.query_params[key] = value
        run(page)
        found.append(memory_mb() if number % 10 == 0 else found[-1])
    settled, last = max(found[: runs // 2]), found[-1]
    record_property("found", f"{settled:.0f} MB, then {last:.0f} MB")
    assert last < settled + MAX_GROWTH_MB
