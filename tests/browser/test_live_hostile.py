"""Names that try to be something else: everywhere they are text, and nothing in them runs."""

from urllib.parse import urlencode

import pytest
from browser.live import in_chromium, serving

from charging.dataset.manifest import Description
from charging.dataset.versions import write_version
from charging.domain.vocabulary import Current, Datum, Kind
from charging.sources.records import PileRecord, StationRecord

pytestmark = [*in_chromium, pytest.mark.endurance]

ATTACKS = (
    "<script>window.top.ran = 1</script>",
    "<img src=x onerror='window.top.ran = 2'>",
    "`;window.top.ran = 3;`",
    "${window.top.ran = 4}",
    "{{7*7}} {% raw %} {#",
    "</script><!-- '\"; window.top.ran = 5 //",
    "[x](javascript:top.ran=6) $x$ :red[y] ![](http://example.org/a.png)",
    "\u202e站电充 \u2066O'Neil\u2069\u2028end",
)
PLACE = (31.23, 121.47)
HEADED = "text => document.querySelector('.charging-tooltip .heading')?.textContent === text"
HERE = "at=31.2300,121.4700,12"


@pytest.fixture(scope="module")
def server(build, tmp_path_factory):
    stations = [
        StationRecord(
            source_id=f"{at}{attack}",
            name=attack,
            name_zh=attack,
            operator_raw=attack,
            address=attack,
            city_raw=attack,
            price=attack,
            url="javascript:top.ran=7",
            lat=PLACE[0],
            lon=PLACE[1] + 0.01 * (at - 3.5),
            datum=Datum.WGS84,
            piles=(PileRecord(current=Current.DC, count=10 + at),),
        )
        for at, attack in enumerate(ATTACKS)
    ]
    built = build(stations)
    description = Description(
        name="hostile",
        title=ATTACKS[1],
        kind=Kind.REAL,
        as_of="2024-12",
        sources=built.sources,
        report=built.report,
    )
    folder = tmp_path_factory.mktemp("build")
    write_version(folder / "hostile", built.tables, description)
    with serving(DATASET=folder / "hostile", BUILD_DIR=folder) as url:
        yield url


def nothing_ran(seen):
    return seen.page.evaluate("window.ran === undefined") and not seen.page.locator("img[src=x]").count()


def test_names_under_the_mouse_and_in_the_panel_and_the_title_of_the_dataset_are_text(visit):
    seen = visit().open(HERE, shows="station")
    for at, attack in enumerate(ATTACKS):
        point = seen.map.evaluate(
            "lon => map.latLngToContainerPoint([31.23, lon])", PLACE[1] + 0.01 * (at - 3.5)
        )
        seen.hover(point["x"], point["y"], HEADED, attack)
        assert seen.map.locator(".charging-tooltip .heading *").count() == 0
    assert nothing_ran(seen)
    clicked = seen.click("station")
    seen.panel.get_by_text(clicked).wait_for()
    attack = clicked.removeprefix("tiny:")[1:]
    assert seen.panel.locator(".panel-title").text_content() == attack
    details = seen.panel.locator(".details dd").all_text_contents()
    assert details.count(attack) == 3  # city, address, price
    hosts = [link.get_attribute("href").split(":")[0] for link in seen.panel.locator("a").all()]
    assert set(hosts) == {"https"}
    assert nothing_ran(seen)
    assert ATTACKS[1] in seen.page.locator(".badge.real").inner_text()
    seen.page.get_by_text("Data", exact=True).click()
    seen.page.get_by_text("Import report").wait_for()
    assert seen.page.locator(".view-title").inner_text() == ATTACKS[1]
    assert nothing_ran(seen)


def test_names_among_the_largest_of_a_cell_are_text(visit):
    seen = visit().open("at=31.2300,121.4700,7")
    seen.click("hex")
    seen.panel.get_by_text("Largest stations").wait_for()
    shown = seen.panel.inner_text()
    assert all(attack in shown for attack in ATTACKS[3:6])
    assert seen.panel.locator("a").count() == 0
    assert nothing_ran(seen)


def test_a_hostile_address_is_text(visit):
    seen = visit()
    query = {"operator": "<script>top.ran=1</script>", "q": '");top.ran=2;("', "current": "`${top.ran=3}`"}
    seen.page.goto(f"{seen.server}/?{urlencode(query)}")
    seen.page.get_by_text("<script>top.ran=1</script>").first.wait_for()
    assert nothing_ran(seen)
