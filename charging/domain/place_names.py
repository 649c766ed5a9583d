"""Which of the places that stations name are one: cities of the registry, or towns by their names."""

from collections.abc import Hashable, Iterable

from charging.domain.text_folding import fold_text


def place_keys(rows: Iterable[tuple[str | None, str | None, str | None]]) -> list[Hashable]:
    """Return for each station what identifies its city or town; None where none is known.

    Parameters
    ----------
    rows
        The columns `city_id`, `region` and `city_raw` of stations; null: not known.

    Notes
    -----
    A city of the registry is its id. Any other is its name within its region, since many regions have a
    Springfield; where a row has no region, it is in the one of its name, if there is just one.

    Examples
    --------
    >>> place_keys([(None, "NY", "Albany"), (None, None, "albany "), ("440300", None, "")])
    [('albany', 'ny'), ('albany', 'ny'), '440300']
    """
    listed = [
        (city_id, fold_text(city or ""), fold_text(region or "") or None) for city_id, region, city in rows
    ]
    regions: dict[str, set[str]] = {}
    for city_id, city, region in listed:
        if city and region and not city_id:
            regions.setdefault(city, set()).add(region)
    return [city_id or _named_place(city, region, regions) for city_id, city, region in listed]


def _named_place(city: str, region: str | None, regions: dict[str, set[str]]) -> Hashable:
    if not city:
        return None
    known = regions.get(city, set())
    return city, region or (next(iter(known)) if len(known) == 1 else None)
