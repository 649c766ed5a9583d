"""The page for people who use a keyboard, a screen reader, or cannot tell faint text from its ground."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from browser.live import PHONE, in_chromium
from playwright.sync_api import expect

pytestmark = [*in_chromium, pytest.mark.endurance]

SHANGHAI = "at=31.2300,121.4700,12"
READERS = [("light", "en-GB"), ("dark", "zh-CN")]
NEEDS_REPAIR = {"serious", "critical"}
MAX_TABS = 60

# the focused element, inside shadow roots too; the key of its widget; whether it shows that it has the focus
_FOCUS = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const style = getComputedStyle(at);
  const outer = at.getRootNode().host ?? at;
  const place = outer.closest("[class*=st-key-]")?.className.match(/st-key-([a-z_]+)/)?.[1];
  return { tag: at.tagName, place, isRinged: style.outlineStyle !== "none" || style.boxShadow !== "none" };
}"""


def findings(seen):
    """Return what axe-core finds serious or critical in the page and the map's frame, one line each."""
    for frame in (seen.page.main_frame, seen.map) if seen.map_loads else (seen.page.main_frame,):
        frame.evaluate(AXE_SCRIPT)
    found = seen.page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]} | {node['failureSummary']}"
        for rule in found
        if rule["impact"] in NEEDS_REPAIR
        for node in rule["nodes"]
    ]


def focus_after_tabs(seen, is_there):
    """Press Tab until the focus is where it is wanted, and return what was passed on the way."""
    passed = []
    for _ in range(MAX_TABS):
        seen.page.keyboard.press("Tab")
        passed.append(seen.page.evaluate(_FOCUS))
        if is_there(passed[-1]):
            return passed
    return pytest.fail("\n".join(map(str, passed)))


@pytest.mark.parametrize(("theme", "locale"), READERS)
def test_the_map_view_keeps_nobody_out(visit, theme, locale):
    seen = visit(color_scheme=theme, locale=locale).open(SHANGHAI, shows="station")
    seen.page.locator(".stDataFrame").first.wait_for()
    assert findings(seen) == []
    seen.click("station")
    seen.panel.locator(".details").wait_for()
    seen.rest()
    assert findings(seen) == []
    seen.page.locator(".st-key-layers button").first.click()
    seen.page.locator(".st-key-layer button").first.wait_for()
    seen.rest()
    assert findings(seen) == []


@pytest.mark.parametrize(("theme", "locale"), READERS)
def test_the_data_view_keeps_nobody_out(visit, theme, locale):
    seen = visit(color_scheme=theme, locale=locale)
    seen.page.goto(f"{seen.server}/?view=data")
    seen.page.locator(".stDataFrame").first.wait_for()
    seen.page.locator(".figures").wait_for()
    assert findings(seen) == []


def test_tab_leads_from_the_search_to_the_table_where_a_row_is_chosen_and_left_by_keyboard_alone(visit):
    seen = visit().open(SHANGHAI, shows="station")
    seen.page.locator(".stDataFrame").first.wait_for()
    seen.page.locator(".st-key-finding input").wait_for()
    seen.rest()
    passed = focus_after_tabs(seen, lambda focus: focus["tag"] == "CANVAS")
    places = dict.fromkeys("map" if focus["tag"] == "IFRAME" else focus["place"] for focus in passed)
    wanted = ["finding", "q", "operator", "current", "page", "language", "measure", "detail", "layers", "map"]
    assert [place for place in places if place in wanted] == wanted
    rings = [focus for focus in passed if focus["tag"] in ("A", "BUTTON", "SUMMARY", "MAIN", "DIV")]
    assert [focus for focus in rings if not focus["isRinged"]] == []  # the focus is seen
    seen.page.keyboard.press("ArrowDown")
    seen.page.keyboard.press("Shift+Space")
    seen.panel.locator(".details").wait_for()
    seen.page.keyboard.press("Escape")
    seen.panel.get_by_text("In view").wait_for()
    assert seen.map_loads == 1


def test_a_chinese_browser_in_the_dark_has_a_dark_chinese_page_whose_map_is_named_and_shows_the_focus(visit):
    seen = visit(color_scheme="dark", locale="zh-CN").open()
    seen.page.get_by_text("充电地图", exact=True).wait_for()
    seen.page.wait_for_function("() => document.documentElement.lang === 'zh'")
    assert seen.map.evaluate("document.querySelector('.leaflet-container').dataset.theme") == "dark"
    focus_after_tabs(seen, lambda focus: focus["tag"] == "IFRAME")
    outline = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert seen.map.evaluate(outline) == "solid"
    name = seen.map.locator(".leaflet-container").get_attribute("aria-label")
    assert seen.map.frame_element().get_attribute("aria-label") == name


def test_a_table_offers_no_download_without_licence_and_kind(visit):
    seen = visit().open(SHANGHAI, shows="station")
    seen.page.locator(".stDataFrame").first.hover()
    tools = seen.page.locator("[data-testid=stElementToolbar]").first.get_by_role("button")
    expect(tools.first).to_be_visible()
    names = [tool.get_attribute("aria-label") for tool in tools.all()]
    assert not any(name.startswith("Download") for name in names)


def test_a_phone_shows_the_data_view_without_sideways_scrolling(visit):
    seen = visit(**PHONE)
    seen.page.goto(f"{seen.server}/?view=data")
    seen.page.locator(".figures").wait_for()
    assert seen.page.evaluate("document.scrollingElement.scrollWidth") <= 390
