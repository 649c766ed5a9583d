import pytest

from charging.domain.vocabulary import Datum
from charging.errors import UsageError
from charging.maps.tiles import CHOICES, CUSTOM, NONE, TILES, usable_tiles
from charging.settings import Settings

OWN = "https://tiles.example/{z}/{x}/{y}.png"


def test_without_keys_only_open_tiles_are_offered():
    assert list(usable_tiles(Settings())) == ["osm", "amap"]


def test_a_closed_network_is_offered_nothing():
    assert usable_tiles(Settings(tiles="none", tiles_url=OWN, carto_key="k")) == {}


def test_a_key_brings_its_tiles_and_stands_in_their_addresses():
    usable = usable_tiles(Settings(tianditu_key="a b&c", carto_key="k"))
    assert set(usable) == {"osm", "amap", "tianditu", "positron", "dark_matter"}
    assert [url.partition("&tk=")[2] for url in usable["tianditu"].urls] == ["a%20b%26c"] * 2
    assert usable["positron"].urls[0].endswith(".png?key=k")
    assert not any(tiles.needs_key for tiles in usable.values())


def test_keys_are_in_no_printed_settings():
    shown = repr(Settings(tianditu_key="SECRET", carto_key="SECRET", tiles_url=f"{OWN}?k=SECRET"))
    assert "SECRET" not in shown


@pytest.mark.parametrize("tiles", TILES.values(), ids=TILES)
def test_every_set_is_fetched_safely_and_credited(tiles):
    assert all(url.startswith("https://") and "{z}" in url for url in tiles.urls)
    assert all(("{s}" in url) == bool(tiles.subdomains) for url in tiles.urls)
    assert all(credit.text and credit.url.startswith("https://") for credit in tiles.credits)
    assert tiles.credits


def test_only_amap_is_shifted():
    assert [tiles.name for tiles in TILES.values() if tiles.datum is not Datum.WGS84] == ["amap"]
    assert TILES["amap"].datum is Datum.GCJ02


def test_own_tiles_have_their_datum_and_credit():
    settings = Settings(tiles=CUSTOM, tiles_url=OWN, tiles_datum="gcj02", tiles_attribution="<b>We</b>")
    tiles = usable_tiles(settings)[CUSTOM]
    assert (tiles.urls, tiles.datum, tiles.credits[0].text) == ((OWN,), Datum.GCJ02, "<b>We</b>")
    assert usable_tiles(Settings(tiles_url=OWN))[CUSTOM].credits == ()


@pytest.mark.parametrize(
    "url", ["tiles/{z}/{x}/{y}", "javascript:{z}{x}{y}", "https://h/{z}/{x}", "https://h/{z}/{x}/{y}/{key}"]
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url):
    with pytest.raises(UsageError, match="CHARGING_TILES_URL must be like") as refused:
        usable_tiles(Settings(tiles_url=url))
    assert url not in str(refused.value)


def test_a_datum_no_tile_grid_has_is_refused():
    with pytest.raises(UsageError, match="CHARGING_TILES_DATUM must be wgs84 or gcj02, found 'bd09'"):
        usable_tiles(Settings(tiles_url=OWN, tiles_datum="bd09"))


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ("custom", "set CHARGING_TILES_URL"),
        ("tianditu", "set CHARGING_TIANDITU_KEY"),
        ("dark_matter", "set CHARGING_CARTO_KEY"),
        ("google", "must be one of none, osm, .*, found 'google'"),
    ],
)
def test_a_choice_that_cannot_be_shown_says_what_is_missing(chosen, says):
    with pytest.raises(UsageError, match=says):
        usable_tiles(Settings(tiles=chosen))


@pytest.mark.parametrize("chosen", CHOICES)
def test_every_choice_can_be_made_and_all_but_none_leaves_the_others(chosen):
    usable = usable_tiles(Settings(tiles=chosen, tianditu_key="k", carto_key="k", tiles_url=OWN))
    assert [*usable] == ([] if chosen == NONE else [*TILES, CUSTOM])
