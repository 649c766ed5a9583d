"""Organisations that are given by reference: to one that the same publisher describes somewhere else.

A facility may name its operator by an id alone (`OrganisationByReference`). The organisation with that id is
described at another facility, in any role, or in a table of organisations, before or after it, in any of the
files that are read together. Of organisations only those are kept that a reference asks for.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from charging.sources.datex2.facilities import read_organisation
from charging.sources.datex2.publication import Item
from charging.sources.datex2.values import Object, read_id, read_object, read_objects
from charging.sources.scalars import read_text

REFERENCE = "organisationReference"
"""Member that holds the id of an organisation in place of its description."""

_CLASSES = ("rganisation", "rganisationSpecification")
_ROLES = frozenset({"operator", "owner", "helpdesk", "energyDistributor", "energyProvider"})
_READ_ROLES = ("operator", "helpdesk")
_NAMES = ("name", "legalName")
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Organisations:
    """Organisations by their id, publisher and version."""

    by_id: dict[str, dict[str | None, dict[str | None, Object]]] = field(default_factory=dict)

    def find(self, publisher: str | None, reference: Object) -> Object | None:
        """Return the organisation a reference means: its publisher's, or that of the only one who has the id.

        Of several versions it is the one that is stated, else the last.
        """
        of_publishers = self.by_id.get(read_id(reference) or "", {})
        only = next(iter(of_publishers.values())) if len(of_publishers) == 1 else None
        versions = of_publishers.get(publisher, only)
        if not versions:
            return None
        return versions.get(_version(reference)) or [*versions.values()][-1]

    def describe(self, site: Object, publisher: str | None) -> Object:
        """Return a site with the organisations themselves, at it and its stations, in place of references."""
        if not self.by_id:
            return site
        stations = [
            self._described(station, publisher)
            for station in read_objects(site.get("energyInfrastructureStation"))
        ]
        return {**self._described(site, publisher), "energyInfrastructureStation": stations}

    def _described(self, facility: Object, publisher: str | None) -> Object:
        found = {
            role: organisation
            for role in _READ_ROLES
            if (reference := reference_in(facility.get(role))) is not None
            and (organisation := self.find(publisher, reference)) is not None
        }
        return {**facility, **found} if found else facility


def collect_organisations(read_items: Callable[[], Iterable[Item]]) -> Organisations:
    """Return the organisations that references of some files mean; the files are read twice."""
    wanted = {
        reference_id
        for item in read_items()
        for reference in _references(item.value)
        if (reference_id := read_id(reference)) is not None
    }
    found = Organisations()
    for item in read_items() if wanted else ():
        for organisation in _descriptions(item.value):
            if (organisation_id := read_id(organisation)) in wanted and organisation_id is not None:
                of_publisher = found.by_id.setdefault(organisation_id, {})
                of_publisher.setdefault(item.header.publisher, {})[_version(organisation)] = organisation
    return found


def reference_in(value: object) -> Object | None:
    """Return the reference in the place of an organisation; None where it is described, or absent."""
    given = read_object(value)
    for held in (given, *filter(None, map(read_object, given.values()))):
        if REFERENCE in held:
            return read_object(held[REFERENCE])
    return None


def unknown_operators(facilities: Iterable[Object]) -> Iterator[str]:
    """Yield the ids of operators that nobody describes, each once."""
    references = (reference_in(facility.get("operator")) for facility in facilities)
    yield from dict.fromkeys(read_id(each) or "" for each in references if each is not None)


def _version(organisation: Object) -> str | None:
    return read_text(organisation.get("versionG", organisation.get("version")))


def _references(value: object, depth: int = 0) -> Iterator[Object]:
    """Yield the references to organisations in a value, at any depth."""
    for name, held in _members(value, depth):
        if name == REFERENCE:
            yield from read_objects(held)
        else:
            yield from _references(held, depth + 1)


def _descriptions(value: object, depth: int = 0) -> Iterator[Object]:
    """Yield the organisations that are described in a value, at any depth."""
    for name, held in _members(value, depth):
        if name in _ROLES or name.endswith(_CLASSES):
            organisations = (read_organisation(each) for each in read_objects(held))
            yield from (each for each in organisations if any(label in each for label in _NAMES))
        yield from _descriptions(held, depth + 1)


def _members(value: object, depth: int) -> Iterator[tuple[str, object]]:
    """Yield what the objects of a value hold, by its name."""
    if depth <= _MAX_DEPTH:
        for each in read_objects(value):
            yield from each.items()
