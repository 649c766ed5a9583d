"""A dataset of which one source is read anew: the rows of the others are kept as they were built."""

from dataclasses import replace

import pytest

from charging.dataset.building.build import Builder
from charging.dataset.report import MAX_EXAMPLES, ImportReport, Tally, UnresolvedOperator
from charging.domain.geography import CityIndex, load_cities
from charging.domain.operators import load_operators
from charging.sources.records import Reason, Rejection


@pytest.fixture
def builder():
    return Builder(registry=load_operators(), cities=CityIndex(load_cities()))


def test_rows_that_are_kept_are_those_that_were_built(builder, tiny_built):
    builder.keep(tiny_built.tables, report=tiny_built.report, sources=tiny_built.sources)
    built = builder.finish()
    assert built.tables == tiny_built.tables
    assert (built.report, built.sources) == (tiny_built.report, tiny_built.sources)


@pytest.mark.slow
def test_kept_parts_make_what_they_make_together(builder, build, tiny_records, tiny_source):
    *stations, one_side, other_side = tiny_records
    one = build([*stations[:4], one_side, other_side])
    two = build(stations[4:], source=replace(tiny_source, source="other"))
    whole = Builder(registry=load_operators(), cities=CityIndex(load_cities()))
    for part, records in ((one, [*stations[:4], one_side, other_side]), (two, stations[4:])):
        builder.keep(part.tables, report=part.report, sources=part.sources)
        (rows,) = part.sources
        whole.add(records, source=rows.info, retrieved_at=rows.retrieved_at)
    kept, together = builder.finish(), whole.finish()
    assert kept.tables == together.tables
    assert (kept.report, kept.sources) == (together.report, together.sources)


def report(**given):
    counts = dict.fromkeys(
        ("rows_read", "stations", "service_areas", "piles", "stations_without_pile_count"), 0
    )
    return ImportReport(**counts | given)


def frozen(tally):
    return tally.report(stations=0, service_areas=0, piles=0, stations_without_pile_count=0)


def test_the_counts_of_kept_reports_are_added():
    first, both = Tally(), Tally()
    for number in range(MAX_EXAMPLES):
        first.reject(Rejection(reason=Reason.MALFORMED, record_id=str(number)))
    for _ in range(2):
        both.keep(frozen(first))
    (finding,) = frozen(both).rejections
    assert (finding.count, len(finding.examples)) == (2 * MAX_EXAMPLES, MAX_EXAMPLES)


def test_operators_that_a_kept_report_does_not_list_are_counted():
    tally = Tally()
    listed = UnresolvedOperator(text="Nobody", stations=2, piles=3)
    for _ in range(2):
        tally.keep(report(unresolved=(listed,), unresolved_operators=7))
    found = frozen(tally)
    assert found.unresolved == (UnresolvedOperator(text="Nobody", stations=4, piles=6),)
    assert found.unresolved_operators == 1 + 6 + 6
