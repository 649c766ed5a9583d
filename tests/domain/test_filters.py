import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.domain.filters import FIELDS, MAX_POWER_KW, MAX_TEXT_LENGTH, Filters
from charging.domain.text_folding import fold_text
from charging.domain.vocabulary import Access, Connector, Current, Relation, Site, Status

PRINTABLE = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
PLAIN = st.text(PRINTABLE, min_size=1, max_size=20).map(str.strip).filter(lambda text: text != "")
SEARCHED = st.text(PRINTABLE, max_size=8).map(fold_text).filter(str.isprintable)
POWERS_KW = st.none() | st.floats(min_value=0, max_value=MAX_POWER_KW, exclude_min=True)

FILTERS = st.builds(
    Filters,
    operators=st.lists(PLAIN, max_size=3).map(tuple),
    relations=st.lists(st.sampled_from(Relation)).map(tuple),
    cities=st.lists(PLAIN, max_size=3).map(tuple),
    currents=st.lists(st.sampled_from(Current)).map(tuple),
    connectors=st.lists(st.sampled_from(Connector)).map(tuple),
    min_power_kw=POWERS_KW,
    statuses=st.lists(st.sampled_from(Status)).map(tuple),
    access=st.lists(st.sampled_from(Access)).map(tuple),
    sites=st.lists(st.sampled_from(Site)).map(tuple),
    opened_since=st.none() | st.dates(),
    text=SEARCHED,
    include_unknown=st.booleans(),
)


@pytest.mark.slow
@given(FILTERS)
def test_a_selection_reads_back_from_its_url(filters):
    reading = Filters.from_query(filters.to_query())
    assert reading == (filters, ())


@pytest.mark.slow
@given(st.dictionaries(st.text(), st.lists(st.text(), max_size=3)))
def test_a_foreign_query_selects_nothing(query):
    ours = {spec.key for spec in FIELDS}
    query = {key: values for key, values in query.items() if key not in ours}
    assert Filters.from_query(query) == (Filters(), ())


@pytest.mark.slow
@given(st.sampled_from(FIELDS), st.lists(st.text(max_size=2 * MAX_TEXT_LENGTH), max_size=3))
def test_every_value_is_either_read_or_named_as_a_problem(spec, values):
    reading = Filters.from_query({spec.key: values})
    left_out = {value for _, value in reading.problems}
    read = set(values) - left_out
    assert left_out <= set(values)
    assert not read or spec.name == "include_unknown" or spec.name in reading.filters.set_fields()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("operator", ""),
        ("operator", "   "),
        ("operator", "a\x00b"),
        ("city", "x" * (MAX_TEXT_LENGTH + 1)),
        ("current", "<script>alert(1)</script>"),
        ("current", "ac"),
        ("min_kw", "nan"),
        ("min_kw", "inf"),
        ("min_kw", "-7"),
        ("min_kw", "0"),
        ("min_kw", "1e9"),
        ("status", "unknown"),
        ("since", "yesterday"),
        ("since", "2024-02-30"),
        ("unknown", "perhaps"),
        ("q", "\u202e"),
    ],
)
def test_nonsense_is_named_and_the_rest_is_kept(key, value):
    rest = {"access": ["public"]}
    reading = Filters.from_query(rest | {key: [value]})
    assert reading == (Filters(access=(Access.PUBLIC,)), ((key, value),))


def test_a_list_keeps_what_can_be_read_in_it():
    reading = Filters.from_query({"status": ["fault", "broken", "offline"]})
    assert reading == (Filters(statuses=(Status.FAULT, Status.OFFLINE)), (("status", "broken"),))


def test_the_last_of_several_single_values_counts():
    assert Filters.from_query({"min_kw": ["60", "120"]}).filters.min_power_kw == 120


def test_equal_selections_are_one_key():
    one = Filters(operators=("xpeng", "nio"), text="  ＮＩＯ ", min_power_kw=0)
    same = Filters(operators=["nio", "nio", "xpeng"], text="nio")
    assert (one, hash(one)) == (same, hash(same))


def test_nothing_set_is_empty_in_every_form():
    assert Filters().is_empty
    assert Filters().to_query() == {}
    assert Filters(include_unknown=True).is_empty


def test_a_power_is_written_as_people_type_it():
    written = [Filters(min_power_kw=kw).to_query()["min_kw"] for kw in (120, 7.4, 0.5)]
    assert written == [["120"], ["7.4"], ["0.5"]]


def test_every_condition_has_one_key_and_every_key_one_condition():
    assert {spec.name for spec in FIELDS} == set(Filters.__dataclass_fields__)
    assert len({spec.key for spec in FIELDS}) == len(FIELDS)


def _say(key):
    return {
        "filter.sentence": "Stations with {clauses}",
        "filter.everything": "All stations",
        "filter.and": "; ",
        "filter.or": " or ",
        "filter.clause.unknown": "or not known",
    }.get(key, key + (" {value}" if key.startswith("filter.clause.") else ""))


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        (Filters(), "All stations"),
        (Filters(include_unknown=True), "All stations"),
        (Filters(min_power_kw=120), "Stations with filter.clause.min_kw 120"),
        (
            Filters(currents=(Current.DC,), opened_since=dt.date(2024, 5, 1), include_unknown=True),
            "Stations with filter.clause.current current.DC; filter.clause.since 2024-05-01; or not known",
        ),
        (
            Filters(operators=("xpeng", "nio")),
            "Stations with filter.clause.operator operator.nio or operator.xpeng",
        ),
    ],
)
def test_the_sentence_names_every_condition(filters, sentence):
    assert filters.describe(_say) == sentence
