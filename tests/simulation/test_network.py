from collections import Counter, defaultdict
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest

from charging.domain.geography import CityIndex, great_circle_km, load_cities
from charging.domain.operators import load_operators
from charging.domain.vocabulary import Access, Current, Datum, Relation, Site
from charging.errors import UsageError
from charging.simulation.draws import Draws, pick_indices, share_out
from charging.simulation.land import load_land
from charging.simulation.network import AS_OF, DC_PILES, SOURCE, operator_piles, simulate_network
from charging.simulation.profiles import CSG_PROVINCES, PROFILES
from charging.sources.records import ServiceAreaRecord, StationRecord

pytestmark = pytest.mark.slow

CARMAKERS = {"nio": 14_000, "xpeng": 9_000, "li_auto": 6_000}


def stations_of(records):
    return [record for record in records if isinstance(record, StationRecord)]


def piles_by(stations, key):
    counts = Counter()
    for station in stations:
        for group in station.piles:
            counts[key(station, group)] += group.count
    return counts


@pytest.fixture(scope="module")
def progress():
    """What was told of the progress while the records were made."""
    return []


@pytest.fixture(scope="module")
def records(progress):
    return list(simulate_network(progress=progress.append))


@pytest.fixture(scope="module")
def stations(records):
    return stations_of(records)


@pytest.fixture(scope="module")
def areas(records):
    return [record for record in records if isinstance(record, ServiceAreaRecord)]


@pytest.fixture(scope="module")
def doubled():
    """Only the sums of a network of twice the size: its records are not kept."""
    sums = SimpleNamespace(station_ids=set(), piles=Counter(), areas=0)
    for record in simulate_network(scale=2):
        if isinstance(record, ServiceAreaRecord):
            sums.areas += 1
            continue
        sums.station_ids.add(record.source_id)
        for group in record.piles:
            sums.piles[group.current] += group.count
    return sums


@pytest.fixture(scope="module")
def piles_per_city(stations):
    names = {city.id: city.name_en for city in load_cities()}
    return piles_by(stations, lambda station, _group: names[station.city_id])


def test_network_has_1_020_000_piles(stations):
    assert sum(group.count for station in stations for group in station.piles) == 1_020_000


def test_every_operator_has_its_calibrated_piles(stations):
    counted = piles_by(stations, lambda station, _group: station.operator_id)
    assert counted == operator_piles()
    assert {operator_id: counted[operator_id] for operator_id in CARMAKERS} == CARMAKERS


def test_thirteen_operators_are_the_partners_of_the_registry():
    partners = {operator.id for operator in load_operators() if operator.relation is Relation.PARTNER}
    assert set(operator_piles()) == partners
    assert len(partners) == 13


def test_the_ten_others_are_the_largest_and_share_991_000_in_proportion():
    counted = {operator.id: operator.piles_2024_06 or 0 for operator in load_operators()}
    largest = sorted(counted, key=lambda operator_id: -counted[operator_id])[:10]
    piles = operator_piles()
    assert set(piles) - set(CARMAKERS) == set(largest)
    whole = sum(counted[operator_id] for operator_id in largest)
    assert all(abs(piles[i] - 991_000 * counted[i] / whole) < 1 for i in largest)


def test_dc_piles_are_more_than_800_000_and_calibrated(stations):
    counted = piles_by(stations, lambda _station, group: group.current)
    assert counted[Current.DC] == DC_PILES > 800_000
    assert set(counted) == {Current.DC, Current.AC}


def test_every_city_has_a_station(stations):
    assert {station.city_id for station in stations} == {city.id for city in load_cities()}


def test_share_of_served_service_areas_rounds_to_the_published_one(stations, areas):
    served = {station.service_area_id for station in stations} - {None}
    assert served <= {area.service_area_id for area in areas}
    assert round(len(served) / len(areas), 3) == 0.881


def test_station_and_group_numbers_are_those_of_a_country(stations):
    assert 80_000 <= len(stations) <= 110_000
    assert 250_000 <= sum(len(station.piles) for station in stations) <= 400_000


def test_same_seed_gives_the_same_network(records):
    assert list(islice(simulate_network(), 10_000)) == records[:10_000]


def test_another_seed_gives_another_network_of_the_same_sums(stations):
    others = stations_of(islice(simulate_network(seed=1), 28_000))
    count = PROFILES["teld"].stations
    assert [s.lat for s in others[:count]] != [s.lat for s in stations[:count]]
    for some in (others, stations):
        assert piles_by(some[:count], lambda station, _group: station.operator_id) == {"teld": 232_785}


@pytest.mark.endurance
def test_twice_the_scale_is_exactly_twice_the_stations_and_piles(stations, areas, doubled):
    assert len(doubled.station_ids) == 2 * len(stations)
    assert doubled.piles == {Current.DC: 2 * DC_PILES, Current.AC: 2 * (1_020_000 - DC_PILES)}
    assert doubled.areas == len(areas)


@pytest.mark.usefixtures("records")
def test_progress_runs_from_0_to_1(progress):
    assert progress[0] == 0
    assert progress[-1] == 1
    assert progress == sorted(progress)


def test_ids_are_unique_and_no_operator_has_two_stations_on_one_point(stations, areas):
    assert len({station.source_id for station in stations}) == len(stations)
    assert len({(s.operator_id, s.lat, s.lon) for s in stations}) == len(stations)
    assert len({area.service_area_id for area in areas}) == len(areas)


def test_nothing_can_be_mistaken_for_a_real_station(stations, areas):
    assert all("simulated" in station.name and "模拟" in station.name_zh for station in stations)
    assert all("simulated" in area.name and "模拟" in area.name for area in areas)
    assert "imulated" in SOURCE.title
    assert "imulated" in SOURCE.attribution


def test_southern_grid_stays_in_its_five_provinces(stations):
    seen = {station.city_id[:2] for station in stations if station.operator_id == "csg"}
    assert seen == set(CSG_PROVINCES)


def test_no_station_or_service_area_is_in_the_sea_or_out_of_the_country(stations, areas):
    in_towns = np.array([(station.lat, station.lon) for station in stations if not station.service_area_id])
    assert load_land().allows(in_towns[:, 0], in_towns[:, 1]).all()
    points = np.array([(spot.lat, spot.lon) for spot in (*stations, *areas)])
    assert load_land().allows(points[:, 0], points[:, 1]).mean() > 0.9999  # a car park may reach the shore
    assert (points.min(axis=0) > (18.0, 73.5)).all()
    assert (points.max(axis=0) < (53.6, 135.1)).all()


def test_stations_lie_in_the_region_they_state(stations):
    cities = load_cities()
    lat, lon = np.array([(station.lat, station.lon) for station in stations]).T
    nearest, _distance_km = CityIndex(cities).nearest_city(lat, lon)
    strays = [s for i, s in zip(nearest.tolist(), stations, strict=True) if cities[i].province_zh != s.region]
    assert len(strays) < 0.05 * len(stations)
    for region in {station.region for station in strays}:
        own = np.array([(city.lat, city.lon) for city in cities if city.province_zh == region])
        points = np.array([(station.lat, station.lon) for station in strays if station.region == region])
        away_km = great_circle_km(points[:, :1], points[:, 1:], own[:, 0], own[:, 1])
        assert away_km.min(axis=1).max() < 100, region


def test_stations_of_a_service_area_stand_in_it(stations, areas):
    at = {area.service_area_id: (area.lat, area.lon) for area in areas}
    on_highway = [station for station in stations if station.service_area_id]
    lat, lon = np.array([(station.lat, station.lon) for station in on_highway]).T
    area_lat, area_lon = np.array([at[station.service_area_id] for station in on_highway]).T
    assert great_circle_km(lat, lon, area_lat, area_lon).max() < 0.1
    assert all(station.site is Site.SERVICE_AREA for station in on_highway)
    assert not any(station.site is Site.SERVICE_AREA for station in stations if not station.service_area_id)


def test_service_areas_follow_each_road_about_every_50_km(areas):
    chainages = defaultdict(list)
    for area in areas:
        chainages[area.expressway, area.direction].append(area.chainage_km)
    steps = np.concatenate([np.diff(sorted(road)) for road in chainages.values()])
    assert 45 < np.median(steps) < 55
    assert np.mean(steps > 100) < 0.02


def test_every_service_area_has_two_sides_for_two_directions(areas):
    sides = defaultdict(set)
    for area in areas:
        sides[area.service_area_id[:-2]].add(area.direction)
    assert {len(directions) for directions in sides.values()} == {2}


def test_service_areas_of_neighbouring_roads_keep_apart(areas):
    lat, lon = np.array([(area.lat, area.lon) for area in areas[::2]]).T
    road = np.array([area.expressway for area in areas[::2]])
    apart = great_circle_km(lat[:, None], lon[:, None], lat, lon)
    assert apart[road[:, None] != road].min() > 11


def test_rich_coast_is_dense_and_the_west_thin(piles_per_city):
    at = piles_per_city
    assert at["Shenzhen"] > at["Chengdu"] > at["Lanzhou"] > at["Lhasa"] > 0
    assert at["Shanghai"] > 50 * at["Lhasa"]
    by_size = [name for name, _piles in at.most_common(4)]
    assert set(by_size) == {"Shenzhen", "Shanghai", "Guangzhou", "Beijing"}


def test_carenergynet_is_at_home_in_shenzhen(stations):
    cities = Counter(station.city_id for station in stations if station.operator_id == "szcdw")
    assert cities.most_common(1)[0][0] == "440300"
    assert sum(n for city, n in cities.items() if city.startswith("44")) > 0.5 * cities.total()


def test_carmakers_build_small_fast_stations(stations):
    carmaker = [station for station in stations if station.operator_id in CARMAKERS]
    sizes = [sum(group.count for group in station.piles) for station in carmaker]
    assert {min(sizes), max(sizes)} == {4, 8}
    dc_power = {
        g.power_kw for s in carmaker if s.operator_id == "li_auto" for g in s.piles if g.current == "DC"
    }
    assert dc_power == {None, 120.0, 240.0, 320.0, 480.0}


def test_groups_of_a_station_differ(stations):
    for station in stations[::50]:
        kinds = [(g.current, g.connectors, g.power_kw, g.status) for g in station.piles]
        assert len(set(kinds)) == len(kinds), station.source_id


def test_unknowns_occur_but_are_few(stations):
    groups = [group for station in stations for group in station.piles]
    unknown_power = np.mean([group.power_kw is None for group in groups])
    unknown_day = np.mean([station.opened_on is None for station in stations])
    assert 0.01 < unknown_power < 0.02
    assert 0.07 < unknown_day < 0.09
    assert None in {station.access for station in stations}
    assert None in {station.opening_hours for station in stations}


def test_statuses_are_spread_as_on_a_working_day(stations):
    counted = piles_by(stations, lambda _station, group: group.status)
    shares = {status: round(count / counted.total(), 2) for status, count in counted.items()}
    assert shares == {
        "available": 0.62,
        "charging": 0.26,
        "occupied": 0.04,
        "reserved": 0.01,
        "fault": 0.02,
        "offline": 0.03,
        None: 0.02,
    }


def test_more_stations_open_every_year_and_none_after_the_snapshot(stations):
    days = [station.opened_on for station in stations if station.opened_on]
    assert max(days) <= AS_OF.date()
    per_year = Counter(day.year for day in days)
    years = range(2015, 2025)
    assert [per_year[year] for year in years] == sorted(per_year[year] for year in years)


def test_every_station_speaks_the_projects_own_terms(stations):
    assert {station.datum for station in stations} == {Datum.WGS84}
    assert {station.country for station in stations} == {"CN"}
    assert {station.status_at for station in stations} == {AS_OF}
    assert Counter(station.access for station in stations).most_common(1)[0][0] is Access.PUBLIC


@pytest.mark.parametrize("options", [{"scale": 0}, {"seed": -1}])
def test_nonsense_is_refused_before_the_first_record(options):
    with pytest.raises(UsageError, match="expected a scale"):
        simulate_network(**options)


def test_uniform_draws_are_those_of_the_documented_stream():
    raw = np.random.PCG64(np.random.SeedSequence((7, 1))).random_raw(3)
    assert Draws(7, 1).uniform(3).tolist() == [(int(number) >> 11) * 2.0**-53 for number in raw]


def test_offsets_thin_out_and_end_at_three_scales():
    distance = np.sqrt((Draws(0).offsets(20_000) ** 2).sum(axis=1))
    assert np.quantile(distance, [0.5, 0.9]) == pytest.approx([0.905, 2.065], rel=0.03)
    assert distance.max() < 3.0001


def test_pick_gives_no_index_of_zero_weight():
    chosen = pick_indices([0, 1, 0, 3, 0], Draws(0).uniform(1_000))
    assert set(chosen.tolist()) == {1, 3}


def test_shared_sums_up_whatever_the_weights():
    assert share_out(991_000, [595, 554, 526]) == [352_027, 327_769, 311_204]
