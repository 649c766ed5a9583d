"""Profiles of the thirteen simulated operators: how many stations, where, how fast.

Totals are calibrated elsewhere; everything in these tables is our own plausible guess from general knowledge
of the market, and says nothing about the real companies.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from charging.domain.vocabulary import Site

DC_POWERS_KW = (20.0, 30.0, 60.0, 80.0, 120.0, 160.0, 180.0, 240.0, 320.0, 480.0, 600.0)
AC_WEIGHTS = (4, 50, 34, 4, 3, 5)
"""Of sockets of 3.5 and 7 kW, and cables of 7, 11, 22 and 40 kW."""

CSG_PROVINCES = ("44", "45", "46", "52", "53")
"""GB/T codes of the provinces China Southern Power Grid supplies; State Grid supplies the others."""

_SLOW = (3, 9, 26, 12, 32, 8, 6, 3, 1, 0, 0)
_MIXED = (2, 4, 20, 10, 34, 11, 9, 6, 2, 1.5, 0.5)
_FAST = (0, 1, 10, 7, 36, 16, 14, 10, 3, 2.5, 0.5)

_CITY_SITES = {
    Site.URBAN: 46,
    Site.DESTINATION: 18,
    Site.WORKPLACE: 14,
    Site.RESIDENTIAL: 9,
    Site.ROADSIDE: 8,
    Site.TRANSPORT_HUB: 5,
}
_BRAND_SITES = {
    Site.DESTINATION: 50,
    Site.URBAN: 26,
    Site.WORKPLACE: 14,
    Site.TRANSPORT_HUB: 6,
    Site.ROADSIDE: 4,
}
_SLOW_SITES = {Site.RESIDENTIAL: 42, Site.WORKPLACE: 24, Site.URBAN: 22, Site.DESTINATION: 12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One operator; weights need not sum to one."""

    stations: int
    sizes: tuple[int, int]  # smallest and largest station, piles
    dc_share: float  # before the total is calibrated
    dc_weights: tuple[float, ...] = _MIXED  # of DC_POWERS_KW
    since: dt.date = dt.date(2015, 1, 1)  # first opening
    loves_rich_cities: bool = False  # prefers them beyond what all operators do
    home: Mapping[str, float] = field(default_factory=dict)  # GB/T prefix → preference; longest prefix counts
    elsewhere: float = 1.0  # preference where no prefix of `home` fits
    sites: Mapping[Site, float] = field(default_factory=lambda: _CITY_SITES)
    highway: float = 0.0  # weight as the first operator in a service area
    highway_second: float = 0.0  # weight as the second one there
    members_share: float = 0.06  # stations open to members only


_carmaker = partial(Profile, sizes=(4, 8), loves_rich_cities=True, sites=_BRAND_SITES)
_power_grid = partial(
    Profile,
    dc_weights=_SLOW,
    sites={**_CITY_SITES, Site.ROADSIDE: 18, Site.TRANSPORT_HUB: 12},
    highway=62,
    members_share=0.01,
)

PROFILES: Mapping[str, Profile] = {
    "teld": Profile(
        stations=22_200, sizes=(4, 60), dc_share=0.75, home={"37": 1.5}, highway=14, highway_second=2
    ),
    "star_charge": Profile(stations=21_600, sizes=(4, 60), dc_share=0.70, home={"32": 1.6}, highway=9),
    "ykc": Profile(stations=19_400, sizes=(4, 60), dc_share=0.86, since=dt.date(2017, 6, 1), highway=5),
    "state_grid": _power_grid(
        stations=11_000, sizes=(2, 40), dc_share=0.82, home=dict.fromkeys(CSG_PROVINCES, 0.02)
    ),
    "weijingyun": Profile(stations=5_700, sizes=(4, 56), dc_share=0.84, since=dt.date(2019, 3, 1), highway=3),
    "didi": Profile(
        stations=5_000,
        sizes=(4, 60),
        dc_share=0.94,
        dc_weights=_FAST,
        since=dt.date(2018, 8, 1),
        loves_rich_cities=True,
    ),
    "csg": _power_grid(
        stations=3_900, sizes=(2, 48), dc_share=0.80, home=dict.fromkeys(CSG_PROVINCES, 1.0), elsewhere=0.0
    ),
    "szcdw": Profile(
        stations=2_300,
        sizes=(6, 60),
        dc_share=0.92,
        since=dt.date(2016, 6, 1),
        home={"44": 3.0, "4403": 22.0, "4401": 4.0, "4419": 5.0, "4413": 4.0},
        elsewhere=0.25,
    ),
    "huichongdian": Profile(stations=2_600, sizes=(4, 56), dc_share=0.85, since=dt.date(2018, 1, 1)),
    "evpower": Profile(
        stations=2_700,
        sizes=(4, 48),
        dc_share=0.30,
        dc_weights=_SLOW,
        home={"31": 3.0, "44": 1.4},
        sites=_SLOW_SITES,
        members_share=0.3,
    ),
    "nio": _carmaker(
        stations=2_330,
        dc_share=0.86,
        dc_weights=(10, 0, 6, 0, 26, 0, 26, 14, 0, 10, 8),
        since=dt.date(2018, 6, 1),
        home={"31": 1.5, "33": 1.4, "32": 1.3, "3401": 2.0, "11": 1.3},
        highway=5,
        highway_second=20,
        members_share=0.08,
    ),
    "xpeng": _carmaker(
        stations=1_720,
        dc_share=0.95,
        dc_weights=(0, 0, 4, 0, 20, 0, 40, 0, 0, 36, 0),
        since=dt.date(2018, 10, 1),
        home={"44": 1.6, "4401": 3.0},
        highway=2,
        highway_second=11,
        members_share=0.06,
    ),
    "li_auto": _carmaker(
        stations=1_000,
        dc_share=0.97,
        dc_weights=(0, 0, 0, 0, 6, 0, 0, 44, 28, 22, 0),
        since=dt.date(2023, 4, 1),
        home={"11": 1.3},
        highway=3,
        highway_second=16,
        members_share=0.04,
    ),
}

PROVINCE_WEIGHTS: Mapping[str, float] = {
    "44": 20.0, "33": 8.6, "32": 8.4, "31": 6.0, "37": 6.0, "42": 5.0, "11": 4.6, "34": 4.4, "41": 4.4,
    "51": 4.2, "35": 4.0, "61": 2.8, "43": 2.8, "13": 2.8, "45": 2.3, "12": 2.0, "50": 2.0, "14": 1.9,
    "36": 1.9, "53": 1.8, "21": 1.6, "52": 1.5, "46": 1.3, "65": 1.0, "23": 0.9, "15": 0.9, "22": 0.8,
    "62": 0.8, "64": 0.5, "63": 0.3, "54": 0.12,
}  # fmt: skip
"""Share of each province in all stations, by the first two digits of GB/T 2260."""

RICH_CITIES: Mapping[str, float] = {
    "4403": 1.7, "4401": 1.8, "3100": 2.2, "1100": 2.0, "3301": 1.8, "3205": 1.8, "4419": 1.3,
    "4406": 1.3, "5101": 1.6, "4201": 1.5, "3201": 1.5, "6101": 1.5, "4301": 1.5, "4101": 1.5, "3702": 1.4,
    "3302": 1.5, "3401": 1.5, "3502": 1.5, "3202": 1.4, "4601": 1.3, "4602": 1.5, "4404": 1.4, "5000": 1.2,
}  # fmt: skip
"""How much denser a rich city is than its population alone suggests; others are 1."""
