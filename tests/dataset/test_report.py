import json

from charging.dataset.report import MAX_EXAMPLES, MAX_UNRESOLVED, MAX_VALUE_LENGTH, ImportReport, Tally
from charging.sources.records import Reason, Rejection


def report_of(tally, **taken):
    nothing = {"stations": 0, "service_areas": 0, "piles": 0, "stations_without_pile_count": 0}
    return tally.report(**nothing | taken)


def full_tally():
    tally = Tally()
    tally.rows_read = 3
    tally.reject(Rejection(reason=Reason.ZERO_COORDINATE, record_id="7", field="lat, lon", value="0.0, 1.0"))
    tally.contradict("stated_piles", "8", "3 stated, 4 in groups")
    tally.discard("power_kw", "9", -1.0)
    tally.unmapped((("status", "X"),))
    tally.unresolved("无名", 1, 6)
    tally.leave("a.zip", ["README.txt", "b.csv"])
    return tally


def test_a_report_survives_json():
    report = report_of(full_tally(), stations=2, piles=10)
    assert ImportReport.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_a_report_from_before_archives_were_looked_through_is_read():
    stored = report_of(Tally()).to_json()
    del stored["unread"]
    assert ImportReport.from_json(stored) == report_of(Tally())


def test_a_report_that_is_kept_names_each_unread_member_once():
    tally = Tally()
    for _ in range(2):
        tally.keep(report_of(full_tally()))
    assert [each.member for each in report_of(tally).unread] == ["README.txt", "b.csv"]


def test_examples_are_few_and_short_and_the_count_is_whole():
    tally = Tally()
    for number in range(20):
        tally.reject(Rejection(reason=Reason.MALFORMED, record_id=str(number), value="x" * 10_000))
    (finding,) = report_of(tally).rejections
    assert (finding.count, len(finding.examples)) == (20, MAX_EXAMPLES)
    assert {len(example.value) for example in finding.examples} == {MAX_VALUE_LENGTH}


def test_unresolved_operators_are_listed_by_size_and_all_counted():
    tally = Tally()
    for number in range(60):
        tally.unresolved(f"operator {number}", 1, number)
    report = report_of(tally)
    assert [operator.piles for operator in report.unresolved] == list(range(59, 59 - MAX_UNRESOLVED, -1))
    assert report.unresolved_operators == 60


def test_the_lines_say_what_occurred_and_nothing_else():
    assert len(list(report_of(Tally()).lines())) == 2
    text = "\n".join(report_of(full_tally()).lines())
    for words in (
        "Rejected 1: zero_coordinate",
        "'7' '0.0, 1.0'",
        "power_kw",
        "status 'X'",
        "'无名'",
        "a.zip: 'README.txt', 'b.csv'.",
    ):
        assert words in text


def test_lines_never_carry_control_characters_of_a_source():
    tally = Tally()
    tally.reject(Rejection(reason=Reason.MALFORMED, record_id="\x1b[2J", value="\x07"))
    assert "\x1b" not in "".join(report_of(tally).lines())
