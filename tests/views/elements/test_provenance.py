"""Where data comes from: what is ours in either language, what is foreign as it stands."""

from dataclasses import replace

import pytest
from views.paged import captions, html, layer, opened, page_over, tables

from charging.dataset.versions import write_version
from charging.domain.vocabulary import Kind
from charging.simulation import network
from charging.sources.ocpi import model as ocpi
from charging.sources.open_charge_map import model as open_charge_map
from charging.sources.openstreetmap import model as openstreetmap
from charging.sources.tabular.presets import load_preset, presets
from charging.sources.tcec102 import model as tcec102
from charging.views.analyses import second_dataset
from charging.views.elements.provenance import localized_manifest
from charging.views.elements.texts import LANGUAGES, Texts
from charging.views.report.map_caption import source_notes

EN, ZH = map(Texts, LANGUAGES)
OURS = network.SOURCE


@pytest.fixture
def ours(build, tiny_records, tiny_description, tmp_path):
    """Return the manifest of a simulated dataset, ten times the network."""
    built = build(tiny_records, source=OURS)
    about = replace(tiny_description, title=OURS.title, kind=Kind.SIMULATED, sources=built.sources, scale=10)
    return write_version(tmp_path / "ours", built.tables, about)


def test_in_english_the_simulated_network_is_called_as_its_files_call_it(ours):
    [rows] = localized_manifest(ours.manifest, EN).sources
    assert (rows.info.title, rows.info.attribution) == (OURS.title, OURS.attribution)
    assert localized_manifest(ours.manifest, EN).title == f"{OURS.title} ×10"


@pytest.mark.slow
def test_in_chinese_nothing_of_the_simulated_network_is_english(ours, tmp_path, monkeypatch):
    page = opened(page_over(ours, tmp_path, monkeypatch), lang="zh", view="data")
    assert "模拟中国充电网络 ×10" in html(page)
    assert tables(page)[0].iloc[0, 0] == "模拟中国充电网络"
    said = [html(page), captions(page), *map(str, tables(page)[0].iloc[0])]
    said += [*source_notes(ours, ZH), second_dataset.describe(ours, ZH)]
    assert not [text for text in said if OURS.title in text or "Simulated by" in text]


@pytest.mark.slow
def test_in_chinese_the_map_names_its_source_in_chinese(ours, tmp_path, monkeypatch):
    page = opened(page_over(ours, tmp_path, monkeypatch), lang="zh")
    assert layer(page, "surface")["texts"]["attribution"].startswith("由本项目模拟")
    assert layer(page, "surface")["texts"]["attribution"].endswith("GeoNames，CC BY 4.0")


def test_a_foreign_source_keeps_its_own_words(tiny_dataset):
    assert localized_manifest(tiny_dataset.manifest, ZH) is tiny_dataset.manifest


@pytest.mark.parametrize(
    "info",
    [
        *(reader.source() for reader in (ocpi, open_charge_map, openstreetmap, tcec102)),
        *(load_preset(name).info for name in presets()),
    ],
    ids=lambda info: info.source,
)
def test_what_our_readers_count_has_a_word_in_both_languages(info):
    assert EN.unit_name(info.unit_counted) == info.unit_counted
    assert (ZH.unit_name(info.unit_counted) == info.unit_counted) == (info.unit_counted == "EVSE")


def test_what_a_foreign_peer_counts_is_called_as_it_says():
    assert ZH.unit_name("gun") == "gun"


def test_in_chinese_a_published_figure_has_its_unit_and_its_note_in_chinese(
    published_dataset, tmp_path, monkeypatch
):
    shown = html(opened(page_over(published_dataset, tmp_path, monkeypatch), lang="zh"))
    assert "至少 1,020,000 桩" in shown
    assert "并非部分报道所称的站数" in shown
    assert "Piles, not stations" not in shown
