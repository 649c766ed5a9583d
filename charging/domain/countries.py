"""Where countries lie: boxes around them, with the islands and overseas parts that carry their code.

Written by hand from general knowledge, in whole or half degrees rounded outwards. They serve to find points
that cannot be right, such as latitude and longitude exchanged, and are no borders: a point of a neighbour may
lie inside. A country that is not listed is not looked at.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from charging.domain.bounds import Bounds
from charging.domain.datum import CHINA

_BOXES = """
AD 42 1 43 2 | AE 22 51 26.5 56.5 | AF 29 60 38.5 75 | AL 39.5 19 43 21.5 | AM 38.5 43 41.5 47
AO -18.5 11.5 -4 24.5 | AR -55.5 -74 -21.5 -53 | AT 46 9 49.5 17.5 | AU -44 112 -9 154.5
AU -32 158 -31 160 | AZ 38 44.5 42 51 | BA 42.5 15.5 45.5 20 | BB 13 -60 13.5 -59 | BD 20.5 88 27 93
BE 49 2.5 52 6.5 | BG 41 22 44.5 29 | BH 25.5 50 26.5 51 | BN 4 114 5.5 115.5 | BO -23 -70 -9.5 -57
BR -34 -74.5 5.5 -34 | BR -4 -33 -3.5 -32 | BT 26.5 88.5 28.5 92.5 | BW -27 19.5 -17.5 29.5
BY 51 23 56.5 33 | CA 41.5 -141.5 83.5 -52 | CH 45.5 5.5 48 11 | CL -56 -76 -17 -66
CL -28 -110 -26 -105 | CM 1.5 8 13.5 16.5 | CO -4.5 -79.5 13 -66.5 | CO 12 -82 14 -81
CR 8 -86 11.5 -82.5 | CU 19.5 -85 23.5 -74 | CY 34.5 32 36 35 | CZ 48.5 12 51.5 19 | DE 47 5.5 55.5 15.5
DK 54.5 8 58 15.5 | DO 17.5 -72 20 -68 | DZ 18.5 -9 37.5 12 | EC -5.5 -81.5 2 -75 | EC -2 -92 2 -89
EE 57.5 21.5 60 28.5 | EG 21.5 24.5 32 37 | ES 35.5 -9.5 44 4.5 | ES 27.5 -18.5 29.5 -13
ET 3 32.5 15 48 | FI 59.5 19 70.5 32 | FJ -21 177 -12 -178 | FR 41 -5.5 51.5 10 | FR 14 -63.5 18.5 -60.5
FR 2 -55 6 -51 | FR -21.5 55 -20.5 56 | FR -13.5 44.5 -12.5 45.5 | FR 46.5 -57 47.5 -56
FR -23 163 -19 169 | FR -28 -155 -7 -134 | GB 49.5 -9 61 2 | GE 41 39.5 44 47 | GH 4.5 -3.5 11.5 1.5
GI 36 -5.5 36.5 -5 | GR 34.5 19 42 30 | GT 13.5 -92.5 18 -88 | HK 22 113.5 23 114.5
HN 12.5 -89.5 17 -83 | HR 42 13 47 19.5 | HU 45.5 16 49 23 | ID -11.5 94.5 6.5 141.5
IE 51 -11 55.5 -5.5 | IL 29 34 33.5 36 | IN 6 68 36 97.5 | IQ 29 38.5 37.5 49 | IR 24.5 44 40 63.5
IS 63 -25 67 -13 | IT 35 6.5 47.5 19 | JM 17.5 -78.5 19 -76 | JO 29 34.5 33.5 39.5 | JP 20 122.5 46 154
KE -5 33.5 5 42 | KG 39 69 43.5 80.5 | KH 9.5 102 15 108 | KR 33 124.5 39 132 | KW 28.5 46.5 30.5 48.5
KZ 40.5 46 55.5 87.5 | LA 13.5 100 22.5 108 | LB 33 35 35 37 | LI 47 9 47.5 10 | LK 5.5 79.5 10 82
LT 53.5 20.5 56.5 27 | LU 49 5.5 50.5 7 | LV 55.5 20.5 58.5 28.5 | MA 20.5 -17.5 36 -1
MC 43.5 7 44 7.5 | MD 45 26.5 48.5 30.5 | ME 41.5 18 44 20.5 | MK 40.5 20 42.5 23.5
MN 41.5 87.5 52.5 120 | MO 22 113 22.5 114 | MT 35.5 14 36.5 15 | MU -21 57 -10 64
MX 14 -118.5 33 -86.5 | MY 0.5 99 7.5 119.5 | MZ -27 30 -10 41 | NA -29 11.5 -16.5 25.5 | NG 4 2.5 14 15
NI 10.5 -88 15.5 -82.5 | NL 50.5 3 54 7.5 | NL 12 -69 13 -68 | NL 17 -64 18.5 -62.5
NO 57.5 4 71.5 31.5 | NO 74 10 81 35 | NP 26 80 30.5 88.5 | NZ -48 166 -34 179
NZ -45 -177.5 -43 -175.5 | OM 16.5 51.5 26.5 60 | PA 7 -83.5 10 -77 | PE -18.5 -81.5 0 -68.5
PH 4.5 116.5 21.5 127 | PK 23.5 60.5 37.5 77.5 | PL 48.5 14 55 24.5 | PR 17.5 -68 19 -65
PT 36.5 -10 42.5 -6 | PT 36.5 -31.5 40 -25 | PT 30 -17.5 33.5 -16 | PY -28 -63 -19 -54
QA 24 50.5 26.5 52 | RE -21.5 55 -20.5 56 | RO 43.5 20 48.5 30 | RS 42 18.5 46.5 23.5 | RU 41 19 82 -169
SA 16 34.5 32.5 56 | SE 55 10.5 69.5 24.5 | SG 1 103.5 1.5 104.5 | SI 45 13 47 17 | SK 47.5 16.5 50 23
SM 43.5 12 44 12.5 | SN 12 -18 17 -11 | SV 13 -90.5 14.5 -87.5 | TH 5.5 97 20.5 106
TJ 36.5 67 41.5 75.5 | TN 30 7.5 37.5 12 | TR 35.5 25.5 42.5 45 | TT 10 -62 11.5 -60
TW 20.5 118 26.5 122.5 | TZ -12 29 -0.5 41 | UA 44 22 52.5 40.5 | UG -2 29.5 4.5 35.5
US 24 -125.5 49.5 -66.5 | US 51 172 72 -129.5 | US 18.5 -179 29 -154.5 | US 17.5 -68 19 -64.5
US 13 144 21 146.5 | US -15 -171.5 -13.5 -168 | UY -35.5 -58.5 -30 -53 | UZ 37 55.5 46 73.5
VE 0.5 -73.5 12.5 -59.5 | VN 8 102 23.5 110 | XK 41.5 20 43.5 22 | ZA -35 16 -22 33
ZM -18.5 21.5 -8 34 | ZW -22.5 25 -15.5 33.5
"""
"""Code, then south, west, north and east, degrees."""

PAD_DEG = 0.5
"""How far beyond its box a point is still taken for one of the country."""

_Bools = NDArray[np.bool_]
_Reals = NDArray[np.float64]


def _boxes() -> dict[str, tuple[Bounds, ...]]:
    found: dict[str, tuple[Bounds, ...]] = {"CN": (CHINA,)}
    for line in _BOXES.replace("|", "\n").split("\n"):
        if line.strip():
            code, *edges = line.split()
            found[code] = (*found.get(code, ()), Bounds(*map(float, edges)))
    return found


BOXES: Mapping[str, tuple[Bounds, ...]] = _boxes()
"""The boxes of a country by its ISO 3166-1 code of two letters."""


def lies_in(country: str, lat: _Reals, lon: _Reals, pad_deg: float = PAD_DEG) -> _Bools:
    """Return which points lie in the boxes of a country; all do where it has none.

    Examples
    --------
    >>> lies_in("DE", np.array([52.5, 13.4]), np.array([13.4, 52.5])).tolist()
    [True, False]
    """
    found = np.full(len(lat), country not in BOXES)
    for box in BOXES.get(country, ()):
        found |= _padded(box, pad_deg).contains(lat, lon)
    return found


def _padded(box: Bounds, degrees: float) -> Bounds:
    return Bounds.from_map(
        box.south - degrees, box.west - degrees, box.north + degrees, box.west + box.width + degrees
    )
