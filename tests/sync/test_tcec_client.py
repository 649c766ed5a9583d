"""Pulling from T/CEC 102 peers: tokens, pages, statuses."""

import datetime as dt
from dataclasses import replace

import pytest
from sync.loopback import KEYS, Reply, station_info

from charging.domain.vocabulary import Status
from charging.errors import SourceError

FIVE = [f"tcec102-x:395815801*S{number}" for number in range(5)]


def asked(tcec, method):
    return [data for name, data in tcec.queries if name == method]


@pytest.mark.slow
def test_stations_and_statuses_come_into_the_dataset(house, tcec):
    tcec.codes = {"G0": 1, "G1": 255}
    done = house.sync()
    assert house.ids() == FIVE
    assert (done.changes.opened, done.asked_statuses) == (5, 5)
    statuses = {row["station_id"][-2:]: row["status"] for row in house.rows("piles")}
    assert statuses == {"S0": Status.AVAILABLE, "S1": Status.FAULT} | dict.fromkeys(
        ("S2", "S3", "S4"), "charging"
    )


@pytest.mark.slow
@pytest.mark.usefixtures("tcec")
def test_statuses_have_the_time_they_were_asked_for(house):
    begun = dt.datetime.now(dt.UTC).replace(microsecond=0)
    house.sync()
    assert all(begun <= row["status_at"] <= dt.datetime.now(dt.UTC) for row in house.rows())


@pytest.mark.slow
def test_a_status_that_is_not_told_keeps_its_old_time(house, tcec):
    house.sync()
    before = {row["station_id"]: row["status_at"] for row in house.rows()}
    tcec.query_station_status = lambda _data: {"StationStatusInfos": []}
    assert house.sync().asked_statuses == 0
    assert {row["station_id"]: row["status_at"] for row in house.rows()} == before


@pytest.mark.slow
def test_statuses_are_asked_for_fifty_stations_at_a_time(house, tcec):
    tcec.infos, tcec.size = [station_info(number) for number in range(101)], 40
    assert house.sync().asked_statuses == 101
    assert [len(data["StationIDs"]) for data in asked(tcec, "query_station_status")] == [50, 50, 1]


@pytest.mark.slow
def test_a_change_of_status_alone_changes_no_station(house, tcec):
    house.sync()
    tcec.codes = {"G2": 1}
    assert house.sync().changes == (0, 0, 0, 1)


@pytest.mark.slow
def test_a_full_pull_finds_what_opened_changed_and_closed(house, tcec):
    house.sync()
    tcec.infos = [*tcec.infos[1:], station_info(9)]
    tcec.infos[0] = station_info(1, StationName="改名站")
    assert house.sync(is_full=True).changes == (1, 1, 1, 0)


@pytest.mark.slow
def test_an_incremental_pull_asks_since_some_minutes_before_the_last(house, tcec):
    house.sync()
    house.sync()
    first, *_, last = asked(tcec, "query_stations_info")
    since = dt.datetime.strptime(last["LastQueryTime"] + "+0800", "%Y-%m-%d %H:%M:%S%z")
    assert first["LastQueryTime"] == ""
    assert dt.timedelta(minutes=9) < dt.datetime.now(dt.UTC) - since < dt.timedelta(minutes=12)


@pytest.mark.slow
def test_one_token_serves_until_it_is_refused(house, tcec):
    tcec.faults = [None, None, lambda _: tcec.query_token({"OperatorSecret": tcec.operator_secret})]
    house.sync()
    assert len(asked(tcec, "query_token")) == 2
    assert house.ids() == FIVE


@pytest.mark.slow
@pytest.mark.parametrize(("lasts", "tokens"), [(0.0001, 4), (7200, 1), (1_732_000_000_000, 1), (0, 1)])
def test_a_token_is_renewed_when_its_time_is_over(house, tcec, lasts, tokens):
    tcec.lasts = lasts
    house.sync()
    assert len(asked(tcec, "query_token")) >= tokens
    assert (tokens > 1) or len(asked(tcec, "query_token")) == 1


def test_a_refused_secret_is_told_and_logged(house, tcec, caplog):
    tcec.operator_secret = "another"  # noqa: S105  of this test
    with pytest.raises(SourceError, match="refused with FailReason '2'"):
        house.sync()
    assert caplog.messages == ["x refused a token with FailReason '2'"]


@pytest.mark.slow
def test_a_busy_peer_is_asked_again(house, tcec):
    tcec.faults = [None, lambda _: tcec.sealed({}, 500), lambda _: tcec.sealed({}, -1)]
    house.sync()
    assert house.ids() == FIVE


@pytest.mark.parametrize(("code", "meaning"), [(4001, "wrong signature"), (4003, "not permitted")])
def test_a_refusal_is_told_with_its_meaning_and_logged(house, tcec, caplog, code, meaning):
    tcec.faults = [None, lambda _: tcec.sealed({}, code)]
    with pytest.raises(SourceError, match=f"query_stations_info with Ret 0, found {code}, {meaning}"):
        house.sync()
    assert caplog.messages == [f"x refused query_stations_info with Ret {code}: 'ok'"]


def test_an_answer_signed_by_another_is_refused(house, tcec):
    tcec.signs_with = replace(KEYS, sig_secret="a stranger's")  # noqa: S106  of this test
    with pytest.raises(SourceError, match="query_token: Expected an answer signed"):
        house.sync()


@pytest.mark.slow
@pytest.mark.parametrize("garbage", [b"", b"<html>", b"[]", b'{"Ret": 0}'])
def test_garbage_is_refused_and_the_dataset_stays(house, tcec, garbage):
    house.sync()
    tcec.faults = [None, Reply(garbage)]
    with pytest.raises(SourceError):
        house.sync()
    assert house.ids() == FIVE


def test_a_peer_that_repeats_its_pages_is_found_out(house, tcec):
    first = tcec.query_stations_info({"PageNo": 1}) | {"PageCount": 99}
    tcec.query_stations_info = lambda _data: first
    with pytest.raises(SourceError, match="3 pages in a row"):
        house.sync()


@pytest.mark.slow
def test_stations_removed_while_paging_hide_no_other(house, tcec):
    def remove_first(_asked):
        tcec.infos = tcec.infos[1:]  # S2 moves to the first page, which was read

    tcec.faults = [None, None, remove_first]
    house.sync()
    assert set(FIVE[1:]) <= set(house.ids())


@pytest.mark.slow
def test_a_pull_that_was_cut_goes_on_at_its_page(house, tcec):
    tcec.faults = [None, None, *[Reply(status=503)] * 5]
    with pytest.raises(SourceError):
        house.sync()
    tcec.queries.clear()
    assert house.sync().changes.opened == 5
    assert [data["PageNo"] for data in asked(tcec, "query_stations_info")] == [2, 3]


@pytest.mark.slow
def test_stations_that_are_not_shown_are_not_asked_for(house, tcec):
    tcec.infos[0] = station_info(0, StationType=50)
    house.sync()
    assert asked(tcec, "query_station_status") == [{"StationIDs": ["S1", "S2", "S3", "S4"]}]
