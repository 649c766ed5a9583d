"""The EquipmentInfos of a station as piles, with what their guns say: plugs, current, power and status."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from charging.domain.vocabulary import Current, Status, connector_mask
from charging.sources.coordinates import read_number
from charging.sources.records import PileRecord
from charging.sources.scalars import read_text
from charging.sources.tcec102.codes import CONNECTORS, CURRENT_OF_CONNECTOR, CURRENTS
from charging.sources.tcec102.status import Gun, Object, group_status, read_code, read_mapped, standard_keys


def gun_ids(info: Any) -> Iterator[str]:  # noqa: ANN401  JSON
    """Yield the ConnectorIDs of a StationInfo, or of whatever stands in its place."""
    for equipment in _objects(info, "EquipmentInfos"):
        for gun in _objects(equipment, "ConnectorInfos"):
            if gun_id := read_text(gun.get("ConnectorID")):
                yield gun_id


def read_pile(
    info: Object, known: Mapping[str, Gun], static: Status | None, unmapped: list[tuple[str, str]]
) -> PileRecord:
    """Return the pile that an EquipmentInfo describes; codes that no table knows are added to `unmapped`."""
    guns = _objects(info, "ConnectorInfos")
    codes = [read_code(gun.get("ConnectorType")) for gun in guns]
    plugs = [read_mapped(CONNECTORS, gun.get("ConnectorType"), "connectors", unmapped) for gun in guns]
    ids = [read_text(gun.get("ConnectorID")) for gun in guns]
    live = [known[gun_id] for gun_id in ids if gun_id is not None and gun_id in known]
    unmapped += [("piles.status", gun.code) for gun in live if gun.code and gun.status is None]
    stated = read_mapped(CURRENTS, info.get("EquipmentType"), "current", unmapped)
    return PileRecord(
        pile_id=read_text(info.get("EquipmentID")),
        current=stated or _current(codes),
        connectors=connector_mask(plug for plug in plugs if plug) or None,
        power_kw=_power_kw(info) or max(filter(None, map(_power_kw, guns)), default=None),
        status=group_status(gun.status for gun in live) if live else static,
    )


def _objects(holder: object, name: str) -> list[Object]:
    """Return the objects in a list that an object has."""
    held = standard_keys(holder).get(name) if isinstance(holder, dict) else None
    return [
        standard_keys(each) for each in (held if isinstance(held, list) else []) if isinstance(each, dict)
    ]


def _current(codes: Iterable[int | None]) -> Current | None:
    """Return the current that the guns of a pile give."""
    given = {
        CURRENT_OF_CONNECTOR[code] for code in codes if code is not None and code in CURRENT_OF_CONNECTOR
    }
    return Current.AC_DC if len(given) > 1 else next(iter(given), None)


def _power_kw(info: Object) -> float | None:
    power_kw = read_number(info.get("Power"))
    return power_kw if power_kw and power_kw > 0 else None  # 0 is written for unknown
