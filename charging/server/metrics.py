"""What the server counts of itself, in the text of OpenMetrics 1.0.

Counted is what was asked of a dataset, by the name of the query, and never by whom or with which conditions.
"""

import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the durations counted together, in seconds."""

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(slots=True)
class _Durations:
    """How often something took how long."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Gauge:
    """What is read when somebody asks; `read` returns values with their labels."""

    name: str
    about: str
    read: Callable[[], Iterable[Sample]]
    unit: str = ""


class Metrics:
    """The figures of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, _Durations] = defaultdict(_Durations)
        self._errors: Counter[str] = Counter()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._imports = 0
        self._gauges: dict[str, Gauge] = {}

    def answered(self, kind: str, seconds: float) -> None:
        """Count an answer that was computed, by the name of its query."""
        with self._lock:
            durations = self._answers[kind]
            durations.counts[bisect_left(BUCKETS_S, seconds)] += 1
            durations.total_s += seconds

    def failed(self, error: BaseException) -> None:
        """Count an error that a script of the page did not expect, by its class."""
        with self._lock:
            self._errors[type(error).__name__] += 1

    def requested(self, kind: str, status: int) -> None:
        """Count a request, by what it asked for and how it was answered."""
        with self._lock:
            self._requests[kind, status] += 1

    def imported(self) -> None:
        """Count a dataset that a visitor has kept."""
        with self._lock:
            self._imports += 1

    def show(self, *gauges: Gauge) -> None:
        """Tell these too, in the place of others of their names."""
        self._gauges |= {gauge.name: gauge for gauge in gauges}

    def text(self) -> str:
        """Return all figures."""
        with self._lock:
            answers = {kind: (tuple(each.counts), each.total_s) for kind, each in self._answers.items()}
            errors, requests, imports = dict(self._errors), dict(self._requests), self._imports
        lines = _head("charging_answer_seconds", "histogram", "Answers computed, by query", "seconds")
        for kind, (counts, total_s) in sorted(answers.items()):
            lines += _histogram("charging_answer_seconds", {"query": kind}, counts, total_s)
        lines += _head("charging_errors", "counter", "Errors no script of the page expected, by class")
        lines += [_line("charging_errors_total", {"class": name}, n) for name, n in sorted(errors.items())]
        lines += _head("charging_requests", "counter", "Requests, by what was asked for and by status")
        for (kind, status), count in sorted(requests.items()):
            lines.append(_line("charging_requests_total", {"kind": kind, "status": str(status)}, count))
        lines += _head("charging_imports", "counter", "Datasets that visitors brought and kept")
        lines.append(_line("charging_imports_total", {}, imports))
        for gauge in self._gauges.values():
            lines += _head(gauge.name, "gauge", gauge.about, gauge.unit)
            lines += [_line(gauge.name, labels, value) for labels, value in gauge.read()]
        return "\n".join([*lines, "# EOF", ""])


METRICS = Metrics()
"""The figures of this process."""


def _histogram(name: str, labels: Labels, counts: Iterable[int], total: float) -> list[str]:
    lines, so_far = [], 0
    for bound, count in zip((*map(str, BUCKETS_S), "+Inf"), counts, strict=True):
        so_far += count
        lines.append(_line(f"{name}_bucket", {**labels, "le": bound}, so_far))
    return [*lines, _line(f"{name}_count", labels, so_far), _line(f"{name}_sum", labels, total)]


def _head(name: str, kind: str, about: str, unit: str = "") -> list[str]:
    lines = [f"# TYPE {name} {kind}", f"# UNIT {name} {unit}", f"# HELP {name} {_escaped(about)}"]
    return lines if unit else [lines[0], lines[2]]


def _line(name: str, labels: Labels, value: float) -> str:
    written = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{written}}} {value!r}" if written else f"{name} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
