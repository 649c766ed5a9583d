"""GeoPackages made for tests: the tables of one that a reader asks about, and no others."""

import sqlite3
from contextlib import closing

import h3.api.numpy_int as h3

CELLS = tuple(f"{cell:x}" for cell in h3.grid_disk(h3.latlng_to_cell(52.52, 13.4, 8), 2).tolist())
"""Nineteen cells of Kontur's resolution."""

CONTENTS = """
create table gpkg_contents (
    table_name text primary key, data_type text not null, identifier text, description text default '')
"""
COLUMNS = "fid integer primary key, geom blob, h3 text, population real"


def write_geopackage(path, rows, *, listed=(("population", "features"),), columns=COLUMNS, more=()):
    """Write a GeoPackage with a table `population` of cells and people, and what else it is told to do."""
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("pragma application_id = 0x47504B47")
        base.execute(CONTENTS)
        base.executemany("insert into gpkg_contents (table_name, data_type) values (?, ?)", listed)
        base.execute(f"create table population ({columns})")
        base.executemany("insert into population (h3, population) values (?, ?)", rows)
        for statement in more:
            base.execute(statement)
    return path
