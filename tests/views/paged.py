"""What tests of the analysing views share: the page over a dataset, and what it says and draws."""

import json
import re
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

PAGE = Path(__file__).parents[2] / "dashboard.py"


def page_over(dataset, build_dir, monkeypatch):
    """Return the page over a dataset, not run yet."""
    monkeypatch.setenv("CHARGING_DATASET", str(dataset.folder))
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(build_dir))
    return AppTest.from_file(str(PAGE), default_timeout=60)


def opened(page, **query):
    """Open a link; a list stands for a key that occurs several times."""
    for key, value in query.items():
        page.query_params[key] = value
    return run(page)


def run(page):
    page.run()
    assert [error.message for error in page.exception] == []
    return page


def html(page):
    return unescape(" ".join(block.proto.body for block in page.get("html")))


def said(page):
    """Return the panel's labels with their values."""
    return dict(re.findall("<dt[^>]*>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", html(page)))


def captions(page):
    return " ".join(caption.value for caption in page.caption)


def tables(page):
    return [table.value for table in page.dataframe]


def texts(page):
    """Return all that the page says, but for the language switch and the definitions."""
    widgets = [*page.button, *page.multiselect, *page.selectbox, *page.pills, *page.segmented_control]
    labels = [text for widget in widgets for text in (widget.label, *getattr(widget, "options", ()))]
    cells = [str(rows.to_dict()) for rows in tables(page)]
    shown = [html(page), captions(page), *(text.value for text in page.markdown), *cells, *labels]
    return [text for text in shown if text != "中文"]


def layer(page, name):
    """Return what the map is told to draw in a layer; None where it is not drawn."""
    [component] = page.get("component_instance")
    script = json.loads(component.proto.json_args)["feature_group"]
    called = re.search(rf'charging\.{name}\([\w.]+, "\w+", ', script)
    return json.JSONDecoder().raw_decode(script, called.end())[0] if called else None


def link(page):
    """Return the query the page writes into the browser's address."""
    components = (component.proto for component in page.get("bidi_component"))
    [told] = [each.json for each in components if each.component_name.endswith("charging_address")]
    return json.loads(told)["query"]
