"""Which versions of a dataset stay: old ones are removed when nobody uses them, or on request.

What is removed gets a hidden name first, at once, so that nobody ever finds half of it; a removal that is
killed is finished by whoever writes there next. A version that anybody leases, in whatever process, stays.
"""

import logging
import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from charging.dataset.locks import LOCK, MAX_WAIT_S, claim, hold_lock
from charging.dataset.staging import age_s, unfinished_path
from charging.dataset.store import MANIFEST, current_version, versions_in
from charging.settings import Settings

_SECONDS_PER_HOUR = 3_600.0

_log = logging.getLogger(__name__)


def sweep_versions(folder: Path, settings: Settings) -> list[str]:
    """Remove old versions of a dataset and return their names.

    The newest versions, as many as `settings.kept_versions`, and the current one stay; those written in the
    last `settings.kept_hours`; and those that anybody uses, in this process or another.

    Raises
    ------
    DatasetError
        If it cannot be read which version is current; none is removed.
    """
    with hold_lock(folder / LOCK, wait_s=MAX_WAIT_S, what=f"{folder}"):
        names = versions_in(folder)
        kept = {*names[-settings.kept_versions :], current_version(folder)}
        oldest_s = settings.kept_hours * _SECONDS_PER_HOUR
        old = [name for name in names if name not in kept and age_s(folder / name) >= oldest_s]
        swept = [name for name in old if _remove(folder / name, [folder / name])]
    if swept:
        _log.info("Removed %(versions)s of %(folder)s", {"folder": folder, "versions": ", ".join(swept)})
    return swept


def _remove(path: Path, versions: Iterable[Path]) -> bool:
    """Remove a folder unless one of the versions in it is leased; tell whether it was."""
    with ExitStack() as claims:
        if not all(claims.enter_context(claim(version / MANIFEST)) for version in versions):
            return False
        hidden = unfinished_path(path.parent)
        path.rename(hidden)
        shutil.rmtree(hidden, ignore_errors=True)
    return True
