import json
from pathlib import Path

STATIC = Path(__file__).parents[2] / "charging" / "maps" / "static"


def rings():
    ground = json.loads((STATIC / "ground.json").read_text(encoding="utf-8"))
    for steps in ground["rings"]:
        lon = lat = 0
        ring = []
        for east, north in zip(steps[::2], steps[1::2], strict=True):
            lon, lat = lon + east, lat + north
            ring.append((lat / ground["perDegree"], lon / ground["perDegree"]))
        yield ring


def is_inside(ring, lat, lon):
    crossings = 0
    for (lat_a, lon_a), (lat_b, lon_b) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (lat_a > lat) != (lat_b > lat):
            crossings += lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
    return crossings % 2 == 1


def test_the_ground_is_small():
    assert (STATIC / "ground.json").stat().st_size < 80_000


def test_land_is_land_and_sea_is_sea():
    shapes = list(rings())

    def on_land(lat, lon):
        return sum(is_inside(ring, lat, lon) for ring in shapes) % 2 == 1

    assert all(
        on_land(*point) for point in [(39.9, 116.4), (43.8, 87.6), (23.7, 121.0), (19.2, 109.7), (48.0, 10.0)]
    )
    assert not any(on_land(*point) for point in [(30.0, 125.0), (15.0, 113.0), (38.5, 119.8), (0.0, -30.0)])


def test_city_names_come_by_size_in_both_scripts():
    names = json.loads((STATIC / "labels.json").read_text(encoding="utf-8"))
    ranks = [rank for _, _, rank, _, _ in names]
    assert ranks == sorted(ranks)
    assert [40, 116, 0, "Beijing", "北京"] in [[round(lat), round(lon), *rest] for lat, lon, *rest in names]
    assert not [zh for *_, zh in names if zh.endswith("市")]


def test_our_script_writes_no_foreign_html():
    code = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("map.js", "shapes.js"))
    assert "innerHTML =" not in code
    assert "eval(" not in code
    assert [line for line in code.splitlines() if "https://" in line and "leafletjs.com" not in line] == []
