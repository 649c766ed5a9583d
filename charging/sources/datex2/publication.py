"""What a publication holds, as both encodings are read into it: sites and their statuses, one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from charging.errors import SourceError
from charging.sources.datex2.values import Object, read_object
from charging.sources.scalars import read_text

TABLE, STATUS = "EnergyInfrastructureTablePublication", "EnergyInfrastructureStatusPublication"
"""The publications that are read."""

SITE, SITE_STATUS = "energyInfrastructureSite", "energyInfrastructureSiteStatus"
"""Members that hold the sites, and what is told of them."""

ORGANISATION_TABLE = "organisationTable"
"""Member that holds organisations beside the sites."""

PUBLICATION = "Publication"
"""How the name of the class of any publication ends."""

_MAX_PREFIX = 5  # letters of the prefix of a profile, as in `aegi`
_MAJOR_VERSION = "3"


class ItemKind(Enum):
    """What an item is."""

    SITE = "site"
    STATUS = "status"
    AROUND = "around"  # what stands beside the sites, such as a table of organisations
    OTHER = "other"  # of a publication of another kind
    BROKEN = "broken"  # no object where one belongs


class PublicationHeader(NamedTuple):
    """What a publication says of all that it holds."""

    publisher: str | None = None
    published_at: str | None = None  # as it is written


NO_HEADER = PublicationHeader()


class Item(NamedTuple):
    """A site, or the statuses of one, or what was found in their place."""

    kind: ItemKind
    header: PublicationHeader
    value: Any  # an `Object`, of other kinds the text that is shown


@dataclass(slots=True)
class Envelope:
    """What is known of a publication while it is read."""

    where: str
    header: PublicationHeader = NO_HEADER

    def read(self, members: Mapping[str, Any]) -> None:
        """Note what members of a payload or a publication say.

        Raises
        ------
        SourceError
            If it is of another major version of DATEX II.
        """
        version = read_text(members.get("modelBaseVersionG", members.get("modelBaseVersion")))
        if version is not None and version.partition(".")[0] != _MAJOR_VERSION:
            raise SourceError(
                f"{self.where}: expected DATEX II version 3, found version {version[:20]}. Ask the publisher "
                "for the publication in version 3, which is the first with energy infrastructure."
            )
        if "publicationCreator" in members:
            creator = read_object(members["publicationCreator"])
            names = (read_text(creator.get("nationalIdentifier")), read_text(creator.get("country")))
            self.header = self.header._replace(publisher=names[0] or names[1])
        if "publicationTime" in members:
            self.header = self.header._replace(published_at=read_text(members["publicationTime"]))

    def close(self) -> None:
        """Forget what the publication said that ends here."""
        self.header = NO_HEADER


def class_name(name: str) -> str:
    """Return the name of the class of a publication, without the prefix of its profile.

    Examples
    --------
    >>> class_name("aegiEnergyInfrastructureTablePublication"), class_name("egi:situationPublication")
    ('EnergyInfrastructureTablePublication', 'SituationPublication')
    """
    local = name.rpartition(":")[2]
    first = next((at for at, letter in enumerate(local) if letter.isupper()), 0)
    kept = local[first:] if first <= _MAX_PREFIX else local
    return kept[:1].upper() + kept[1:]


def is_status(value: Object) -> bool:
    """Whether an object is what is told of a site, and no site."""
    return "reference" in value or "energyInfrastructureStationStatus" in value


def is_site(value: Object) -> bool:
    """Whether an object is a site."""
    return "energyInfrastructureStation" in value or "locationReference" in value
