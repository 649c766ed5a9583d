"""The JSON encoding: payloads alone, in an array, in a container, one after the other, in any depth of these.

Names are compared without the prefix of their namespace or profile: `aegiEnergyInfrastructureSite`,
`egi:energyInfrastructureSite` and `energyInfrastructureSite` are one.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from charging.sources.datex2.publication import (
    PUBLICATION,
    SITE,
    SITE_STATUS,
    STATUS,
    TABLE,
    Envelope,
    Item,
    ItemKind,
    class_name,
    is_site,
    is_status,
)
from charging.sources.datex2.values import without_prefixes
from charging.sources.io.files import open_text
from charging.sources.io.json_stream import Around, Before, records

_MAX_CACHED_NAMES = 4_096


class _Names:
    """Names of members, whatever their prefix."""

    def __init__(self, *names: str) -> None:
        self._classes = frozenset(name[:1].upper() + name[1:] for name in names)
        self._has = lru_cache(_MAX_CACHED_NAMES)(lambda name: class_name(name) in self._classes)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._has(name)


_ENVELOPES = _Names("messageContainer", "payload", "energyInfrastructureTable", TABLE, STATUS)
_INSIDE = _Names("messageContainer", "payload", "energyInfrastructureTable", TABLE, STATUS, SITE, SITE_STATUS)


def read_items(path: Path) -> Iterator[Item]:
    """Yield the sites and statuses of a file as they come.

    Raises
    ------
    SourceError
        If the file is damaged, or of another version of DATEX II.
    """
    envelope = Envelope(str(path))
    with open_text(path) as text:
        for value in records(text, path, _INSIDE, envelopes=_ENVELOPES):
            if isinstance(value, Before):
                envelope.read(without_prefixes(value.members))
            elif isinstance(value, Around):
                yield from _around(without_prefixes(value.members), envelope)
            else:
                yield _item(value, envelope)


def _around(members: dict[str, Any], envelope: Envelope) -> Iterator[Item]:
    """Yield what an envelope holds besides its records: a site that stands alone, or another publication."""
    if is_status(members) or is_site(members):
        yield _item(members, envelope)
        return
    envelope.read(members)
    yield Item(ItemKind.AROUND, envelope.header, members)
    for name in members:
        if name.endswith(PUBLICATION):
            yield Item(ItemKind.OTHER, envelope.header, class_name(name))
    if "publicationTime" in members or "publicationCreator" in members:
        envelope.close()


def _item(value: Any, envelope: Envelope) -> Item:  # noqa: ANN401  JSON
    if not isinstance(value, dict):
        return Item(ItemKind.BROKEN, envelope.header, str(value)[:100])
    if any(":" in name for name in value):
        value = without_prefixes(value)
    return Item(ItemKind.STATUS if is_status(value) else ItemKind.SITE, envelope.header, value)
