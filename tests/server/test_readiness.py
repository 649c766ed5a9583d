"""Health as programs ask for it: alive, and able to show the dataset."""

import asyncio
import json

import pytest
from server.conftest import Asked, make_gate

from charging.errors import DatasetError
from charging.server.readiness import CHECKED_FOR_S, Readiness


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_as_json_by_whatever_name_it_is_asked(edge, path, method):
    asked = edge(opened=lambda: {"dataset": "shenzhen"})
    assert asked(path, method=method, headers=[]) == 200
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["cache-control"] == "no-store"
    assert (asked.text == "") == (method == "HEAD")


def test_a_server_is_ready_when_its_dataset_opens(edge):
    asked = edge(opened=lambda: {"dataset": "shenzhen"})
    asked("/readyz")
    assert json.loads(asked.text) == {"ready": True, "dataset": "shenzhen"}


@pytest.mark.parametrize("error", [DatasetError("/srv/v2 is damaged"), OSError(13, "denied", "/srv")])
def test_a_dataset_that_does_not_open_is_told_without_a_path_and_logged_once(edge, error, caplog):
    clock = Clock()

    def broken():
        raise error

    asked = edge(readiness=Readiness(broken, clock))
    for _ in range(3):
        assert asked("/readyz") == 503
        clock.now += 2 * CHECKED_FOR_S
    told = json.loads(asked.text)
    assert told["ready"] is False
    assert "/srv" not in asked.text
    assert len(caplog.records) == 1
    assert asked("/healthz") == 200


def test_whoever_asks_often_makes_one_look(edge):
    looks, clock = [], Clock()
    asked = edge(readiness=Readiness(lambda: looks.append(1) or {}, clock))

    async def many():
        await asyncio.gather(*(Asked(gate).answer("/readyz") for _ in range(20)))

    gate = make_gate(readiness=Readiness(lambda: looks.append(1) or {}, clock))
    asyncio.run(many())
    assert len(looks) == 1
    clock.now += CHECKED_FOR_S
    assert asked("/readyz") == 200
    assert len(looks) == 2


def test_a_server_about_to_stop_is_not_ready(edge):
    readiness = Readiness(dict)
    asked = edge(readiness=readiness)
    assert asked("/readyz") == 200
    readiness.is_draining = True
    assert asked("/readyz") == 503
    assert "about to stop" in asked.text
    assert asked("/healthz") == 200
