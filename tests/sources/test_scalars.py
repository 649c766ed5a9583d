"""Texts and times of foreign records."""

import datetime as dt

import pytest

from charging.sources.scalars import in_utc, read_iso_time, read_text


@pytest.mark.parametrize("value", [None, "", " \t", True, False, [], {"text": "a"}])
def test_what_is_no_text_is_not_known(value):
    assert read_text(value) is None


@pytest.mark.parametrize(("value", "text"), [(" a b ", "a b"), (0, "0"), (12.5, "12.5")])
def test_a_text_loses_the_blanks_around_it_and_a_number_becomes_text(value, text):
    assert read_text(value) == text


def test_a_time_with_a_zone_is_turned_to_utc_and_one_without_is_in_it():
    noon = dt.datetime(2024, 6, 6, 12, tzinfo=dt.UTC)
    for text in ("2024-06-06T12:00:00", "2024-06-06T12:00:00Z", "2024-06-06T20:00:00+08:00"):
        found = read_iso_time(text)
        assert (found, found.tzinfo) == (noon, dt.UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "9999-12-31T23:00:00-02:00"])
def test_what_is_no_time_is_not_known(text):
    assert read_iso_time(text) is None


def test_a_time_beyond_the_calendar_overflows():
    with pytest.raises(OverflowError):
        in_utc(dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8))))
