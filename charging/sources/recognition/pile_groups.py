"""The groups of piles of a guessed table, as a preset has them: by current, number or plug, or all alike."""

from collections.abc import Iterable, Mapping
from typing import Any

from charging.domain.vocabulary import Connector, Current
from charging.sources.json_records.list_cells import list_of
from charging.sources.recognition.codes import connector_of
from charging.sources.recognition.column_guess import ColumnGuess, TableGuess
from charging.sources.tabular.cell_parsers import current_of

_DC_PLUGS = frozenset(
    {Connector.CCS1, Connector.CCS2, Connector.CHADEMO, Connector.CHAOJI, Connector.GBT_DC, Connector.NACS}
)
_EITHER = (Connector.NACS, Connector.OTHER)
_ALSO = (("power_kw", "power_kw"), ("connector", "connectors"), ("status", "status"))

Group = dict[str, Any]


def groups_of(guess: TableGuess) -> list[Group]:
    """Return the tables `[[piles]]` of a guess."""
    also = {field: column for name, field in _ALSO if (column := _column(guess, name))}
    power = _power_of_plugs(guess)
    also |= {"power_kw": power} if power else {}
    by_current = [
        (header, current)
        for field, current in (("dc_piles", Current.DC), ("ac_piles", Current.AC))
        for header in guess.headers_of(field)
    ]
    flags = _headers_by_plug(guess, "connector")
    plugs: Group = {"plugs": flags, "current": "plugs"} if flags else {}
    groups: list[Group] = []
    if guess.each:
        groups = [_group_of_list(guess, guess.each, also)]
    elif guess.charger_id:
        groups = [{"columns": {"pile_id": guess.charger_id, **also}, "constants": {"count": 1}, **plugs}]
    elif by_current:
        groups = [_group_of_current(guess, header, current, also) for header, current in by_current]
        for group, (_, current) in [*zip(groups, by_current, strict=True)][1:]:
            if group.get("also") and not (power or _power_of_current(guess, current)):
                group["also_if"] = "first"
    elif guess.has_numbered_piles:
        groups = [*_numbered_groups(guess)]
    elif counts_by_plug := _headers_by_plug(guess, "piles"):
        groups = [_group_of_plug(guess, plug, header, also) for plug, header in counts_by_plug.items()]
    elif counts := guess.shared_headers_of("piles"):
        groups = [{"columns": {"count": header}, "also": also, **plugs} for header in counts]
    elif also or plugs:
        groups = [{"columns": also, **plugs}]
    return [{key: value for key, value in group.items() if value} for group in groups]


def _group_of_list(guess: TableGuess, each: str, also: Mapping[str, Any]) -> Group:
    """Return the group of each element of a list inside a record."""
    own: Group = {"count": guess.each_count} if guess.each_count else {}
    own |= {"pile_id": guess.charger_id} if guess.charger_id else {}
    own |= {
        field: column for field, column in also.items() if isinstance(column, str) and list_of(column) == each
    }
    return {
        "each": each,
        "columns": own,
        "also": {field: column for field, column in also.items() if field not in own},
        "constants": {} if guess.each_count else {"count": 1},
        "current": "plugs" if "connectors" in own else None,
    }


def counted_plugs(guess: TableGuess) -> list[str]:
    """Return the headers of the plugs that are counted one by one or kind by kind, none where piles are."""
    numbered = [each.headers[0] for each in guess.columns if each.number and each.field == "connector"]
    return (numbered if guess.has_numbered_piles else []) or [*_headers_by_plug(guess, "piles").values()]


def plug_codes(guess: TableGuess) -> dict[str, str]:
    """Return what the codes of plugs mean, and the texts that say that a plug is not known."""
    parts = (
        part.strip()
        for column in _named_columns(guess, "connector")
        for header in column.headers
        for text in guess.samples.get(header, ())
        for part in text.split(guess.form.separator)
        if part.strip()
    )
    found = {part.casefold(): plug for part in parts if (plug := connector_of(part))}
    named = (header for each in _named_columns(guess, "connector") for header in each.headers)
    unknown = (guess.not_known.get(header, ()) for header in named)
    return {**found, **{text.strip().casefold(): "" for texts in unknown for text in texts}}


def _current_of(plug: str) -> str:
    current = current_of(frozenset({Connector(plug)}), 1)
    return str(current) if current else ""


def _named_columns(guess: TableGuess, field: str) -> list[ColumnGuess]:
    """Return the columns of a field but for those whose headers name a plug or a current."""
    return [each for each in guess.columns if each.field == field and not each.is_of_a_kind]


def _power_of_current(guess: TableGuess, current: Current) -> str | None:
    return next((each.headers[0] for each in guess.columns if each.current is current), None)


def _headers_by_plug(guess: TableGuess, field: str) -> dict[str, str]:
    found = (each for each in guess.columns if each.field == field and each.plug is not None)
    return {str(each.plug): each.headers[0] for each in found}


def _column(guess: TableGuess, field: str) -> Any:  # noqa: ANN401  a column, or several joined
    """Return the column of a field that all groups share, numbered ones as one list; None without any."""
    named = _named_columns(guess, field)
    plain = [each for each in named if each.number is None]
    headers = [header for each in plain or named for header in each.headers]
    if field == "status" and len(headers) > 1:  # the first that says one: no two can be joined
        return {"any": headers}
    return _joined(headers)


def _power_of_plugs(guess: TableGuess, current: Current | None = None) -> Any:  # noqa: ANN401  as above
    """Return the columns of the powers of plugs, of one current or all; of several the highest counts."""
    found = _headers_by_plug(guess, "power_kw").items()
    return _joined([header for plug, header in found if current is None or _is_of(Connector(plug), current)])


def _joined(headers: list[str]) -> Any:  # noqa: ANN401  as above
    if len(headers) > 1:
        return {"any": [headers]}
    return headers[0] if headers else None


def _numbered_groups(guess: TableGuess) -> Iterable[Group]:
    """Yield a group for each number: one pile, or as many as its own count says."""
    shared = {field: column for field in ("power_kw", "status") if (column := _unnumbered(guess, field))}
    for number in sorted({each.number for each in guess.columns if each.number is not None}):
        own = {each.field: each.headers[0] for each in guess.columns if each.number == number}
        columns = {"connectors": own["connector"]}
        columns |= {"power_kw": own["power_kw"]} if "power_kw" in own else {}
        columns |= {"count": own["piles"]} if "piles" in own else {}
        yield {
            "columns": columns,
            "also": {field: header for field, header in shared.items() if field not in columns},
            "constants": {} if "piles" in own else {"count": 1},
            "current": "plugs",
        }


def _unnumbered(guess: TableGuess, field: str) -> str | None:
    return next((each.headers[0] for each in _named_columns(guess, field) if each.number is None), None)


def _group_of_plug(guess: TableGuess, plug: str, header: str, also: Mapping[str, Any]) -> Group:
    """Return the group of the piles with one plug."""
    power = _headers_by_plug(guess, "power_kw").get(plug)
    own = {"power_kw": power} if power else {}
    current = _current_of(plug)
    constants: Group = {"connectors": [plug], **({"current": current} if current else {})}
    return {"columns": {"count": header}, "also": {**also, **own}, "constants": constants}


def _group_of_current(guess: TableGuess, header: str, current: Current, also: Mapping[str, Any]) -> Group:
    """Return the group of one current: of the plugs of a station it has those of its current."""
    own = dict(also)
    if _headers_by_plug(guess, "power_kw"):
        own["power_kw"] = _power_of_plugs(guess, current)
    if of_current := _power_of_current(guess, current):
        own["power_kw"] = of_current
    own = {field: column for field, column in own.items() if column}
    group: Group = {"columns": {"count": header}, "also": own, "constants": {"current": str(current)}}
    if "connectors" in also:
        codes = {
            code: plug if plug and _is_of(Connector(plug), current) else ""
            for code, plug in plug_codes(guess).items()
        }
        group["values"] = {"connectors": codes}
    return group


def _is_of(plug: Connector, current: Current) -> bool:
    return plug in _EITHER or (plug in _DC_PLUGS) is (current is Current.DC)
