"""A dataset of an older format, rewritten as its next version from what it stores."""

import logging
from dataclasses import fields
from pathlib import Path

from charging.dataset.columns import sort_table
from charging.dataset.manifest import Description
from charging.dataset.merging import whole_tables, write_merged
from charging.dataset.operator_naming import assign_operators
from charging.dataset.store import Dataset, open_dataset
from charging.domain.operators import load_operators
from charging.domain.schema import FORMAT_VERSION, PILES, STATIONS
from charging.errors import DatasetError

_log = logging.getLogger(__name__)


def is_outdated(dataset: Dataset) -> bool:
    """Whether a version was written in an older format."""
    return dataset.manifest.format_version < FORMAT_VERSION


def upgrade_dataset(folder: Path) -> Dataset:
    """Return the current version of a dataset in the present format, which is written where it is not there.

    Raises
    ------
    DatasetError
        If the dataset cannot be read, or the folder not be written.
    """
    dataset = open_dataset(folder)
    if not is_outdated(dataset):
        return dataset
    whole = whole_tables(dataset)
    stations, piles = (whole[spec.name].drop_columns(["operator_code"]) for spec in (STATIONS, PILES))
    stations, piles = assign_operators(stations, piles, load_operators())
    whole |= {STATIONS.name: sort_table(stations, STATIONS), PILES.name: sort_table(piles, PILES)}
    description = {spec.name: getattr(dataset.manifest, spec.name) for spec in fields(Description)}
    upgraded = write_merged(folder, whole, Description(**description))
    _log.info("Rewrote %(dataset)s in format %(format)d", {"dataset": dataset.name, "format": FORMAT_VERSION})
    return upgraded


def open_upgraded(folder: Path) -> Dataset:
    """Open a dataset in the present format if its folder can be written, else as it is.

    Raises
    ------
    DatasetError
        If the dataset cannot be read.
    """
    dataset = open_dataset(folder)
    if not is_outdated(dataset):
        return dataset
    try:
        return upgrade_dataset(folder)
    except DatasetError as error:
        _log.warning(
            "%(dataset)s stays in its old format, and operators the registry does not know stay unnamed"
            " (%(error)s)",
            {"dataset": dataset.name, "error": error},
        )
        return dataset
