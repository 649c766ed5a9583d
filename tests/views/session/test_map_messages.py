"""What a browser sends in the place of the map's messages does no harm, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.hexes import cell_from_text
from charging.views.session import state
from charging.views.session.visit import Selection

CELL = "85283473fffffff"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PROPERTIES = st.fixed_dictionaries({"kind": JSON | st.sampled_from(["hex", "station", "area"]), "id": JSON})
MESSAGES = JSON | st.fixed_dictionaries(
    {
        "last_object_clicked_count": JSON | st.integers(),
        "last_active_drawing": JSON | st.fixed_dictionaries({"properties": JSON | PROPERTIES}),
    }
)


class Visit:
    """Stands for what a visit remembers."""

    clicks = selection = None


@pytest.fixture
def clicked(monkeypatch):
    """Return what is selected after a message of the map."""

    def _clicked(message):
        monkeypatch.setattr(state, "visit", Visit())
        monkeypatch.setattr(state, "widget_value", lambda _: message)
        return state.selection()

    return _clicked


def click(kind, found, count=1):
    drawn = {"properties": {"kind": kind, "id": found}}
    return {"last_object_clicked_count": count, "last_active_drawing": drawn}


@pytest.mark.parametrize(
    ("kind", "found"), [("station", "tiny:bj-1"), ("area", "G6-1-out"), ("hex", CELL), ("station", "x" * 500)]
)
def test_a_click_selects_what_it_was_on(clicked, kind, found):
    assert clicked(click(kind, found)) == Selection(kind, found)


@pytest.mark.parametrize(
    ("kind", "found"),
    [("hex", "zzz"), ("hex", ""), ("hex", "f" * 9_999), ("town", "x"), (None, "x"), ([], "x")]
    + [("station", value) for value in (None, 1, [], {}, "x" * 20_000)],
)
def test_a_click_on_what_no_map_draws_selects_nothing(clicked, kind, found):
    assert clicked(click(kind, found)) is None


def test_every_message_is_survived(clicked):
    @given(MESSAGES)
    def survives(message):
        found = clicked(message)
        assert found is None or found.kind in ("hex", "station", "area")
        if found and found.kind == "hex":
            cell_from_text(found.id)

    survives()
