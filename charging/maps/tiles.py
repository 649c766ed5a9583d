"""Street tiles: the known sets, their datum and credits, and which of them the settings allow.

`TILES` lists them all, `usable_tiles` those that can be shown with the settings of a run, keys filled in.
A key necessarily reaches the browser, as part of the address of every tile: choose one that its
provider restricts to your domain. It goes nowhere else.

The addresses of Amap are those in common use, without published terms; that they are served over https
everywhere, and the text of its credit, is UNVERIFIED, as are the addresses of CARTO with a key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from charging.domain.vocabulary import Datum
from charging.errors import UsageError
from charging.settings import Settings

NONE = "none"
"""Choice of no tiles."""

CUSTOM = "custom"
"""Choice of tiles by URL."""

STREETS_FROM_ZOOM = 9
"""First zoom that shows street tiles: further out our own ground is clearer."""

_KEY = "{key}"
_PLACES = re.compile(r"\{(.*?)\}")
_KNOWN_PLACES = frozenset({"s", "z", "x", "y", "-y", "r"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Credit for tiles: a text, and the page it links to, if any."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """A set of street tiles.

    `urls` are Leaflet's templates ({z} {x} {y}, {s} for a subdomain, {r} for the suffix of sharp screens),
    lowest layer first; `{key}` in one means that the set needs a key. `max_zoom` is the finest zoom of the
    server; beyond it tiles are enlarged.
    """

    name: str
    urls: tuple[str, ...]
    credits: tuple[Credit, ...]
    datum: Datum = Datum.WGS84
    subdomains: tuple[str, ...] = ()
    min_zoom: int = STREETS_FROM_ZOOM
    max_zoom: int = 18
    is_dark: bool = False

    @property
    def needs_key(self) -> bool:
        """Whether the set needs a key."""
        return any(_KEY in url for url in self.urls)

    def with_key(self, key: str) -> "Tiles":
        """Return the set with its key filled in."""
        return replace(self, urls=tuple(url.replace(_KEY, quote(key, safe="")) for url in self.urls))


_OSM_CREDIT = Credit(text="© OpenStreetMap contributors", url="https://www.openstreetmap.org/copyright")

OSM = Tiles(
    name="osm",
    urls=("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
    credits=(_OSM_CREDIT,),
    max_zoom=19,
)

AMAP = Tiles(
    name="amap",
    urls=(
        "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",
    ),
    credits=(Credit(text="© 高德地图 Amap", url="https://www.amap.com/"),),
    datum=Datum.GCJ02,
    subdomains=("1", "2", "3", "4"),
)


def _tianditu(layer: str) -> str:
    return (
        f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        f"&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
    )


TIANDITU = Tiles(
    name="tianditu",
    urls=(_tianditu("vec"), _tianditu("cva")),  # streets, and their names above them
    credits=(Credit(text="© 天地图 Tianditu", url="https://www.tianditu.gov.cn/"),),
    datum=Datum.WGS84,  # CGCS2000, within a metre of it
    subdomains=("0", "1", "2", "3", "4", "5", "6", "7"),
)


def _carto(name: str, style: str, *, is_dark: bool) -> Tiles:
    return Tiles(
        name=name,
        urls=(f"https://{{s}}.basemaps.cartocdn.com/{style}/{{z}}/{{x}}/{{y}}{{r}}.png?key={_KEY}",),
        credits=(_OSM_CREDIT, Credit(text="© CARTO", url="https://carto.com/attributions")),
        subdomains=("a", "b", "c", "d"),
        max_zoom=20,
        is_dark=is_dark,
    )


POSITRON = _carto("positron", "light_all", is_dark=False)
DARK_MATTER = _carto("dark_matter", "dark_all", is_dark=True)

TILES = {tiles.name: tiles for tiles in (OSM, AMAP, TIANDITU, POSITRON, DARK_MATTER)}
"""All sets with a fixed address, by name."""

CHOICES = (NONE, *TILES, CUSTOM)
"""All choices."""


def usable_tiles(settings: Settings) -> Mapping[str, Tiles]:
    """Return the tiles that can be shown, by name: those whose key or address is set; empty for no tiles.

    Raises
    ------
    UsageError
        If the chosen set is not known or lacks its key or address, or if the custom address cannot be read.

    Examples
    --------
    >>> list(usable_tiles(Settings(tianditu_key="abc")))
    ['osm', 'amap', 'tianditu']
    >>> list(usable_tiles(Settings(tiles="none")))
    []
    """
    if settings.tiles == NONE:
        return {}
    keys = {
        TIANDITU.name: settings.tianditu_key,
        POSITRON.name: settings.carto_key,
        DARK_MATTER.name: settings.carto_key,
    }
    usable = {
        name: tiles.with_key(keys.get(name, ""))
        for name, tiles in TILES.items()
        if keys.get(name) or not tiles.needs_key
    }
    if settings.tiles_url:
        usable[CUSTOM] = _custom_tiles(settings)
    if settings.tiles not in usable:
        raise UsageError(_refusal(settings.tiles))
    return usable


def _refusal(name: str) -> str:
    if name == CUSTOM:
        return "CHARGING_TILES=custom needs an address: set CHARGING_TILES_URL"
    if name in TILES:
        variable = "CHARGING_TIANDITU_KEY" if name == TIANDITU.name else "CHARGING_CARTO_KEY"
        return f"CHARGING_TILES={name} needs a key: set {variable}"
    return f"CHARGING_TILES must be one of {', '.join(CHOICES)}, found {name!r}"


def _custom_tiles(settings: Settings) -> Tiles:
    url = settings.tiles_url
    places = set(_PLACES.findall(url))
    is_complete = {"z", "x"} <= places and places & {"y", "-y"}
    if not url.startswith(("https://", "http://")) or not is_complete or places - _KNOWN_PLACES:
        # not repeated: it may contain a key
        raise UsageError("CHARGING_TILES_URL must be like https://host/{z}/{x}/{y}.png, found another form")
    if settings.tiles_datum not in (Datum.WGS84, Datum.GCJ02):
        message = f"CHARGING_TILES_DATUM must be wgs84 or gcj02, found {settings.tiles_datum!r}"
        raise UsageError(message)
    return Tiles(
        name=CUSTOM,
        urls=(url,),
        credits=(Credit(text=settings.tiles_attribution),) if settings.tiles_attribution else (),
        datum=Datum(settings.tiles_datum),
        subdomains=("a", "b", "c"),
    )
