"""What the tests of the page in this process share.

Held against every one: an answer is shared by all who ask, and nobody changes it.
"""

import functools
import io
import pickle

import pandas as pd
import pytest
from streamlit.components.v2 import manifest_scanner

from charging.views.session.caching import Answers


class _Content(pickle.Pickler):
    """Writes tables as what they hold, without what pandas remembers beside it."""

    def reducer_override(self, value):
        if isinstance(value, pd.Series | pd.Index):
            values = value.to_numpy() if value.dtype.kind in "biufM" else value.tolist()
            return list, ([str(value.dtype), value.name, values],)
        if isinstance(value, pd.DataFrame):
            return list, ([value.index, *value.items()],)
        return NotImplemented


def content(answer):
    written = io.BytesIO()
    _Content(written).dump(answer)
    return written.getvalue()


@pytest.fixture(autouse=True)
def _answers_stay_as_they_were(monkeypatch):
    asked = {}

    def watched(ask):
        def ask_and_remember(*args, **kwargs):
            answer = ask(*args, **kwargs)
            if id(answer) not in asked:  # which keeps it, and with it its id
                asked[id(answer)] = answer, content(answer)
            return answer

        return ask_and_remember

    for way in ("ask", "ask_both"):
        monkeypatch.setattr(Answers, way, watched(getattr(Answers, way)))
    yield
    assert [answer for answer, before in asked.values() if content(answer) != before] == []


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once():
    """Remember Streamlit's search for components: `AppTest` reads all installed packages for each page."""
    with pytest.MonkeyPatch.context() as patched:
        found = functools.cache(manifest_scanner.scan_component_manifests)
        patched.setattr(manifest_scanner, "scan_component_manifests", found)
        yield
