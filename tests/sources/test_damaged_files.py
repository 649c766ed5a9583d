"""Every reader, given bytes of any kind and whole files with a few changes."""

import random

import pytest
from examples import OF_EACH
from fuzzing.mutations import mutated
from fuzzing.targets import TARGETS, attempt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ANY_FOLDER = [HealthCheck.function_scoped_fixture]


@pytest.mark.parametrize("name", TARGETS)
def test_the_files_that_are_changed_are_read_as_they_are(tmp_path, name):
    assert any(attempt(TARGETS[name], tmp_path, seed) for seed in TARGETS[name].seeds)


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=OF_EACH, suppress_health_check=ANY_FOLDER)
@given(content=st.binary(max_size=300))
def test_no_bytes_raise_anything_but_an_error_of_the_project(tmp_path, name, content):
    attempt(TARGETS[name], tmp_path, content)


@pytest.mark.endurance
@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=OF_EACH, suppress_health_check=ANY_FOLDER)
@given(data=st.data())
def test_no_change_of_a_file_raises_anything_but_an_error_of_the_project(tmp_path, name, data):
    content = data.draw(st.sampled_from(TARGETS[name].seeds))
    attempt(TARGETS[name], tmp_path, mutated(content, random.Random(data.draw(st.integers(0, 2**32)))))  # noqa: S311
