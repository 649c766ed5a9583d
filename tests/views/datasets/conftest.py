"""The data view over the tiny world, which stands in a build folder."""

import pytest
from views.paged import opened, page_over

from charging.dataset.store import open_dataset


@pytest.fixture
def unopened(build_dir, monkeypatch):
    made = page_over(open_dataset(build_dir / "tiny"), build_dir, monkeypatch)
    monkeypatch.delenv("CHARGING_DATASET")
    (build_dir / "LAST").write_text("tiny\n", encoding="utf-8")
    return made


@pytest.fixture
def page(unopened):
    return opened(unopened, view="data")


@pytest.fixture
def chinese_page(unopened):
    return opened(unopened, view="data", lang="zh")
