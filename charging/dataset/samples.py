"""Real networks that come with the project, for a first look without a file of one's own.

A sample is a table in our columns and the preset that reads it, both in `data/samples/`; where it comes from
and under which licence stands in the preset.
"""

from collections.abc import Callable
from pathlib import Path

from charging.dataset.store import Dataset
from charging.errors import UsageError
from charging.paths import DATA_DIR
from charging.validation import suggest

SAMPLES = DATA_DIR / "samples"


def sample_names() -> tuple[str, ...]:
    """Return the names of the samples there are."""
    return tuple(sorted(path.stem for path in SAMPLES.glob("*.toml")))


def dataset_name_of(sample: str) -> str:
    """Return the name of the dataset a sample becomes, by default: one that no file of the user's takes.

    Examples
    --------
    >>> dataset_name_of("shenzhen")
    'shenzhen-sample'
    """
    return f"{sample}-sample"


def import_sample(
    sample: str,
    *,
    build_dir: Path,
    name: str | None = None,
    into: Path | None = None,
    is_last: bool = True,
    progress: Callable[[float, str], object] | None = None,
) -> Dataset:
    """Make a dataset of a sample and return it; if it `is_last`, a dashboard opens it.

    Raises
    ------
    UsageError
        If there is no such sample, or the name is none a dataset can have.
    DatasetError
        If the dataset cannot be written.
    """
    if sample not in sample_names():
        known = sample_names()
        message = f"Expected a sample out of {', '.join(known)}, found {sample!r}{suggest(sample, known)}."
        raise UsageError(message)
    # here: the page offers samples before anybody imports anything
    from charging.dataset.pipeline import import_files, no_progress  # noqa: PLC0415

    return import_files(
        [SAMPLES / f"{sample}.csv"],
        build_dir=build_dir,
        preset=sample,
        own_presets=SAMPLES,
        name=name or (None if into else dataset_name_of(sample)),
        into=into,
        is_last=is_last,
        progress=progress or no_progress,
    )
