"""What the metrics of the server tell of the page: visits, memory of caches, the dataset that is opened."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from charging.errors import ChargingError
from charging.server.metrics import Gauge, Sample
from charging.settings import Settings
from charging.views.session import visits


def gauges(settings: Settings) -> tuple[Gauge, ...]:
    """Return the gauges of the page."""
    return (
        Gauge("charging_visits", "Pages that are open", lambda: [({}, visits.open_visits())]),
        Gauge("charging_cache_bytes", "Memory of caches, estimated", _cache_bytes, "bytes"),
        Gauge("charging_upload_bytes", "Files that visitors left", _upload_bytes, "bytes"),
        Gauge(
            "charging_dataset_built_timestamp_seconds",
            "When the dataset was written",
            _built(settings),
            "seconds",
        ),
        Gauge("charging_dataset_age_seconds", "How old the dataset is", _age(settings), "seconds"),
    )


def _cache_bytes() -> Iterator[Sample]:
    from charging.views.session.engines import memory  # noqa: PLC0415  with it comes duckdb

    yield {"cache": "answers"}, memory.bytes


def _upload_bytes() -> Iterator[Sample]:
    yield {}, sum(visits.upload_bytes().values())


def _built(settings: Settings) -> Callable[[], Iterator[Sample]]:
    def read() -> Iterator[Sample]:
        for labels, built_at in _dataset(settings):
            yield labels, built_at.timestamp()

    return read


def _age(settings: Settings) -> Callable[[], Iterator[Sample]]:
    def read() -> Iterator[Sample]:
        for labels, built_at in _dataset(settings):
            yield {"dataset": labels["dataset"]}, (datetime.now(UTC) - built_at).total_seconds()

    return read


def _dataset(settings: Settings) -> Iterator[tuple[dict[str, str], datetime]]:
    """Yield name and version of the dataset that the page opens; nothing where it does not open."""
    from charging.dataset.store import find_dataset, open_dataset  # noqa: PLC0415  with it comes pyarrow

    try:
        folder = find_dataset(settings)
        if folder is None:
            return
        dataset = open_dataset(folder)
    except (ChargingError, OSError):  # what is wrong is told by /readyz and in the log
        return
    labels = {"dataset": folder.name, "version": dataset.version.name, "content": dataset.content_hash}
    yield labels, dataset.manifest.built_at
