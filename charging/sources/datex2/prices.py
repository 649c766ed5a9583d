"""What charging costs, as a text: the ad hoc rates of a point, else those of contracts.

The AFIR profile has `energyRate` with its `energyPrice`; the base model has tables of rates with lines.
"""

from collections.abc import Iterator
from functools import lru_cache

from charging.sources.coordinates import read_number
from charging.sources.datex2.codes import PRICE_UNITS
from charging.sources.datex2.values import (
    Object,
    inner_object,
    is_true,
    raw_code,
    read_code,
    read_label,
    read_objects,
)
from charging.sources.scalars import read_text

Price = tuple[bool, str]
"""Whether a price is ad hoc, and its text."""

_AD_HOC = "adhoc"
_ENERGIES = ("electricEnergy", "energyProduct", "electricEnergyMix")  # by profile and version
_MAX_PRICES = 4
"""Different prices of a site that are named; more are a list nobody reads."""


def add_prices(prices: dict[Price, None], holder: Object) -> None:
    """Add the prices of a site, station or point to those that are known."""
    for name in _ENERGIES:
        if name in holder:
            for wrapper in read_objects(holder[name]):
                energy = wrapper if "energyRate" in wrapper else inner_object(wrapper, "lectricEnergy")
                if energy is None:
                    energy = wrapper
                prices |= dict.fromkeys(_rate_prices(energy.get("energyRate")))
                if "rates" in energy:
                    prices |= dict.fromkeys(_table_prices(energy))
    if "rates" in holder:
        prices |= dict.fromkeys(_table_prices(holder))


def read_updates(status: Object) -> tuple[Price, ...]:
    """Return the prices that a status of a point or station tells: those that hold now."""
    return tuple(dict.fromkeys(_rate_prices(status.get("energyRateUpdate"))))


def join_prices(prices: dict[Price, None]) -> str | None:
    """Return the different prices of a site as one text; those of contracts only where there are no others.

    Examples
    --------
    >>> join_prices({(False, "0.3 EUR/kWh"): None, (True, "0.5 EUR/kWh"): None, (True, "0.8 EUR/kWh"): None})
    '0.5 EUR/kWh; 0.8 EUR/kWh'
    """
    ad_hoc = [text for is_ad_hoc, text in prices if is_ad_hoc]
    texts = ad_hoc or [text for _, text in prices]
    more = ["…"] if len(texts) > _MAX_PRICES else []
    return "; ".join([*texts[:_MAX_PRICES], *more]) or None


def _rate_prices(rates: object) -> Iterator[Price]:
    for rate in read_objects(rates):
        if text := _rate_text(rate):
            yield read_code(rate.get("ratePolicy")) == _AD_HOC, text


def _rate_text(rate: Object) -> str | None:
    currency = _currency(rate)
    texts = [_price_text(price, currency) for price in read_objects(rate.get("energyPrice"))]
    if len(texts) == 1 and texts[0]:
        return texts[0]
    return " + ".join(filter(None, texts)) or read_label(rate.get("additionalInformation"))


def _price_text(price: Object, currency: str) -> str | None:
    given = raw_code(price.get("priceType")), price.get("value"), price.get("taxIncluded")
    try:
        text = _cached_price(*given, currency)
    except TypeError:  # an object or list where a code or number belongs
        text = None
    return text or read_label(price.get("additionalInformation"))


@lru_cache(maxsize=4_096, typed=True)
def _cached_price(kind_value: object, value: object, tax_included: object, currency: str) -> str | None:
    """Return a price as a text, or None where there is no number; kept, since a publisher has few."""
    kind, amount = read_code(kind_value) or "", read_number(value)
    if kind == "free":
        return "free"
    if amount is None:
        return None
    is_net = tax_included is not None and not is_true(tax_included)
    return f"{_amount_text(amount)}{currency}{PRICE_UNITS.get(kind, '')}{' excl. tax' if is_net else ''}"


def _table_prices(holder: Object) -> Iterator[Price]:
    """Yield the prices of tables of rates, whose policy tells contracts."""
    for wrapper in read_objects(holder.get("rates")):
        if inner_object(wrapper, "FreeOfCharge") is not None:
            yield True, "free"
            continue
        table = inner_object(wrapper, "RateTable") or wrapper
        policy = inner_object(table, "ricingPolicy")
        is_contract = policy is not None and read_code(policy.get("pricingPolicy")) == "contract"
        for lines in read_objects(table.get("rateLineCollection")):
            currency = _currency(lines) or _currency(table)
            is_net = "taxIncluded" in lines and not is_true(lines["taxIncluded"])
            texts = [_line_text(line, currency) for line in read_objects(lines.get("rateLine"))]
            if text := " + ".join(filter(None, texts)):
                yield not is_contract, text + (" excl. tax" if is_net else "")


def _line_text(line: Object, currency: str) -> str | None:
    amount = read_number(line.get("value"))
    if amount is None:
        return read_label(line.get("description"))
    kind = read_code(line.get("rateLineType")) or ""
    return f"{_amount_text(amount)}{currency}{PRICE_UNITS.get(kind, '')}"


def _amount_text(amount: float) -> str:
    """Return an amount of money with the digits that say something."""
    return f"{amount:.4f}".rstrip("0").rstrip(".")


def _currency(holder: Object) -> str:
    given = holder.get("applicableCurrency")
    code = read_text(given[0] if isinstance(given, list) and given else given)
    return f" {code}" if code else ""
