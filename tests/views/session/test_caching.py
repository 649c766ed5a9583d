"""Answers that are remembered, and what is logged of those that take long."""

import logging

import pytest

from charging.domain.filters import Filters
from charging.queries.totals import totals
from charging.settings import Settings
from charging.views.session import caching
from charging.views.session.caching import Answers, log_if_slow


@pytest.mark.parametrize(("seconds", "count"), [(0.9, 0), (1.5, 1)])
def test_an_answer_is_logged_from_a_second_on(caplog, seconds, count):
    with log_if_slow(totals, clock=iter([7.0, 7.0 + seconds]).__next__):
        pass
    assert len(caplog.records) == count
    for record in caplog.records:
        assert (record.levelname, record.getMessage()) == (
            "WARNING",
            "charging.queries.totals.totals took 1.5 s",
        )


def test_what_was_asked_stays_out_of_the_log(tiny_dataset, monkeypatch, caplog):
    monkeypatch.setattr(caching, "SLOW_S", -1.0)
    with caplog.at_level(logging.DEBUG):
        Answers(tiny_dataset, Settings()).ask(totals, Filters(text="private"))
    [record] = [record for record in caplog.records if record.name == "charging.views.session.caching"]
    assert record.args["query"] == "charging.queries.totals.totals"
    assert "private" not in caplog.text + str([record.__dict__ for record in caplog.records])
