from types import SimpleNamespace

from endurance import sizes


def report(*, passed, seconds, told=()):
    name = "tests/endurance/test_versions.py::test_many_are_whole[5000]"
    return SimpleNamespace(nodeid=name, user_properties=told, passed=passed, duration=seconds)


def test_a_row_says_what_was_claimed_at_which_size_and_whether_it_held():
    told = [("size", "5,000"), ("found", "80 MB at most")]
    expected = ("many are whole", "5,000", "61", "80 MB at most", "pass")
    assert sizes.row(report(passed=True, seconds=61.2, told=told)) == expected
    assert sizes.row(report(passed=False, seconds=0.4)) == ("many are whole", "", "0", "", "FAIL")


def test_the_table_takes_the_place_of_the_one_before_and_the_rest_of_the_page_stays(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Benchmarks\n\nA table.\n", "utf-8")
    for claim in ("old", "new"):
        sizes.write_section([(claim, "5", "1", "", "pass")], page)
    text = page.read_text("utf-8")
    assert text.startswith("# Benchmarks\n\nA table.\n\n## Endurance\n")
    assert ("| new | 5 | 1 |  | pass |" in text, "old" in text) == (True, False)
