"""The figures of the server, read as a collector reads them."""

import re
import sys
import threading
import urllib.error
import urllib.request

import pytest
from browser.live import free_port, started

from charging.addresses import Endpoint
from charging.errors import UsageError
from charging.server.metrics import CONTENT_TYPE, METRICS, Gauge, Metrics
from charging.server.metrics_listener import telling
from charging.settings import Settings

SAMPLE = re.compile(r"([a-z_]+)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}


def parsed(text):
    """Return families by name, each as its kind and its samples: (name, labels, value)."""
    *lines, end, rest = text.split("\n")
    assert (end, rest) == ("# EOF", "")
    families, name = {}, None
    for line in lines:
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in families
            families[name] = (kind, [])
        elif line.startswith("# UNIT "):
            assert name.endswith("_" + line.split(" ")[3])
        elif line.startswith("# "):
            assert line.startswith(f"# HELP {name} ")
        else:
            sample, labels, value = SAMPLE.fullmatch(line).groups()
            kind, samples = families[name]
            assert sample.removeprefix(name) in SUFFIXES[kind], line
            found = dict(LABEL.findall(labels or ""))
            assert len(labels or "") == len(",".join(f'{key}="{text}"' for key, text in found.items()))
            samples.append((sample, found, float(value)))
    return families


def values(families, name):
    return {tuple(labels.values()): value for _, labels, value in families[name][1]}


def test_a_server_that_has_done_nothing_tells_so():
    families = parsed(Metrics().text())
    assert values(families, "charging_imports") == {(): 0}
    assert families["charging_errors"] == ("counter", [])


def test_durations_are_counted_up_to_each_bound():
    metrics = Metrics()
    for seconds in (0.005, 0.006, 0.3, 60):
        metrics.answered("totals", seconds)
    kind, samples = parsed(metrics.text())["charging_answer_seconds"]
    assert kind == "histogram"
    buckets = {labels["le"]: count for name, labels, count in samples if name.endswith("_bucket")}
    assert (buckets["0.005"], buckets["0.01"], buckets["0.5"], buckets["10.0"], buckets["+Inf"]) == (
        1,
        2,
        3,
        3,
        4,
    )
    assert [*buckets.values()] == sorted(buckets.values())
    told = {name: value for name, labels, value in samples if "le" not in labels}
    assert told == {"charging_answer_seconds_count": 4, "charging_answer_seconds_sum": pytest.approx(60.311)}


def test_errors_requests_and_imports_are_counted():
    metrics = Metrics()
    metrics.failed(ValueError("of nobody's concern"))
    metrics.requested("page", 200)
    metrics.requested("page", 200)
    metrics.imported()
    families = parsed(metrics.text())
    assert values(families, "charging_errors") == {("ValueError",): 1}
    assert values(families, "charging_requests") == {("page", "200"): 2}
    assert values(families, "charging_imports") == {(): 1}
    assert "concern" not in metrics.text()


def test_a_name_with_anything_in_it_breaks_no_line():
    metrics = Metrics()
    metrics.show(Gauge("charging_x", 'a "b"\nc', lambda: [({"dataset": 'a"} 1\n\\ 站'}, 1)]))
    (_, labels, value) = parsed(metrics.text())["charging_x"][1][0]
    assert (labels, value) == ({"dataset": r"a\"} 1\n\\ 站"}, 1)


def test_many_who_count_at_once_lose_nothing():
    metrics = Metrics()
    threads = [
        threading.Thread(target=lambda: [metrics.answered("q", 0.1) for _ in range(1_000)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 'charging_answer_seconds_count{query="q"} 8000\n' in metrics.text()


def test_every_request_is_counted_by_what_it_asked_for(edge):
    before = METRICS.text()
    edge()("/nothing")
    assert 'kind="unknown",status="404"' in METRICS.text() != before


def test_the_listener_has_one_address_and_says_so():
    with telling(Metrics().text, Endpoint("127.0.0.1", 0)) as port:
        url = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{url}/metrics") as answer:  # noqa: S310  our own
            assert answer.headers["Content-Type"] == CONTENT_TYPE
            assert answer.headers["Server"] == "charging"
            assert parsed(answer.read().decode())
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{url}/")  # noqa: S310  our own


@pytest.mark.parametrize("wrong", ["9464", "127.0.0.1", "127.0.0.1:", "[::1]", "http://x:1", "a:99999"])
def test_what_is_no_endpoint_is_refused(wrong):
    with pytest.raises(UsageError, match="CHARGING_METRICS must be host:port"):
        Settings.from_environment({"CHARGING_METRICS": wrong})


@pytest.mark.endurance
def test_a_server_tells_its_figures_to_nobody_but_the_listener(tiny_dataset, tmp_path):
    port = free_port()
    given = {"DATASET": tiny_dataset.folder, "BUILD_DIR": tmp_path, "METRICS": f"127.0.0.1:{port}"}
    with started([sys.executable, "-m", "streamlit", "run", "dashboard.py"], **given) as (url, _):
        urllib.request.urlopen(f"{url}/_stcore/script-health-check").close()  # noqa: S310  runs the page
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            families = parsed(answer.read().decode())
        for path in ("/metrics", "/_stcore/metrics"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(url + path)  # noqa: S310  our own server
    assert values(families, "charging_requests")["core", "200"] >= 1
    assert (
        sum(count for name, _, count in families["charging_answer_seconds"][1] if name.endswith("_count")) > 0
    )
    [(_, labels, age_s)] = families["charging_dataset_age_seconds"][1]
    assert labels == {"dataset": "tiny"}
    assert 0 < age_s < 3_600
    assert {"charging_visits", "charging_connections", "charging_cache_bytes"} <= families.keys()
