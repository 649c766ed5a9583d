"""The report in a real browser: it opens from a file without a network, and prints on A4."""

import io
import re
from zipfile import ZipFile

import pytest
from browser.live import PHONE, in_chromium

pytestmark = [*in_chromium, pytest.mark.endurance]

A4_PT = {(595, 842), (842, 595)}


@pytest.fixture
def taken(visit):
    """Press a button of the report; return the name and the bytes of the file."""

    def _taken(button, query, **options):
        seen = visit(**options).open(query)
        name, file = seen.download(seen.page.locator(f".st-key-{button} button:visible"))
        return name, file.read_bytes()

    return _taken


def sheets(page):
    """Print the page; return the size of each sheet in points."""
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def test_the_report_opens_alone_and_prints_on_a4(taken, alone):
    name, data = taken("report_page", "view=coverage&lang=en&operator=nio&operator=teld")
    assert name.startswith("simulated")
    page, asked, trouble = alone(data)
    text = page.locator("body").inner_text()
    assert all(
        part in text for part in ("Coverage", "NIO", "licence: MIT", "Simulated network", "operator=nio")
    )
    cells = page.evaluate(
        "[...document.querySelectorAll('svg path[fill-opacity]')]"
        ".reduce((sum, path) => sum + path.getAttribute('d').split('M').length - 1, 0)"
    )
    assert cells > 100
    page.emulate_media(media="print")
    assert page.locator("h1").bounding_box()["y"] < 60
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(sheets(page)) > 1
    assert set(sheets(page)) <= A4_PT
    assert (asked, trouble) == ([page.url], [])


def test_from_the_dark_chinese_page_it_is_as_light(taken, alone):
    dark = {"color_scheme": "dark", "locale": "zh-CN"}
    _, data = taken("report_page", "view=coverage&topic=leaving&lang=zh", **dark)
    page, _, trouble = alone(data)
    assert "模拟网络" in page.locator("header").inner_text()
    fills = page.evaluate(
        "[...document.querySelectorAll('svg path[fill-opacity]')].map(p => p.getAttribute('fill'))"
    )
    assert "#4b2a7b" in fills  # all lost, in the light theme
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble == []


def test_on_a_phone_the_tables_come_as_a_zip(taken):
    name, data = taken("report_zip", "view=coverage&topic=leaving&lang=en", **PHONE)
    assert name.startswith("simulated")
    with ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert all(name.startswith("simulated") for name in names)
        assert sum(name.endswith(".csv") for name in names) == 2
        assert "Simulated" in archive.read(names[0]).decode()
