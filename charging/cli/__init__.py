"""The command line: `charging`, or `python -m charging`.

Thin over `charging.dataset`, `charging.sync`, `charging.queries` and `charging.analytics`. Figures go to
standard output, for people or with `--json` for programs; progress and errors go to standard error. It exits
0 on success, 2 on bad use, 1 on bad data.
"""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from charging import logs
from charging.cli import changes, comparison, coverage, highways, reach, server
from charging.cli.command import (
    BAD_DATA,
    BAD_USE,
    Answer,
    Commands,
    add_command,
    add_dir,
    add_query,
    add_resolution,
    add_verbose,
    opened,
    selection,
)
from charging.cli.question import engine_of
from charging.dataset.pipeline import LARGEST_SCALE, build_simulated, import_files
from charging.dataset.store import Dataset
from charging.dataset.summary import Summary, summarise
from charging.dataset.validate import damage
from charging.domain.vocabulary import Datum
from charging.errors import ChargingError, UsageError
from charging.exports.files import Format, Request, What, write
from charging.settings import Settings
from charging.sources.readers import READERS
from charging.sources.tabular.presets import presets

LEVELS = (logging.ERROR, logging.INFO, logging.DEBUG)
"""What is logged, by how often `-v` is given: usually nothing, since what fails is said anyway."""

INTERRUPTED = 130  # what a shell says of a command stopped by the keyboard

_log = logging.getLogger(__name__)

_BAR_WIDTH = 30
_QUIET_STEP = 0.5  # share between two lines where no terminal shows a bar


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = build_parser().parse_args(arguments)
    logs.configure(LEVELS[min(options.verbose, len(LEVELS) - 1)])
    try:
        return _run(options)
    finally:
        logs.reset()


def _run(options: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace, Settings], Answer] = options.command
    try:
        answer = command(options, Settings.from_environment())
    except ChargingError as error:
        _log.info("The command failed", exc_info=True)
        print(f"charging: {error}", file=sys.stderr)
        return BAD_USE if isinstance(error, UsageError) else BAD_DATA
    except KeyboardInterrupt:
        print("charging: stopped; no dataset was changed", file=sys.stderr)
        return INTERRUPTED
    print(json.dumps(answer.values, indent=2) if options.json else "\n".join(answer.lines))
    return answer.code


class ProgressLine:
    """Shows how far a command is: a bar that redraws itself on a terminal, elsewhere a few lines."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._shown = -1.0

    def __call__(self, share: float, what: str) -> None:
        """Show a share, 0 to 1, and what is being done."""
        if self._is_terminal:
            bar = "#" * round(share * _BAR_WIDTH)
            end = "\n" if share >= 1 else ""
            self._stream.write(f"\r\x1b[K[{bar:<{_BAR_WIDTH}}] {share:4.0%} {what}{end}")
            self._stream.flush()
        elif self._shown < 0 or share - self._shown >= _QUIET_STEP:
            self._shown = share
            print(f"{share:4.0%} {what}", file=self._stream)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="charging",
        description="Show a map of charging networks; build, import, inspect and analyse their datasets.",
        epilog="Exit codes: 0 success, 1 bad data, 2 bad use. Datasets are kept in CHARGING_BUILD_DIR.",
    )
    add_verbose(parser, 0)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    server.add_to(commands)
    _add_build(commands)
    _add_import(commands)
    _add_sync(commands)
    for name, command, what in (
        ("info", _info, "Show what a dataset holds: stations, piles, operators, cities, sources."),
        ("validate", _validate, "Read a dataset whole and check files, tables, hash and report."),
    ):
        sub = add_command(commands, name, command, what)
        add_dir(sub)
    for analysis in (coverage, comparison, reach, highways, changes):
        analysis.add_to(commands)
    _add_export(commands)
    return parser


def _add_build(commands: Commands) -> None:
    sub = add_command(commands, "build", _build, "Build the simulated network.")
    sub.add_argument("--into", type=Path, metavar="DIR", help="folder of the dataset")
    sub.add_argument(
        "--scale",
        type=int,
        default=1,
        metavar="N",
        help=f"N times the stations and piles, 1 to {LARGEST_SCALE}; the dataset is labelled with it",
    )
    sub.add_argument("--seed", type=int, default=0, metavar="S", help="seed of every draw, 0 by default")


def _add_import(commands: Commands) -> None:
    sub = add_command(commands, "import", _import, "Read files of charging stations into a dataset.")
    sub.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="a file, plain, gzip or zip; several make one dataset",
    )
    sub.add_argument(
        "--format",
        choices=[reader.name for reader in READERS],
        help="format of the files; by default told from their content",
    )
    sub.add_argument("--preset", choices=presets(), help="columns of a table; implies its format")
    sub.add_argument(
        "--datum",
        type=Datum,
        choices=list(Datum),
        help="datum of the coordinates, where it is not the one the format says",
    )
    sub.add_argument("--name", help="name of the dataset; by default that of the first file")
    sub.add_argument("--into", type=Path, metavar="DIR", help="folder of the dataset")


def _add_sync(commands: Commands) -> None:
    what = "Pull stations and statuses from a live peer (OCPI, T/CEC 102) into its dataset."
    sub = add_command(commands, "sync", _sync, what)
    sub.add_argument("name", metavar="NAME", help="name of the peer: peers/NAME.toml in the build folder")
    sub.add_argument(
        "--full", action="store_true", help="pull everything, which finds stations that have vanished"
    )


def _add_export(commands: Commands) -> None:
    sub = add_command(commands, "export", _export, "Write selected stations or cells to a file.")
    add_dir(sub)
    sub.add_argument("--what", choices=list(What), type=What, required=True, help="rows of the table")
    sub.add_argument(
        "--format",
        choices=list(Format),
        type=Format,
        required=True,
        help="csv and geojson are written as a zip with dictionary and licences, parquet with metadata",
    )
    sub.add_argument(
        "--out", type=Path, metavar="FILE", required=True, help="file to write, replaced if there"
    )
    add_query(sub)
    add_resolution(sub, "hexes")


def _build(options: argparse.Namespace, settings: Settings) -> Answer:
    dataset = build_simulated(
        settings.build_dir,
        scale=options.scale,
        seed=options.seed,
        into=options.into,
        progress=ProgressLine(sys.stderr),
    )
    return _described(dataset)


def _import(options: argparse.Namespace, settings: Settings) -> Answer:
    dataset = import_files(
        options.files,
        build_dir=settings.build_dir,
        format_name=options.format,
        preset=options.preset,
        datum=options.datum,
        name=options.name,
        into=options.into,
        progress=ProgressLine(sys.stderr),
    )
    described, report = _described(dataset), dataset.manifest.report
    return Answer(described.values | {"report": report.to_json()}, [*report.lines(), "", *described.lines])


def _sync(options: argparse.Namespace, settings: Settings) -> Answer:
    from charging.sync.update import sync  # noqa: PLC0415  takes 0.15 s to load

    done = sync(
        options.name,
        build_dir=settings.build_dir,
        is_full=options.full,
        progress=ProgressLine(sys.stderr),
    )
    return Answer(done.to_json(), done.lines())


def _info(options: argparse.Namespace, settings: Settings) -> Answer:
    return _described(opened(options.dir, settings))


def _validate(options: argparse.Namespace, settings: Settings) -> Answer:
    dataset = opened(options.dir, settings)
    complaints = list(damage(dataset))
    values = {"name": dataset.name, "version": dataset.version.name, "complaints": complaints}
    if complaints:
        return Answer(values, [f"{dataset.version} is damaged:", *complaints], BAD_DATA)
    return Answer(values, [f"{dataset.version} is sound."])


def _export(options: argparse.Namespace, settings: Settings) -> Answer:
    request = Request(
        what=options.what,
        format=options.format,
        filters=selection(options.query),
        resolution=options.resolution,
    )
    dataset = opened(options.dir, settings)
    draft = options.out.with_name(f".{options.out.name}.part")
    with engine_of(dataset, settings) as data:
        try:
            with draft.open("wb") as file:
                rows = write(data.engine, dataset, request, file)
            draft.replace(options.out)
        except OSError as error:
            message = f"Cannot write {options.out}: {error.strerror}."
            raise UsageError(message) from error
        finally:
            draft.unlink(missing_ok=True)
    size = options.out.stat().st_size
    values = {"file": str(options.out), "rows": rows, "bytes": size, "kind": str(dataset.kind)}
    return Answer(values, [f"{rows:,} {options.what} ({dataset.kind}) in {options.out}, {size:,} bytes"])


def _described(dataset: Dataset) -> Answer:
    summary, stored = summarise(dataset), dataset.manifest.to_json()
    left_out = ("report", "files", "counts")
    values = {key: value for key, value in stored.items() if key not in left_out} | summary.to_json()
    values |= {"folder": str(dataset.folder), "version": dataset.version.name}
    return Answer(values, _lines(dataset, summary))


def _lines(dataset: Dataset, summary: Summary) -> list[str]:
    manifest = dataset.manifest
    lines = [
        f"{manifest.title} ({manifest.kind}), as of {manifest.as_of or 'a date not known'}",
        f"{dataset.version}, built {manifest.built_at:%Y-%m-%d %H:%M} UTC",
        f"{summary.stations:,} stations, {summary.stations_without_pile_count:,} of them with unknown piles",
        f"{summary.piles:,} piles, {_dc_text(summary)}; counted: {manifest.unit_counted}",
        f"{summary.operators:,} operators, {summary.cities:,} cities",
    ]
    if summary.service_area_share is not None:
        lines.append(
            f"{summary.service_areas_with_piles:,} of {summary.service_areas:,} service areas with piles"
            f" ({summary.service_area_share:.1%})"
        )
    lines += [f"  {count:>12,} {operator}" for operator, count in summary.piles_by_operator.items()]
    if summary.piles_without_operator:
        lines.append(f"  {summary.piles_without_operator:>12,} operator not known")
    lines += [
        f"Source {rows.info.source}: {rows.info.title}; {rows.info.licence or 'licence by record'};"
        f" {rows.rows_taken:,} of {rows.rows_read:,} records, read {rows.retrieved_at:%Y-%m-%d}"
        for rows in manifest.sources
    ]
    return [*lines, f"Content {dataset.content_hash}"]


def _dc_text(summary: Summary) -> str:
    if summary.dc_piles is None:
        return "DC or AC not known"
    return f"{summary.dc_piles:,} of them DC, {summary.piles_without_current:,} not known"
