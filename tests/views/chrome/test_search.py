"""The search field and the favourites in this process: what they are told, and where they send the page."""

import json

import pytest
from views.paged import page_over

from charging.queries.engine import Engine
from charging.queries.search import HitKind, find_hits
from charging.views.chrome import search
from charging.views.elements.texts import LANGUAGES, Texts
from charging.views.mapview import favourites
from charging.views.session import state, visit


@pytest.fixture
def page(tiny_dataset, tmp_path, monkeypatch):
    """The page over the tiny world, complete: its first run brings the map alone."""
    return page_over(tiny_dataset, tmp_path, monkeypatch).run().run()


def told(page, key):
    """Return what a component of the page is given; None where it is not shown."""
    for component in page.get("bidi_component"):
        if component.proto.id.endswith(f"-{key}"):
            return json.loads(component.proto.json)
    return None


def flown(page):
    [component] = page.get("component_instance")
    script = json.loads(component.proto.json_args)["feature_group"]
    _, found, rest = script.partition("charging.flyTo(")
    return json.loads(rest[rest.index("{") : rest.index("}") + 1]) if found else None


@pytest.mark.slow
def test_nothing_is_found_before_anything_is_sought(page):
    assert [error.message for error in page.exception] == []
    assert told(page, search.KEY)["hits"] == []
    assert flown(page) is None


@pytest.mark.slow
def test_a_text_brings_its_hits_to_the_field(page, monkeypatch):
    monkeypatch.setattr(search, "sought_text", lambda: "北京")
    page.run()
    hits = told(page, search.KEY)["hits"]
    assert (hits[0]["title"], hits[0]["other"], hits[0]["label"]) == ("Beijing", "北京市", "City")
    assert hits[1]["key"] == "station:tiny:bj-2"


@pytest.mark.slow
def test_a_flight_goes_to_the_map_with_every_answer_under_one_token(page):
    page.session_state["flight"] = visit.Flight(state.View(34.0, 108.0, 11.0), "a-token")
    flights = [flown(page.run()) for _ in range(2)]
    assert flights == [{"lat": 34.0, "lon": 108.0, "zoom": 11.0, "token": "a-token"}] * 2


@pytest.mark.slow
def test_the_star_knows_its_station(page):
    page.session_state["selection"] = visit.Selection("station", "tiny:bj-1")
    station = told(page.run(), "star")["station"]
    assert station["name"] == "NIO Power Station Tiananmen"
    assert (station["station_id"], station["dataset"], station["lat"]) == ("tiny:bj-1", "tiny", 39.9087)


@pytest.fixture
def session(monkeypatch):
    """A visit's memory, without a page."""

    class Session(dict):
        __getattr__ = dict.__getitem__
        __setattr__ = dict.__setitem__

    memory = Session(selection=None, flight=None, page="data", operator=[])
    monkeypatch.setattr(visit.st, "session_state", memory)
    return memory


def chose(session, tiny_dataset, text):
    engine = Engine(tiny_dataset, memory_limit_mb=100)
    hits = find_hits(engine, text)
    engine.close()
    session[search.KEY] = type("Result", (), {"chosen": hits[0].key})
    search.choose_hit(hits)


def test_a_city_is_flown_to(session, tiny_dataset):
    chose(session, tiny_dataset, "beijing")
    assert session.flight.view == (39.9075, 116.3972, 11.0)


def test_an_operator_becomes_the_condition_and_the_map_stays(session, tiny_dataset):
    chose(session, tiny_dataset, "蔚来")
    assert (session.operator, session.flight) == (["nio"], None)


def test_a_station_is_selected_and_flown_to(session, tiny_dataset):
    chose(session, tiny_dataset, "tiananmen")
    assert session.selection == ("station", "tiny:bj-1")
    assert session.flight.view == (39.9087, 116.3975, 15.0)


def test_two_flights_to_one_place_are_two(session):
    tokens = set()
    for _ in range(2):
        state.fly_to(39.9, 116.4, 11.0)
        tokens.add(session.flight.token)
    assert len(tokens) == 2


def test_what_was_not_found_cannot_be_chosen(session):
    session[search.KEY] = type("Result", (), {"chosen": "city:610100"})
    search.choose_hit(())
    assert session.flight is None


def favourite(**given):
    return {"station_id": "tiny:bj-1", "lat": 39.9, "lon": 116.4, "dataset": "tiny"} | given


def went(session, wanted):
    session[favourites.KEY] = type("Result", (), {"go": wanted})
    favourites.go_to_favourite("tiny")
    return session.selection, session.flight and session.flight.view[:2]


def test_a_favourite_is_selected_and_flown_to(session):
    assert went(session, favourite()) == (("station", "tiny:bj-1"), (39.9, 116.4))
    assert session.page == visit.PageName.MAP


def test_of_another_dataset_only_the_place_is_shown(session):
    assert went(session, favourite(dataset="other")) == (None, (39.9, 116.4))


@pytest.mark.parametrize(
    "wanted", [None, "x", 3, {}, favourite(lat="x"), favourite(lon=1e9), favourite(lat=None)]
)
def test_what_is_no_favourite_goes_nowhere(session, wanted):
    assert went(session, wanted) == (None, None)


def test_every_kind_of_hit_has_a_name_and_a_place_to_go_or_is_an_operator():
    for language in LANGUAGES:
        assert all(Texts(language)(f"finding.{kind}") for kind in HitKind)
    assert {*HitKind} - {*search.ZOOMS} == {HitKind.OPERATOR}
