"""The engines that are open: a few versions of datasets, those asked last, for all visitors together.

Nobody keeps an engine but while it answers, so that an open page holds none. One that is dropped for another
closes when the last answer that is being computed has let go of it, and is opened again when it is asked.
"""

import threading
from collections import OrderedDict
from weakref import WeakValueDictionary

from charging.dataset.store import Dataset
from charging.queries.engine import Engine
from charging.queries.sized_cache import SizedCache
from charging.settings import Settings

_Key = tuple[str | int, ...]


class OpenEngines:
    """Engines by what they read."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, Engine] = OrderedDict()  # those asked last at the end
        self._alive: WeakValueDictionary[_Key, Engine] = WeakValueDictionary()  # those dropped in use, too

    def get(self, dataset: Dataset, settings: Settings) -> Engine:
        """Return the engine of a dataset, opened if it is not: let go of it when it has answered."""
        key = (*dataset.key, settings.memory_limit_mb)
        dropped = []
        with self._lock:
            engine = self._alive.get(key)
            if engine is None or engine.is_broken:
                engine = Engine(
                    dataset,
                    memory_limit_mb=settings.memory_limit_mb,
                    time_limit_s=settings.query_limit_s,
                    cache=memory,
                )
            self._kept[key] = self._alive[key] = engine
            self._kept.move_to_end(key)
            while len(self._kept) > settings.max_engines:
                dropped.append(self._kept.popitem(last=False)[1])
        dropped.clear()  # which closes them, where nobody waits for the lock
        return engine

    @property
    def kept(self) -> list[Engine]:
        """Those that are kept open."""
        with self._lock:
            return [*self._kept.values()]


memory = SizedCache(0)
"""What was answered and selected of all datasets, for all visitors; the settings bound it."""

engines = OpenEngines()
