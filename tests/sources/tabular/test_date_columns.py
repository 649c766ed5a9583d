"""Days stay the days that are written, and times without a zone are in that of the table."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.sources.tabular.date_columns import DateColumn
from charging.sources.tabular.preset_schema import Layout

DAY = dt.date(2024, 1, 31)


def days(*texts, **layout):
    reader = DateColumn(Layout(**layout), "day")
    reader.observe(texts)
    return [reader(text).value for text in texts]


def time(text, **layout):
    value = DateColumn(Layout(**layout), "time")(text).value
    return value and value.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31",
        "2024-01-31T00:00:00+08:00",
        "2024-01-31 08:30:00+09:00",
        "2024-01-31T23:30:00-08:00",
        "2024-01-31T00:00:00Z",
        "2024-01-31 10:00:00 UTC",
        "20240131",
        "2024年1月31日",
        "2024年01月31号 08:30",
        "2024/1/31",
        "2024.01.31 12:00",
        "31.01.2024",
        "45322",
        "45322.75",
        "45322,75",
        "1706659200",
        "1706659200000",
        "1706659200000000",
    ],
)
def test_a_day_is_read_in_every_usual_form_and_in_its_own_zone(text):
    assert days(text) == [DAY]


@pytest.mark.parametrize("text", ["2024", "2024-01", "0", "22", "99999999999", "2024-02-30", "soon", "99999"])
def test_what_is_no_day_is_reported(text):
    assert DateColumn(Layout(), "day")(text) == (None, (text,), ())


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["01/02/2024", "13/02/2024"], [dt.date(2024, 2, 1), dt.date(2024, 2, 13)]),
        (["01/02/2024", "02/13/2024"], [dt.date(2024, 1, 2), dt.date(2024, 2, 13)]),
        (["01/02/2024", "03/03/2024"], [None, dt.date(2024, 3, 3)]),
        (["01/02/2024", "13/02/2024", "02/13/2024"], [None, dt.date(2024, 2, 13), dt.date(2024, 2, 13)]),
    ],
)
def test_day_and_month_are_told_apart_by_the_column(texts, expected):
    assert days(*texts) == expected


def test_the_format_of_the_preset_goes_before_all_others():
    assert days("01.02.24", "20240131", date_formats=("%m.%d.%y", "%Y%m%d")) == [dt.date(2024, 1, 2), DAY]
    assert days("01/02/2024", date_formats=("%d.%m.%Y",)) == [None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31 08:00:00", "2024-01-31T00:00:00+00:00"),
        ("2024-01-31T08:00:00+02:00", "2024-01-31T06:00:00+00:00"),
        ("2024-01-31T08:00:00Z", "2024-01-31T08:00:00+00:00"),
        ("2024年1月31日 08:00", "2024-01-31T00:00:00+00:00"),
        ("45322.5", "2024-01-31T04:00:00+00:00"),
        ("1706659200", "2024-01-31T00:00:00+00:00"),
    ],
)
def test_a_time_without_a_zone_is_in_that_of_the_table(text, expected):
    assert time(text, timezone="Asia/Shanghai") == expected


def test_without_a_zone_anywhere_a_time_is_in_utc():
    assert time("2024-01-31 08:00:00") == "2024-01-31T08:00:00+00:00"


def test_a_moment_in_utc_is_on_the_day_of_the_zone_of_the_table():
    assert days("2024-01-30T16:00:00Z", "2024-01-31T00:00:00Z", timezone="Asia/Shanghai") == [DAY, DAY]
    assert days("2024-01-31T00:00:00Z", timezone="America/New_York") == [DAY]


@given(st.text("0123456789-/.:年月日 TZ+,", max_size=24))
def test_no_text_is_more_than_not_understood(text):
    for gives in ("day", "time"):
        value, unread, _ = DateColumn(Layout(timezone="Asia/Tokyo"), gives)(text)
        assert (value is None) is bool(unread)


@given(st.dates(dt.date(1971, 1, 1), dt.date(2098, 12, 31)))
def test_a_day_survives_every_way_to_write_it(day):
    serial = (day - dt.date(1899, 12, 30)).days
    texts = [day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", str(serial)]
    assert days(*texts) == [day] * len(texts)
