"""`export`: selected stations or cells as a file for others."""

import argparse
from pathlib import Path

from charging.cli.command import Output, add_dir, add_query, add_resolution, load_dataset, parse_selection
from charging.cli.question import open_engine
from charging.errors import UsageError
from charging.exports.files import Format, Request, What, write_export
from charging.settings import Settings


def add_options(sub: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    sub.set_defaults(command=_export)
    add_dir(sub)
    sub.add_argument("--what", choices=list(What), type=What, required=True, help="rows of the table")
    format_help = "csv and geojson are written as a zip with dictionary and licences, parquet with metadata"
    sub.add_argument("--format", choices=list(Format), type=Format, required=True, help=format_help)
    out_help = "file to write, replaced if there"
    sub.add_argument("--out", type=Path, metavar="FILE", required=True, help=out_help)
    add_query(sub)
    add_resolution(sub, "hexes")


def _export(options: argparse.Namespace, settings: Settings) -> Output:
    dataset = load_dataset(options.dir, settings)
    request = Request(
        what=options.what,
        format=options.format,
        filters=parse_selection(options.query, dataset),
        resolution=options.resolution,
    )
    draft = options.out.with_name(f".{options.out.name}.part")
    with open_engine(dataset, settings) as data:
        try:
            with draft.open("wb") as file:
                rows = write_export(data.engine, dataset, request, file)
            draft.replace(options.out)
        except OSError as error:
            raise UsageError(f"Cannot write {options.out}: {error.strerror}.") from error
        finally:
            draft.unlink(missing_ok=True)
    size = options.out.stat().st_size
    values = {"file": str(options.out), "rows": rows, "bytes": size, "kind": str(dataset.kind)}
    return Output(values, [f"{rows:,} {options.what} ({dataset.kind}) in {options.out}, {size:,} bytes"])
