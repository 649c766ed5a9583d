"""The XML encoding, in a stream: a document type, and with it every entity, is refused.

The tree is built by the C code of the standard library, without a call of Python for an element. From time to
time the sites that are complete are taken out of it, so that no more of a file is held than a part of it.
Elements become objects with the names of the JSON encoding; those nobody reads are passed over.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from charging.errors import Fault, SourceError
from charging.sources.datex2.publication import (
    ORGANISATION_TABLE,
    PUBLICATION,
    SITE,
    SITE_STATUS,
    STATUS,
    TABLE,
    Envelope,
    Item,
    ItemKind,
    class_name,
)
from charging.sources.datex2.values import local_name
from charging.sources.io.files import open_bytes, source_errors, text_part
from charging.sources.io.json_stream import MAX_VALUE_LENGTH

CHUNK_BYTES = 262_144
"""Bytes parsed at once."""

MAX_DEPTH = 64
"""Elements inside one another; a publication has some twenty."""

_CONTAINERS = frozenset(
    {"messageContainer", "payload", "energyInfrastructureTable", "Envelope", "Body", "d2LogicalModel"}
    | {name[:1].lower() + name[1:] for name in (TABLE, STATUS)}
)
_KINDS = {
    SITE: ItemKind.SITE,
    SITE_STATUS: ItemKind.STATUS,
    ORGANISATION_TABLE: ItemKind.AROUND,
}
_HEADERS = frozenset({"publicationCreator", "publicationTime"})
_READ_NAMES = """
reference lastUpdated energyInfrastructureStation energyInfrastructureStationStatus refillPointStatus
status operationStatus isAvailable name brand legalName values value operator helpdesk organisationUnit
contactInformation telephoneNumber informationWebsite urlLinkAddress linkToGeneralInformation
operatingHours closureInformation permananentlyClosed permanentlyClosed label overallPeriod validPeriod
recurringTimePeriodOfDay startTimeOfPeriod endTimeOfPeriod recurringDayWeekMonthPeriod applicableDay
locationReference siteLocation entrance pointByCoordinates pointCoordinates coordinatesForDisplay
latitude longitude _locationReferenceExtension _locationExtension _pointLocationExtension
_areaLocationExtension facilityLocation afirFacilityLocation FacilityLocation AfirFacilityLocation address
postcode city countryCode addressLine type text typeOfSite exclusiveUsers numberOfRefillPoints refillPoint
externalIdentifier identifier typeOfIdentifier usageType currentType chargingMode availableVoltage
availableChargingPower connector connectorType connectorFormat maxPowerAtSocket voltage maximumCurrent
electricEnergy energyProduct electricEnergyMix energyRate ratePolicy applicableCurrency energyPrice
energyRateUpdate priceType taxIncluded additionalInformation rates energyPricingPolicy pricingPolicy
rateLineCollection rateLine rateLineType description publicationCreator nationalIdentifier country
organisation organisationReference owner energyDistributor energyProvider
"""
"""Names of the elements inside a site that are read."""

_READ = frozenset(_READ_NAMES.split())

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_MAX_CACHED_TAGS = 4_096
_ATTRIBUTES = {"id": "idG", "version": "versionG", "order": "order"}
_EXTENDED, _EXTENSION = "_extended", "_extendedValue"


class _ReadNames(dict[str, str]):
    """The local names of tags, kept; of those nobody reads an empty text."""

    def __missing__(self, tag: str) -> str:
        local = local_name(tag)
        name = local if local in _READ else ""
        if len(self) < _MAX_CACHED_TAGS:
            self[tag] = name
        return name


_NAMES = _ReadNames()


def read_items(path: Path) -> Iterator[Item]:
    """Yield the sites and statuses of a file as they come.

    Raises
    ------
    SourceError
        If the file is damaged, too deep, of another version of DATEX II, or has a document type.
    """
    part = text_part(path)
    with source_errors(part), open_bytes(part) as file:
        tree = _Tree(str(path))
        while chunk := file.read(CHUNK_BYTES):
            tree.feed(chunk)
            yield from tree.take_complete()
        tree.feed(b"", is_final=True)
        yield from tree.take_complete(is_final=True)


class _Prolog:
    """What comes before the root of a document, where alone a document type may stand."""

    def __init__(self, where: str) -> None:
        self.is_over = False
        self._where = where
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._end

    def feed(self, chunk: bytes) -> None:
        """Look at some more of the document, until its root begins."""
        if not self.is_over:
            self._parser.Parse(chunk)

    def _end(self, *_: object) -> None:
        self.is_over = True
        self._parser.StartElementHandler = None

    def _refuse(self, *_: object) -> NoReturn:
        raise SourceError(
            f"{self._where}: expected DATEX II without a document type, found <!DOCTYPE. Its entities can "
            "stand for anything: remove it, or fetch the file from its publisher again."
        )


class _Tree:
    """The part of a document that is in memory."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._envelope = Envelope(where)
        self._unfinished = 0  # bytes that were read since something was taken out
        self._prolog = _Prolog(where)
        self._builder = TreeBuilder()
        self._parser = XMLParser(target=self._builder)  # noqa: S314  a document type is refused before it

    def feed(self, chunk: bytes, *, is_final: bool = False) -> None:
        """Parse some more of the document."""
        try:
            self._prolog.feed(chunk)
            if is_final:
                self._parser.close()
            else:
                self._parser.feed(chunk)
        except (expat.ExpatError, ParseError) as error:
            message = f"{self._where}: expected XML to its end, found it broken or cut ({error})."
            raise SourceError(f"{message} Fetch the file again.", Fault.DAMAGED) from error
        except SourceError:
            raise
        except (LookupError, ValueError) as error:
            message = f"{self._where}: expected XML in UTF-8, found an encoding that is not read ({error})."
            raise SourceError(f"{message} Save it in UTF-8.", Fault.ENCODING) from error
        self._unfinished += len(chunk)

    def take_complete(self, *, is_final: bool = False) -> Iterator[Item]:
        """Yield what is complete, and take it out."""
        root = self._builder.close()  # which it returns at any time, and goes on
        if root is not None:
            self._check_depth(root)
            yield from self._take(root, is_open=not is_final)
        if self._unfinished > MAX_VALUE_LENGTH:
            message = (
                f"{self._where}: expected sites of at most {MAX_VALUE_LENGTH:,} bytes, found a longer or cut "
                "one. Check that the file is a publication of energy infrastructure."
            )
            raise SourceError(message, Fault.TOO_LARGE)

    def _take(self, parent: Element, *, is_open: bool, depth: int = 0) -> Iterator[Item]:
        """Yield the complete items of a container, whose last child is incomplete where it is open."""
        if depth > MAX_DEPTH:
            raise self._too_deep()
        if parent.attrib:
            yield from self._read_attributes(parent)
        last = len(parent) - 1 if is_open else len(parent)
        for at, child in enumerate(parent):
            name = local_name(child.tag)
            if name in _CONTAINERS:
                yield from self._take(child, is_open=at == last, depth=depth + 1)
            elif at == last:
                break
            elif name in _KINDS:
                yield Item(_KINDS[name], self._envelope.header, self._members(child, depth))
            elif name in _HEADERS:
                self._envelope.read({name: self._value(child, depth)})
        if last > 0:
            del parent[:last]
            self._unfinished = 0

    def _read_attributes(self, parent: Element) -> Iterator[Item]:
        """Read the attributes of an envelope, once; yield a publication of another kind."""
        given = {local_name(name): value for name, value in parent.attrib.items()}
        parent.attrib.clear()
        kind = class_name(given.get("type", ""))
        if kind.endswith(PUBLICATION):
            self._envelope.close()
            if kind not in (TABLE, STATUS):
                yield Item(ItemKind.OTHER, self._envelope.header, kind)
        self._envelope.read(given)

    def _check_depth(self, element: Element) -> None:
        depth = 0
        while len(element):
            element, depth = element[-1], depth + 1
            if depth > MAX_DEPTH:
                raise self._too_deep()

    def _too_deep(self) -> SourceError:
        message = f"{self._where}: expected XML of at most {MAX_DEPTH} levels, found more. Fetch it again."
        return SourceError(message, Fault.DAMAGED)

    def _value(self, element: Element, depth: int) -> Any:  # noqa: ANN401  as JSON
        """Return an element as the JSON encoding has it, with what is read of it."""
        if not len(element):
            text = element.text
            if text is not None and not text.isspace():
                return text if text != _EXTENDED else element.get(_EXTENSION)
        members = self._members(element, depth)
        for name, value in element.attrib.items():
            if name == _TYPE:
                return {local_name(value): members}
        return members

    def _members(self, element: Element, depth: int) -> dict[str, Any]:
        """Return the children of an element that are read by their names, those of one name in a list."""
        if depth > MAX_DEPTH:
            raise self._too_deep()
        members: dict[str, Any] = {}
        for name, attribute in element.attrib.items():
            if name in _ATTRIBUTES:
                members[_ATTRIBUTES[name]] = attribute
        for child in element:
            name = _NAMES[child.tag]
            if not name:
                continue
            text = child.text
            value: Any
            if name == "values":  # of the languages of a text
                value = _first_text(child)
            elif text is not None and not len(child) and text != _EXTENDED and not text.isspace():
                value = text
            else:
                value = self._value(child, depth + 1)
            if name not in members:
                members[name] = value
            elif isinstance(held := members[name], list):
                held.append(value)
            else:
                members[name] = [held, value]
        return members


def _first_text(element: Element) -> str | None:
    """Return the text of the first child that has one."""
    for child in element:
        if child.text and not child.text.isspace():
            return child.text
    return element.text
