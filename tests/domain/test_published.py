import datetime as dt

import pytest

from charging.domain.operators import load_operators
from charging.domain.published import (
    LAUNCHED_ON,
    Qualifier,
    figure_on,
    history,
    launch_figures,
    load_figures,
)
from charging.errors import SchemaError

HEADER = "as_of,subject,measure,value,qualifier,unit,source,document,note\n"


def test_the_launch_figures_are_those_of_the_press():
    figures = [(figure.measure, figure.value, figure.qualifier) for figure in launch_figures("network")]
    assert figures == [
        ("piles", 1_020_000, Qualifier.AT_LEAST),
        ("operators", 13, Qualifier.EXACT),
        ("dc_piles", 800_000, Qualifier.AT_LEAST),
        ("cities", 365, Qualifier.EXACT),
        ("service_area_share", 88.1, Qualifier.EXACT),
    ]


@pytest.mark.parametrize(("partner", "piles"), [("nio", 14_000), ("xpeng", 9_000), ("li_auto", 6_000)])
def test_a_carmakers_figure_counts_piles_and_says_why_not_stations(partner, piles):
    for day in (dt.date(2024, 12, 25), LAUNCHED_ON):
        figure = figure_on(partner, "piles", day)
        assert (figure.value, figure.unit, figure.as_of) == (piles, "piles", day)
        assert "not stations" in figure.note


@pytest.mark.parametrize(
    ("day", "piles"),
    [
        (dt.date(2024, 12, 31), None),
        (dt.date(2025, 1, 27), 1_020_000),
        (dt.date(2025, 4, 27), 1_020_000),
        (dt.date(2025, 4, 28), 1_260_000),
        (dt.date(2026, 1, 1), 1_400_000),
    ],
)
def test_a_figure_holds_until_the_next_is_published(day, piles):
    figure = figure_on("network", "piles", day)
    assert (figure and figure.value) == piles


def test_nothing_is_known_of_a_subject_nobody_wrote_about():
    assert figure_on("nobody", "piles") is None
    assert launch_figures("nobody") == ()


def test_a_history_tells_every_claim_of_one_measure_in_order():
    claims = [(str(figure.as_of), figure.value, figure.unit) for figure in history("network", "piles")]
    assert claims == [
        ("2025-01-27", 1_020_000, "piles"),
        ("2025-04-28", 1_260_000, "piles"),
        ("2025-07-09", 1_400_000, "piles"),
    ]
    assert history("network", "nothing") == history("nobody", "piles") == ()


def test_all_four_dates_are_there():
    assert sorted({str(figure.as_of) for figure in load_figures()}) == [
        "2024-12-25",
        "2025-01-27",
        "2025-04-28",
        "2025-07-09",
    ]


def test_no_figure_is_given_twice():
    keys = [(figure.as_of, figure.subject, figure.measure) for figure in load_figures()]
    assert len(set(keys)) == len(keys)


def test_the_opened_piles_of_the_carmakers_add_up():
    parts = [figure_on(partner, "piles", LAUNCHED_ON).value for partner in ("nio", "xpeng", "li_auto")]
    assert sum(parts) == figure_on("carmakers", "piles").value
    assert all(partner in load_operators() for partner in ("nio", "xpeng", "li_auto"))


@pytest.mark.parametrize(
    "row",
    [
        "2025-13-01,network,piles,1,exact,piles,S,D,\n",
        "2025-01-01,network,piles,many,exact,piles,S,D,\n",
        "2025-01-01,network,piles,1,roughly,piles,S,D,\n",
        "2025-01-01,network,piles,1,exact,piles,,,\n",
    ],
    ids=["date", "value", "qualifier", "no source"],
)
def test_a_damaged_figure_is_refused(tmp_path, row):
    path = tmp_path / "published.csv"
    path.write_text(HEADER + row, encoding="utf-8")
    with pytest.raises(SchemaError):
        load_figures(path)
