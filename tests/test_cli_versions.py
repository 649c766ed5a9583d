"""The commands that list, change and remove what is kept."""

import json

import pytest

from charging.dataset.store import open_dataset, remember_dataset, versions_in
from charging.dataset.versions import write_version


@pytest.fixture
def versions(build_dir, tiny_built, tiny_description):
    """A second version of the tiny dataset; return the names of both."""
    write_version(build_dir / "tiny", tiny_built.tables, tiny_description)
    return versions_in(build_dir / "tiny")


def test_versions_are_listed_for_people_and_programs(run, versions):
    code, out, _ = run("versions", "tiny")
    assert code == 0
    assert [versions[0] in out, versions[1] in out, out.count("current")] == [True, True, 1]
    [told] = json.loads(run("versions", "--all", "--json")[1])["datasets"]
    assert [(each["version"], each["current"], each["stations"]) for each in told["versions"]] == [
        (versions[0], False, 12),
        (versions[1], True, 12),
    ]


@pytest.mark.parametrize("arguments", [(), ("tiny", "--all")])
def test_versions_are_listed_of_one_dataset_or_all(run, arguments):
    code, out, error = run("versions", *arguments)
    assert (code, out, "Expected the name of a dataset or --all" in error) == (2, "", True)


def test_a_rollback_says_what_is_current_now(run, build_dir, versions):
    code, out, _ = run("rollback", "tiny", "--json")
    assert (code, json.loads(out)) == (0, {"name": "tiny", "version": versions[0]})
    assert open_dataset(build_dir / "tiny").version.name == versions[0]


def test_a_version_is_removed_and_not_the_current_one(run, build_dir, versions):
    assert run("remove", "tiny", "--version", "2")[0] == 2
    code, out, _ = run("remove", "tiny", "--version", "1", "--json")
    assert (code, json.loads(out)["removed"]) == (0, versions[0])
    assert versions_in(build_dir / "tiny") == versions[1:]


def test_a_removed_dataset_that_was_opened_by_default_is_missed_and_not_replaced(run, build_dir):
    remember_dataset(build_dir, build_dir / "tiny")
    code, out, _ = run("remove", "tiny")
    assert (code, "opened by default" in out) == (0, True)
    assert not (build_dir / "tiny").exists()
    code, _, error = run("info")
    assert (code, "names the dataset 'tiny', which is not there" in error) == (1, True)


def test_nothing_is_removed_that_was_not_named(run, build_dir):
    assert [run(command)[0] for command in ("remove", "rollback")] == [2, 2]
    assert run("remove", "other")[0] == 1
    assert (build_dir / "tiny").exists()
