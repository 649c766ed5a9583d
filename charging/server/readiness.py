"""Whether the server is alive, and whether it can show its dataset: for whoever sends visitors to it."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from charging.errors import ChargingError

CHECKED_FOR_S = 2.0
"""Seconds for which an answer is believed: a check opens the files of a dataset."""

OPENED_WITHIN_S = 10.0
"""Seconds after which a dataset that is still being opened is none."""

_log = logging.getLogger(__name__)


class Readiness:
    """Whether the server takes visitors.

    `open_dataset` opens what the page would open and returns what to tell of it; it may raise an error of the
    project or of the disk, whose text stays in the log: it names folders of the server.
    """

    def __init__(
        self, open_dataset: Callable[[], Mapping[str, Any]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.is_draining = False
        self._open, self._clock = open_dataset, clock
        self._checked_at = -CHECKED_FOR_S
        self._answer: tuple[int, Mapping[str, Any]] = 503, {}
        self._turn = asyncio.Lock()

    async def answer(self) -> tuple[int, Mapping[str, Any]]:
        """Return the status and the values to answer with."""
        async with self._turn:  # however many ask, one looks
            if not self.is_draining and self._clock() - self._checked_at >= CHECKED_FOR_S:
                self._answer = await self._look()
                self._checked_at = self._clock()
        if self.is_draining:
            return 503, {"ready": False, "reason": "the server is about to stop"}
        return self._answer

    async def _look(self) -> tuple[int, Mapping[str, Any]]:
        try:
            async with asyncio.timeout(OPENED_WITHIN_S):
                told = await asyncio.to_thread(self._open)
        except TimeoutError:
            return 503, {"ready": False, "reason": "the dataset takes too long to open"}
        except (ChargingError, OSError) as error:
            if self._answer[1].get("ready", True):  # once, and not with every question
                _log.warning("The server is not ready: its dataset cannot be opened", exc_info=error)
            return 503, {"ready": False, "reason": "the dataset cannot be opened; the server's log says why"}
        return 200, {"ready": True, **told}
