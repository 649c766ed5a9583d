"""Pulling from OCPI peers: versions, tokens, pages, and what servers do wrong."""

import json

import pytest
from sync.conftest import OCPI
from sync.loopback import Reply, location

from charging.errors import SourceError

SEVEN = [f"ocpi-x:DE*ABC*L{number}" for number in range(7)]
VERSIONS, DETAILS = 1, 1  # requests before the first page
BEFORE = [None] * (VERSIONS + DETAILS)


@pytest.mark.slow
def test_the_highest_version_that_both_know_is_used(house, ocpi):
    ocpi.versions = ["2.1.1", "2.3.0", "3.0", "2.2.1"]
    house.sync()
    assert [asked.path for asked in ocpi.asked[:2]] == ["/versions", "/2.3.0"]


def test_a_peer_without_a_known_version_is_refused_with_what_it_offers(house, ocpi):
    ocpi.versions = ["2.0", "3.0"]
    with pytest.raises(SourceError, match=r"2\.3\.0, 2\.2\.1, 2\.1\.1, found '2\.0, 3\.0'"):
        house.sync()


@pytest.mark.slow
@pytest.mark.parametrize("link", ["absolute", "relative", "empty", "none"])
@pytest.mark.parametrize("has_total", [True, False])
def test_every_page_is_read_once_however_the_next_is_told(house, ocpi, link, has_total):
    ocpi.link, ocpi.has_total = link, has_total
    assert house.sync().changes.opened == 7
    assert ocpi.pages_asked() == [0, 3, 6]
    assert house.ids() == SEVEN


@pytest.mark.slow
def test_a_full_last_page_without_link_and_total_is_followed_by_one_look(house, ocpi):
    ocpi.link, ocpi.has_total, ocpi.locations = "none", False, ocpi.locations[:6]
    assert house.sync().changes.opened == 6
    assert ocpi.pages_asked() == [0, 3, 6]


def test_a_link_that_leads_nowhere_gives_way_to_our_own_count(house, ocpi):
    ocpi.faults = [*BEFORE, None, Reply(b"no such page", 404)]
    assert house.sync().changes.opened == 7
    assert ocpi.pages_asked() == [0, 3, 3, 6]


@pytest.mark.slow
def test_a_dead_link_after_a_cut_begins_anew(house, ocpi):
    ocpi.faults = [*BEFORE, None, *[Reply(status=503)] * 5]
    with pytest.raises(SourceError):
        house.sync()
    ocpi.faults = [*BEFORE, Reply(status=404)]
    assert house.sync().changes.opened == 7


@pytest.mark.slow
@pytest.mark.parametrize("is_base64", [True, False])
def test_a_token_is_tried_in_both_forms_and_the_right_one_is_remembered(house, ocpi, is_base64):
    ocpi.is_base64, ocpi.token = is_base64, "plain-s3cret"
    environment = {"OCPI_TOKEN_X": ocpi.token}
    house.sync(environment=environment)
    refused = len(ocpi.asked)
    house.sync(environment=environment)
    assert refused == 5 + (not is_base64)
    assert len(ocpi.asked) - refused == 5


def test_a_wrong_token_is_told_and_not_shown_even_if_the_server_repeats_it(house, ocpi):
    ocpi.token = "another"  # noqa: S105  of this test
    with pytest.raises(SourceError, match=r"found 401 .*Check that the token") as caught:
        house.sync(environment={"OCPI_TOKEN_X": "plain-s3cret"})
    assert "s3cret" not in str(caught.value)
    assert "cGxhaW4tczNjcmV0" not in str(caught.value)
    assert [asked.path for asked in ocpi.asked] == ["/versions"] * 2


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again_later_each_time(house, ocpi, status):
    ocpi.faults = [Reply(status=status)] * 3
    assert house.sync().changes.opened == 7
    first, second, third = house.pauses
    assert 0.5 <= first <= 1 <= second <= 2 <= third <= 4


@pytest.mark.slow
def test_a_server_is_left_alone_as_long_as_it_asks(house, ocpi):
    ocpi.faults = [Reply(status=429, headers=(("Retry-After", "7"),))]
    house.sync()
    assert house.pauses == [7.0]


def test_a_server_that_asks_for_an_hour_is_not_waited_for(house, ocpi):
    ocpi.faults = [Reply(status=503, headers=(("Retry-After", "3600"),))]
    with pytest.raises(SourceError, match="come back in 3,600 s"):
        house.sync()
    assert house.pauses == []


@pytest.mark.slow
def test_a_cut_line_is_tried_again(house, ocpi):
    ocpi.faults = [*BEFORE, lambda asked: ocpi.answer(asked)._replace(cut_after=100)]
    assert house.sync().changes.opened == 7


@pytest.mark.slow
@pytest.mark.parametrize(
    "garbage",
    [b"", b"<html>It works!</html>", b'{"data": [{"id": "L0", ', b'{"data": null}', b'{"status_code": 1000}'],
)
def test_garbage_is_asked_for_again_and_then_told(house, ocpi, garbage):
    ocpi.faults = [*BEFORE, Reply(garbage)]
    assert house.sync().changes.opened == 7
    ocpi.faults = [*BEFORE, *[Reply(garbage)] * 3]
    with pytest.raises(SourceError, match=r"/list: expected an OCPI answer, found"):
        house.sync(is_full=True)


@pytest.mark.slow
def test_a_server_error_inside_a_good_answer_is_asked_again(house, ocpi):
    part = ocpi.envelope([location(50)], code=3000)
    ocpi.faults = [*BEFORE, part]
    house.sync()
    assert house.ids() == SEVEN


def test_a_refusal_inside_a_good_answer_is_told_at_once_and_logged(house, ocpi, caplog):
    ocpi.faults = [*BEFORE, ocpi.envelope([], code=2001)]
    with pytest.raises(SourceError, match="status_code 2001"):
        house.sync()
    assert house.pauses == []
    assert caplog.messages == ["x refused with status_code 2001 ('None')"]


def test_a_server_that_repeats_its_first_page_is_found_out(house, ocpi):
    ocpi.locations = [location(number) for number in range(30)]
    always_first = [
        lambda asked: ocpi.page(asked.query | {"offset": "0"})._replace(
            headers=(("Link", f'</list?offset={len(ocpi.asked)}>; rel="next"'),)
        )
    ] * 20
    ocpi.faults = [*BEFORE, *always_first]
    with pytest.raises(SourceError, match="3 pages in a row"):
        house.sync()
    assert len(ocpi.pages_asked()) == 4


def test_a_link_in_a_circle_is_found_out(house, ocpi):
    first = Reply(ocpi.envelope([location(1)]).body, headers=(("Link", '</list?offset=1>; rel="next"'),))
    second = Reply(ocpi.envelope([location(2)]).body, headers=(("Link", '</list?offset=1>; rel="next"'),))
    ocpi.faults = [*BEFORE, first, second]
    with pytest.raises(SourceError, match="one that was read before"):
        house.sync()


@pytest.mark.slow
def test_locations_removed_while_paging_hide_no_other(house, ocpi):
    def remove_first(_asked):
        ocpi.locations = ocpi.locations[1:]  # L3 moves to the first page, which was read

    ocpi.faults = [*BEFORE, None, remove_first]
    house.sync()
    assert set(SEVEN[1:]) <= set(house.ids())
    assert ocpi.pages_asked() == [0, 3, 2, 5]


@pytest.mark.slow
def test_a_peer_that_sends_less_than_it_announces_closes_nothing(house, ocpi):
    house.sync()
    ocpi.locations = ocpi.locations[:5]
    more = ("X-Total-Count", "6")
    ocpi.faults = [
        *BEFORE,
        *[
            lambda asked: ocpi.page(asked.query)._replace(
                headers=(*(pair for pair in ocpi.page(asked.query).headers if pair[0] == "Link"), more)
            )
        ]
        * 3,
    ]
    done = house.sync(is_full=True)
    assert (done.is_sure, done.changes.closed) == (False, 0)
    assert house.ids() == SEVEN


@pytest.mark.slow
def test_an_empty_full_pull_closes_nothing(house, ocpi):
    house.sync()
    ocpi.locations = []
    with pytest.raises(SourceError, match="at least one station from a full pull"):
        house.sync(is_full=True)
    assert house.ids() == SEVEN


@pytest.mark.slow
def test_an_incremental_pull_asks_since_the_latest_change_it_saw(house, ocpi):
    ocpi.locations[4]["last_updated"] = "2026-03-04T05:06:07.890Z"
    house.sync()
    ocpi.asked.clear()
    assert house.sync().pulled == 1
    assert ocpi.asked[-1].query["date_from"] == "2026-03-04T05:06:07Z"


@pytest.mark.slow
def test_a_time_in_the_far_future_does_not_hide_what_changes_until_then(house, ocpi):
    ocpi.locations[4]["last_updated"] = "2099-01-01T00:00:00Z"
    house.sync()
    house.sync()
    assert ocpi.asked[-1].query["date_from"] == "2026-01-01T00:00:00Z"


def test_an_older_record_does_not_replace_a_newer_one(house, ocpi):
    ocpi.locations.append(location(1, name="Old", last_updated="2025-01-01T00:00:00Z"))
    house.sync()
    assert "Old" not in {row["name"] for row in house.rows()}


@pytest.mark.slow
def test_a_pull_that_was_cut_goes_on_where_it_stopped(house, ocpi):
    ocpi.faults = [*BEFORE, None, *[Reply(status=503)] * 5]
    with pytest.raises(SourceError):
        house.sync()
    ocpi.asked.clear()
    assert house.sync().changes.opened == 7
    assert ocpi.pages_asked() == [3, 6]


@pytest.mark.slow
def test_a_peer_that_moved_is_pulled_in_full_from_its_beginning(house, ocpi):
    house.sync()
    ocpi.faults = [*BEFORE, *[Reply(status=503)] * 5]
    with pytest.raises(SourceError):
        house.sync(is_full=True)
    house.describe("x", OCPI.format(base=ocpi.base.replace("127.0.0.1", "localhost")))
    ocpi.base = ocpi.base.replace("127.0.0.1", "localhost")
    ocpi.locations, ocpi.asked = ocpi.locations[4:], []
    done = house.sync()
    assert (done.is_full, done.changes.closed, ocpi.pages_asked()) == (True, 4, [0])


@pytest.mark.slow
def test_a_pull_after_the_days_set_is_full(house, ocpi):
    path = house.folder / "peers" / "x.toml"
    path.write_text(path.read_text("utf-8") + "full_every_days = 0\n", "utf-8")
    house.sync()
    ocpi.locations = ocpi.locations[1:]
    assert house.sync().changes.closed == 1


@pytest.mark.slow
def test_ids_of_2_1_1_get_the_party_of_the_description(house, ocpi):
    path = house.folder / "peers" / "x.toml"
    path.write_text(path.read_text("utf-8") + 'country_code = "NL"\nparty_id = "XYZ"\n', "utf-8")
    for each in ocpi.locations[1:]:
        del each["country_code"], each["party_id"]
    house.sync()
    assert house.ids() == ["ocpi-x:DE*ABC*L0", *(f"ocpi-x:NL*XYZ*L{number}" for number in range(1, 7))]


@pytest.mark.slow
def test_records_that_are_none_are_counted_and_the_others_taken(house, ocpi):
    ocpi.locations[2:4] = [{"last_updated": "2026-01-01"}, location(3, publish=False)]
    done = house.sync()
    assert (done.pulled, done.stations, done.rejected) == (7, 5, 2)


def camel(value):
    """Return JSON with the names of its members in camelCase, the first letter large too."""
    if isinstance(value, list):
        return [camel(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name.title().replace("_", ""): camel(inner) for name, inner in value.items()}


@pytest.mark.slow
def test_a_peer_that_writes_its_names_in_camel_case_is_pulled_as_others_are(house, ocpi, monkeypatch):
    house.sync()
    expected = house.rows(), house.rows("piles")
    plain = ocpi.answer
    house.describe("y", OCPI.format(base=ocpi.base))
    monkeypatch.setattr(ocpi, "answer", lambda asked: in_camel_case(plain(asked)))
    house.sync("y")
    found = house.rows(dataset="y"), house.rows("piles", dataset="y")
    assert [*map(without_clock, found)] == [*map(without_clock, expected)]


def without_clock(rows):
    return [
        {name: str(value).replace("-y", "-x") for name, value in row.items() if name != "retrieved_at"}
        for row in rows
    ]


def in_camel_case(reply):
    return reply._replace(body=json.dumps(camel(json.loads(reply.body))).encode())


@pytest.mark.slow
def test_the_latest_change_of_a_peer_in_camel_case_is_known(house, ocpi):
    ocpi.locations = [camel(location(number)) for number in range(3)]
    plain = ocpi.page
    ocpi.page = lambda _query: ocpi.envelope(ocpi.locations)
    house.sync()
    house.sync()
    ocpi.page = plain
    assert [asked.query.get("date_from") for asked in ocpi.asked if asked.path == "/list"][-1] == (
        "2026-01-01T00:00:00Z"
    )


@pytest.mark.slow
def test_an_error_in_camel_case_is_an_error(house, ocpi):
    ocpi.faults = [*BEFORE, in_camel_case(ocpi.envelope([], code=2001))]
    with pytest.raises(SourceError, match="status_code 2001"):
        house.sync()


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrap", [lambda data: {"items": data}, lambda data: {each["id"]: each for each in data}]
)
def test_the_forms_that_an_import_reads_are_pulled_too(house, ocpi, wrap):
    ocpi.page = lambda _query: ocpi.envelope(wrap(ocpi.locations))
    house.sync()
    assert house.ids() == SEVEN
