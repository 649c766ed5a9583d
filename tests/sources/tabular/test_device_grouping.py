"""Sites of columns, held against putting together one record after the other."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.dataset.building.record_validation import stations_of
from charging.domain.vocabulary import Current, Datum
from charging.sources.records import PileRecord, Reason, Rejection, StationRecord
from charging.sources.tabular.device_grouping import merged
from charging.sources.tabular.preset_schema import Sites

FILLED = ("stated_piles", "name", "operator_raw", "city_raw", "updated_at")

piles = st.builds(
    lambda **given: PileRecord(**given),  # noqa: PLW0108  of a tuple, every field would be drawn
    pile_id=st.sampled_from([None, None, "A", "B", "C"]),
    current=st.sampled_from([None, Current.AC, Current.DC]),
    power_kw=st.sampled_from([None, 11.0, 22.0]),
    count=st.sampled_from([None, 0, 1, 2, 10**30]),
)
notes = st.lists(st.sampled_from([("access", "x"), ("power_kw", "schnell")]), max_size=2).map(tuple)
stations = st.builds(
    lambda **given: StationRecord(datum=Datum.WGS84, **given),
    source_id=st.sampled_from(["1", "2", "10", "ä"]),
    lat=st.sampled_from([0.0, -0.0, 52.5, 48.1]),
    lon=st.sampled_from([13.4, 2.3]),
    piles=st.lists(piles, max_size=3).map(tuple),
    stated_piles=st.sampled_from([None, 1, 2, 10**30]),
    name=st.sampled_from([None, "a", "b"]),
    operator_raw=st.sampled_from([None, "x", "y"]),
    opened_on=st.sampled_from([None, dt.date(2020, 1, 2), dt.date(2019, 5, 6)]),
    updated_at=st.sampled_from([None, dt.datetime(2020, 1, 2, tzinfo=dt.UTC)]),
    unmapped=notes,
    doubts=notes,
    rows=st.integers(1, 3),
)
rejections = st.builds(Rejection, reason=st.sampled_from(Reason), record_id=st.sampled_from(["1", None]))


def site_of(rows, sites):
    """Return one station of several rows: slow, and in the order of the rows."""
    named, alike, uncounted, twice, ids = [], {}, [], [], set()
    for pile in (pile for row in rows for pile in row.piles):
        if pile.pile_id is not None:
            twice += [("pile_id", pile.pile_id)] if pile.pile_id in ids else []
            named += [] if pile.pile_id in ids and sites.once else [pile]
            ids.add(pile.pile_id)
        elif pile.count is None:
            uncounted.append(pile)
        else:
            kind = (pile.current, pile.power_kw)
            alike[kind] = alike.get(kind, 0) + pile.count
    known = {name: [v for row in rows if (v := getattr(row, name)) is not None] for name in FILLED}
    if sites.adds and known["stated_piles"]:
        known["stated_piles"] = [sum(known["stated_piles"])]
    return rows[0]._replace(
        source_id=min((row.source_id for row in rows), key=lambda each: (len(each), each)),
        opened_on=min((row.opened_on for row in rows if row.opened_on), default=None),
        piles=(
            *named,
            *(PileRecord(current=c, power_kw=p, count=count) for (c, p), count in alike.items()),
            *uncounted,
        ),
        unmapped=tuple(pair for row in rows for pair in row.unmapped),
        doubts=(*(pair for row in rows for pair in row.doubts), *twice),
        rows=sum(row.rows for row in rows),
        **{name: values[0] if values else None for name, values in known.items()},
    )


@pytest.mark.slow
@given(
    parts=st.lists(st.lists(stations | rejections, max_size=6), max_size=3),
    same=st.sampled_from([("source_id",), ("operator_raw", "lat", "lon"), ("opened_on", "stated_piles")]),
    adds=st.sampled_from([(), ("stated_piles",)]),
    once=st.sampled_from([(), ("pile_id",)]),
)
def test_rows_of_a_site_become_what_one_after_the_other_makes_of_them(parts, same, adds, once):
    sites = Sites(same=same, adds=adds, once=once)
    records = [record for part in parts for record in part]
    gathered = {}
    for record in records:
        if isinstance(record, StationRecord):
            gathered.setdefault(tuple(getattr(record, name) for name in same), []).append(record)
    expected = [record for record in records if isinstance(record, Rejection)]
    expected += [site_of(rows, sites) for rows in gathered.values()]
    found = merged([stations_of(part) for part in parts], sites)
    assert [record for some in found for record in some.records()] == expected


def test_sites_are_handed_over_in_parts(monkeypatch):
    monkeypatch.setattr("charging.sources.tabular.device_grouping.SITES", 2)
    rows = [StationRecord(source_id=each, lat=1.0, lon=2.0, datum=Datum.WGS84) for each in "abcad"]
    found = list(merged([stations_of(rows)], Sites(same=("source_id",))))
    assert [[record.source_id for record in some.records()] for some in found] == [["a", "b"], ["c", "d"]]
