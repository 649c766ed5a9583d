"""A pull from its beginning to its end: full or not, resumed or not, and what is gone when it is done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from charging.errors import SourceError
from charging.sync.journal import Journal, Pull

RESUMED_WITHIN = timedelta(days=1)
"""Age up to which a pull that was cut is continued; after that a server's pages are others."""

PullProgress = Callable[[int, int | None], object]
"""Called with the records received so far, and the number announced."""

MAX_BARREN_PAGES = 3
"""Pages in a row without one new record, after which a server is taken to repeat itself."""

MAX_STEPS_BACK = 20
"""Times a pull goes back a page because records were removed in front of it."""


def start_pull(journal: Journal, url: str, *, is_full: bool, full_every: timedelta, now: datetime) -> Pull:
    """Return the pull to continue: the one that was cut, or a new one.

    Everything is pulled (`is_full`) in any case the first time, again after `full_every`, and at another
    address than before, where nothing of earlier pulls holds.
    """
    number = journal.fact("number") or 0
    stored = journal.fact("pull")
    if journal.fact("url") not in (url, None):
        number = max(number, stored["number"] if stored else 0)
        is_full, stored = True, None
        with journal.transaction():
            journal.set_facts(pull=None, number=number, full_at=None, high_water=None, token_form=None)
    with journal.transaction():
        journal.set_facts(url=url)
    cut = Pull.from_json(stored) if stored else None
    if cut and now - cut.begun_at < RESUMED_WITHIN and (cut.is_full or not is_full):
        return cut
    number = max(number, cut.number if cut else 0) + 1
    last_full = journal.fact("full_at")
    is_due = last_full is None or now - datetime.fromisoformat(last_full) >= full_every
    return Pull(number=number, is_full=is_full or is_due, begun_at=now)


def finish_pull(journal: Journal, pull: Pull) -> Pull:
    """Close a pull: after a full one, what it did not see is gone, unless something may have been missed.

    Raises
    ------
    SourceError
        If a full pull brought nothing: that is a broken server, not a closed network.
    """
    seen = journal.count_seen(pull)
    if pull.is_full and not seen:
        message = "Expected at least one station from a full pull, found none. The stations there were stay."
        raise SourceError(message)
    if pull.is_full and seen < (pull.total or 0):
        pull = replace(pull, is_sure=False)
    high_water = max(pull.high_water, journal.fact("high_water") or "")
    with journal.transaction():
        if pull.is_full and pull.is_sure:
            journal.delete_unseen(pull)
        journal.set_facts(
            pull=None, number=pull.number, pulled_at=pull.begun_at.isoformat(), high_water=high_water or None
        )
        if pull.is_full:
            journal.set_facts(full_at=pull.begun_at.isoformat())
    return pull


class Watch:
    """Watches the pages of a pull for servers that go in circles, and counts the steps back."""

    def __init__(self) -> None:
        """Start with no page seen."""
        self._visited: set[str] = set()
        self._barren = 0
        self._steps_back = 0

    def page(self, place: str, fresh: int, where: str) -> None:
        """Note a page, by its place and the records on it that the pull had not seen.

        Raises
        ------
        SourceError
            If too many in a row have brought nothing new.
        """
        self._visited.add(place)
        self._barren = 0 if fresh else self._barren + 1
        if self._barren >= MAX_BARREN_PAGES:
            raise SourceError(
                f"{where}: expected new records on every page, found {self._barren} pages in a row that"
                " repeat others or are empty. Tell the peer, or try again later."
            )

    def check_unvisited(self, place: str, where: str) -> None:
        """Refuse a next page that was there before: it would never end."""
        if place in self._visited:
            message = f"{where}: expected a next page, found one that was read before. Tell the peer."
            raise SourceError(message)

    def note_step_back(self, where: str) -> None:
        """Note that a pull goes back since the total fell, after which it meets pages again.

        Raises
        ------
        SourceError
            If it does so without end.
        """
        self._steps_back += 1
        self._visited.clear()
        if self._steps_back > MAX_STEPS_BACK:
            message = f"{where}: expected a total that settles, found it falling {self._steps_back} times."
            raise SourceError(message)
