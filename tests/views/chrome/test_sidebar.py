"""The conditions in the sidebar, in this process."""

import pytest
from views.paged import page_over

from charging.dataset.versions import write_version
from charging.domain.vocabulary import Datum
from charging.sources.records import StationRecord
from charging.views.chrome.sidebar import MAX_WITHOUT_SEARCH

OPERATORS = ("蔚来", "特来电", "星星充电", "无名充电", "Zap", *(f"Operator {number}" for number in range(9)))


@pytest.fixture
def page(build, tiny_description, tmp_path, monkeypatch):
    """The page over a dataset of many operators."""
    records = [
        StationRecord(
            source_id=name, lat=39.9, lon=116.4 + number / 100, datum=Datum.WGS84, operator_raw=name
        )
        for number, name in enumerate(OPERATORS)
    ]
    dataset = write_version(tmp_path / "many", build(records).tables, tiny_description)
    return page_over(dataset, tmp_path, monkeypatch).run().run()


def listed(page, text):
    page.text_input(key="find_operator").set_value(text)
    page.run()
    [pills] = [each for each in page.button_group if each.key == "operator"]
    return list(pills.options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "name"),
    [("tèlai", "TELD"), ("xxcd", "Star Charge"), ("wumingchong", "无名充电"), ("zap", "Zap")],
)
def test_an_operator_is_found_by_name_and_by_pinyin(page, text, name):
    assert len(OPERATORS) > MAX_WITHOUT_SEARCH
    [label] = listed(page, text)
    assert name in label


@pytest.mark.slow
def test_a_text_without_letters_finds_no_pinyin(page):
    assert listed(page, "%") == []
