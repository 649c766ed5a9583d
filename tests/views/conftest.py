"""Held against every test of the page: an answer is shared by all who ask, and nobody changes it."""

import io
import pickle

import pandas as pd
import pytest

from charging.views.caching import Answers


class _Content(pickle.Pickler):
    """Writes tables as what they hold, without what pandas remembers beside it."""

    def reducer_override(self, value):
        if isinstance(value, pd.Series | pd.Index):
            return list, ([str(value.dtype), value.name, *value.astype(object)],)
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
            asked.setdefault(id(answer), (answer, content(answer)))
            return answer

        return ask_and_remember

    for way in ("ask", "ask_both"):
        monkeypatch.setattr(Answers, way, watched(getattr(Answers, way)))
    yield
    assert [answer for answer, before in asked.values() if content(answer) != before] == []
