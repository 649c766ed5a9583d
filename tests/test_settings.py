from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from charging.errors import UsageError
from charging.server_settings import ServerSettings
from charging.settings import Settings


def test_what_is_not_set_keeps_its_default():
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({"STATION_LIMIT": "1", "CHARGING_OTHER": "x"}) == Settings()


def test_every_setting_is_read_as_the_type_of_its_default():
    given = {
        "CHARGING_DATASET": "shenzhen",
        "CHARGING_BUILD_DIR": "/srv/charging",
        "CHARGING_STATION_LIMIT": "800",
        "CHARGING_MEMORY_LIMIT_MB": "50",
        "CHARGING_TILES": "none",
        "CHARGING_UPLOADS": "off",
        "CHARGING_UPLOAD_LIMIT_MB": "20",
    }
    assert Settings.from_environment(given) == Settings(
        dataset="shenzhen",
        build_dir=Path("/srv/charging"),
        station_limit=800,
        memory_limit_mb=50,
        tiles="none",
        uploads="off",
        upload_limit_mb=20,
    )


@pytest.mark.parametrize("raw", ["", "many", "1.5", "1e3"])
def test_what_is_no_number_is_refused_by_name(raw):
    with pytest.raises(UsageError, match="CHARGING_STATION_LIMIT must be a whole number"):
        Settings.from_environment({"CHARGING_STATION_LIMIT": raw})


@pytest.mark.parametrize(
    ("variable", "raw", "said"),
    [
        ("CHARGING_UPLOADS", "off ", "one of on, off"),
        ("CHARGING_UPLOADS", "no", "one of on, off"),
        ("CHARGING_UPLOAD_LIMIT_MB", "0", "at least 1"),
    ],
)
def test_what_a_setting_cannot_be_is_refused_by_name(variable, raw, said):
    with pytest.raises(UsageError, match=f"{variable} must be {said}"):
        Settings.from_environment({variable: raw})


@pytest.mark.parametrize(
    ("variable", "meant"),
    [("CHARGING_STATION_LIMT", "CHARGING_STATION_LIMIT"), ("CHARGING_TILE", "CHARGING_TILES")],
)
def test_a_variable_that_is_nearly_a_setting_is_refused_with_the_nearest(variable, meant):
    with pytest.raises(UsageError, match=rf"{variable} is no known key \(did you mean '{meant}'\?\)"):
        Settings.from_environment({variable: "1"})


def test_every_wrong_setting_is_named_at_once_and_no_secret_is_told():
    wrong = {"CHARGING_STATION_LIMIT": "x", "CHARGING_UPLOADS": "y", "CHARGING_CARTO_KEYS": "s3cret"}
    with pytest.raises(UsageError) as refused:
        Settings.from_environment(wrong)
    assert [name for name in wrong if name not in str(refused.value)] == []
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_means(name):
    assert Settings.model_fields[name].description


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().tiles = "none"


FIELDS = st.sampled_from([*Settings.model_fields])


@given(st.dictionaries(FIELDS.map(lambda name: f"charging_{name}"), st.text(max_size=5)))
def test_a_command_reads_the_variables_as_pydantic_settings_does(variables):
    assert Settings.values_in(variables) == ServerSettings.values_in(variables)


def test_the_server_has_the_settings_of_every_run():
    environment = {"CHARGING_TILES": "none", "CHARGING_STATION_LIMIT": "800"}
    of_server, of_run = (each.from_environment(environment) for each in (ServerSettings, Settings))
    assert of_server.model_dump() == of_run.model_dump()
    with pytest.raises(UsageError, match="CHARGING_UPLOADS must be one of on, off"):
        ServerSettings.from_environment({"CHARGING_UPLOADS": "no"})
