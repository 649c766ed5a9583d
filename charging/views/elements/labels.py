"""What stations and operators are called, in the reader's language."""

import pandas as pd

from charging.views.elements.texts import Texts


def names_of(
    table: pd.DataFrame, say: Texts, *, id_column: str = "station_id", prefix: str = ""
) -> list[str]:
    """Return the name of each row in the reader's language, else in the other one, else its id."""
    names, _ = both_names_of(table, say, prefix=prefix)
    return [name or row_id for name, row_id in zip(names, table[id_column].to_list(), strict=True)]


def both_names_of(
    table: pd.DataFrame, say: Texts, *, prefix: str = ""
) -> tuple[list[str | None], list[str | None]]:
    """Return the names of the rows in the reader's language, and those in the other one."""
    rows = zip(table[f"{prefix}name"].to_list(), table[f"{prefix}name_zh"].to_list(), strict=True)
    both = [names_in(name, name_zh, say) for name, name_zh in rows]
    return [name for name, _ in both], [other for _, other in both]


def operators_of(table: pd.DataFrame, say: Texts) -> list[str | None]:
    """Return the name of the operator of each station, None where it is not known."""
    ids, raws = table.operator_id.to_list(), table.operator_raw.to_list()
    # once for each operator: a view has thousands of stations of some dozens
    known = {each: operator_name(each, None, say) for each in {*ids} if isinstance(each, str)}
    return [known.get(each) or operator_name(None, raw, say) for each, raw in zip(ids, raws, strict=True)]


def names_in(name: object, name_zh: object, say: Texts) -> tuple[str | None, str | None]:
    """Return a name in the reader's language and in the other one, as far as the source has them."""
    known = [text if isinstance(text, str) else None for text in (name, name_zh)]
    first, second = known if say.language == "en" else reversed(known)
    return (first, second) if first else (second, None)


def operator_name(operator_id: object, raw: object, say: Texts) -> str | None:
    """Return the name of an operator: from the registry, else as the source writes it, else None."""
    if isinstance(operator_id, str):
        return say(f"operator.{operator_id}")
    return raw if isinstance(raw, str) else None
