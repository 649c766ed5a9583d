"""The ids of a source, by which a station that comes again is found."""

import pyarrow as pa

from charging.sources.io.arrow_texts import are_distinct


class KnownIds:
    """The ids of a source that were taken: a column, and a set when more come that may be among them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._first: pa.Array | None = None
        self._texts: set[str] = set()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._texts) + (0 if self._first is None else len(self._first))

    @property
    def texts(self) -> set[str]:
        """All ids."""
        if self._first is not None:
            self._texts.update(self._first.to_pylist())
            self._first = None
        return self._texts

    def take(self, ids: pa.Array) -> bool:
        """Take ids if each is there and no other is the same; return whether they were taken."""
        if ids.null_count:
            return False
        if not len(self) and are_distinct(ids):
            self._first = ids
            return True
        known, new = self.texts, {*ids.to_pylist()}
        if len(new) < len(ids) or not known.isdisjoint(new):
            return False
        known |= new
        return True
