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
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TextIO

from charging import logs
from charging.cli import server
from charging.cli.command import (
    BAD_DATA,
    BAD_USE,
    Commands,
    Output,
    add_command,
    add_dir,
    add_verbose,
    load_dataset,
    locate_folder,
)
from charging.cli.process_setup import set_up
from charging.cli.table_options import add_table_options, corrections_of, given_columns, statement_of
from charging.dataset.pipeline import MAX_SCALE, build_simulated, import_files
from charging.dataset.report import describe_repeats
from charging.dataset.retention import sweep_versions
from charging.dataset.samples import import_sample, sample_names
from charging.dataset.store import Dataset, current_version
from charging.dataset.summary import Summary, summarise
from charging.dataset.upgrade import upgrade_dataset
from charging.dataset.validate import find_damage
from charging.domain.vocabulary import Datum
from charging.errors import ChargingError, UsageError
from charging.settings import Settings
from charging.sources.readers import READERS
from charging.sources.records import Repair
from charging.sources.tabular.presets import presets

LEVELS = (logging.ERROR, logging.INFO, logging.DEBUG)
"""Log level by the number of `-v`: usually only errors, as a failure is reported anyway."""

INTERRUPTED = 130  # exit code in a shell for a command stopped by the keyboard

_log = logging.getLogger(__name__)

_LAZY_COMMANDS = {
    "coverage": "Show what each partner adds, what is lost without an operator, and the white spots.",
    "compare": "Show what A and B hold by cell and city, and who leads.",
    "reach": "Show how many people live within X km of a station, network by network.",
    "highways": "Show service areas with piles, and the longest gaps before and after the partners.",
    "diff": "Show what changed between two datasets of the same sources, in all and by operator.",
    "doctor": "Say what is wrong with the set-up of a server, and what to do about it.",
    "export": "Write selected stations or cells to a file.",
    "backup": "Keep the build folder as one file.",
    "restore": "Make a new build folder from a backup.",
    "versions": "List the versions of a dataset, or of all.",
    "rollback": "Make another version of a dataset the current one.",
    "remove": "Remove a dataset, or one of its versions, unless it is in use.",
}
"""Commands with a module of their own, loaded where it is asked for: pandas and DuckDB take 0.7 s."""

_MODULES = {"compare": "comparison", "diff": "changes"}  # of the others the name is that of the command

_ABOUT_FILES = (
    "files format preset datum column encoding dry_run save_preset title licence attribution date timezone"
    " crs id_from_file repair"
)
"""Options of an import that say which files are read, and how."""

_BAR_WIDTH = 30
_QUIET_STEP = 0.5  # share between two lines if the output is no terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = build_parser(arguments).parse_args(arguments)
    logs.configure(LEVELS[min(options.verbose, len(LEVELS) - 1)])
    try:
        return _run(options)
    finally:
        logs.reset()


def _run(options: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace, Settings], Output] = options.command
    try:
        answer = command(options, getattr(options, "read_settings", Settings.from_environment)())
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
    """Progress of a command: a bar that redraws itself on a terminal, elsewhere a few lines."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._shown = -1.0

    def __call__(self, share: float, what: str) -> None:
        """Show a share, 0 to 1, and the current step."""
        if self._is_terminal:
            bar = "#" * round(share * _BAR_WIDTH)
            end = "\n" if share >= 1 else ""
            self._stream.write(f"\r\x1b[K[{bar:<{_BAR_WIDTH}}] {share:4.0%} {what}{end}")
            self._stream.flush()
        elif self._shown < 0 or share - self._shown >= _QUIET_STEP:
            self._shown = share
            print(f"{share:4.0%} {what}", file=self._stream)


def build_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser of all commands, with the options of those that may be meant."""
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
        ("info", _info, "Show the contents of a dataset: stations, piles, operators, cities, sources."),
        ("validate", _validate, "Read a whole dataset and check files, tables, hash and report."),
        ("upgrade", _upgrade, "Rewrite a dataset of an older format as its next version."),
    ):
        sub = add_command(commands, name, what)
        sub.set_defaults(command=command)
        add_dir(sub)
    for name, what in _LAZY_COMMANDS.items():
        sub = add_command(commands, name, what)
        if name in arguments:
            import_module(f"charging.cli.{_MODULES.get(name, name)}").add_options(sub)
    return parser


def _add_build(commands: Commands) -> None:
    sub = add_command(commands, "build", "Build the simulated network.")
    sub.set_defaults(command=_build)
    sub.add_argument("--into", type=Path, metavar="DIR", help="folder of the dataset")
    scale_help = f"N times the stations and piles, 1 to {MAX_SCALE}; the dataset is labelled with it"
    sub.add_argument("--scale", type=int, default=1, metavar="N", help=scale_help)
    sub.add_argument("--seed", type=int, default=0, metavar="S", help="seed of every draw, 0 by default")


def _add_import(commands: Commands) -> None:
    sub = add_command(commands, "import", "Read files of charging stations into a dataset.")
    sub.set_defaults(command=_import)
    files_help = "a file, plain, gzip or zip; several make one dataset"
    sub.add_argument("files", nargs="*", type=Path, metavar="FILE", help=files_help)
    sample_help = (
        f"a real network that comes with the project, in place of files: {', '.join(sample_names())}"
    )
    sub.add_argument("--sample", metavar="NAME", help=sample_help)
    format_help = "format of the files; by default detected from their content"
    sub.add_argument("--format", choices=[reader.name for reader in READERS], help=format_help)
    preset_help = (
        f"columns of a table; implies its format. {', '.join(presets())}, or one of the folder presets/ "
        "where datasets are kept. By default it is recognised, or the columns are guessed"
    )
    sub.add_argument("--preset", metavar="NAME", help=preset_help)
    datum_help = "datum of the coordinates, if it differs from that of the format"
    sub.add_argument("--datum", type=Datum, choices=list(Datum), help=datum_help)
    add_table_options(sub)
    sub.add_argument("--timezone", metavar="ZONE", help="zone of times that name none, such as Asia/Shanghai")
    crs_help = "reference system of coordinates in metres, such as EPSG:25832"
    sub.add_argument("--crs", metavar="EPSG:N", help=crs_help)
    id_help = "ids are unique within a file only: its name becomes part of them"
    sub.add_argument("--id-from-file", action="store_true", help=id_help)
    repair_help = (
        "what to correct and count: swap, latitude and longitude that fit only the other way round; evse, "
        "locations of OCPI far from their own EVSEs, by the points of these"
    )
    sub.add_argument(
        "--repair", type=Repair, choices=list(Repair), action="append", default=[], help=repair_help
    )
    sub.add_argument("--name", help="name of the dataset; by default that of the first file")
    sub.add_argument("--into", type=Path, metavar="DIR", help="folder of the dataset")


def _add_sync(commands: Commands) -> None:
    what = "Pull stations and statuses from a live peer (OCPI, T/CEC 102) into its dataset."
    sub = add_command(commands, "sync", what)
    sub.set_defaults(command=_sync)
    sub.add_argument("name", metavar="NAME", help="name of the peer: peers/NAME.toml in the build folder")
    full_help = "pull everything; this also finds stations that were removed"
    sub.add_argument("--full", action="store_true", help=full_help)


def _build(options: argparse.Namespace, settings: Settings) -> Output:
    set_up()
    dataset = build_simulated(
        settings.build_dir,
        scale=options.scale,
        seed=options.seed,
        into=options.into,
        progress=ProgressLine(sys.stderr),
    )
    sweep_versions(dataset.folder, settings)
    return _describe(dataset)


def _import(options: argparse.Namespace, settings: Settings) -> Output:
    set_up()
    if options.sample:
        sample = _import_sample(options, settings)
        sweep_versions(sample.folder, settings)
        return _describe_import(sample)
    if options.dry_run:
        shown: Output = _table_columns().show_columns(options, settings.build_dir)
        return shown
    if options.save_preset:
        _table_columns().check_preset_can_be_saved(options, settings.build_dir)
    dataset = import_files(
        options.files,
        build_dir=settings.build_dir,
        format_name=options.format,
        preset=options.preset,
        datum=options.datum,
        name=options.name,
        into=options.into,
        given=given_columns(options),
        statement=statement_of(options),
        corrections=corrections_of(options),
        progress=ProgressLine(sys.stderr),
    )
    sweep_versions(dataset.folder, settings)
    kept = [_table_columns().keep_preset(options, settings.build_dir)] if options.save_preset else []
    return _describe_import(dataset, kept)


def _import_sample(options: argparse.Namespace, settings: Settings) -> Dataset:
    """Import a sample; what says how files are read says nothing of it."""
    if given := [name for name in _ABOUT_FILES.split() if getattr(options, name)]:
        message = f"Expected --sample {options.sample} without files and options that say how to read them,"
        raise UsageError(f"{message} found {', '.join(given)}: leave them out, or leave --sample out.")
    return import_sample(
        options.sample,
        build_dir=settings.build_dir,
        name=options.name,
        into=options.into,
        progress=ProgressLine(sys.stderr),
    )


def _describe_import(dataset: Dataset, kept: Sequence[str] = ()) -> Output:
    output, report = _describe(dataset), dataset.manifest.report
    return Output(output.values | {"report": report.to_json()}, [*report.lines(), *kept, "", *output.lines])


def _table_columns() -> ModuleType:
    """Load what guesses columns, which a file of a known form needs not."""
    return import_module("charging.cli.table_columns")


def _sync(options: argparse.Namespace, settings: Settings) -> Output:
    from charging.sync.update import sync  # noqa: PLC0415  takes 0.15 s to load

    line = ProgressLine(sys.stderr)
    report = sync(options.name, build_dir=settings.build_dir, is_full=options.full, progress=line)
    sweep_versions(report.dataset.folder, settings)
    return Output(report.to_json(), report.lines())


def _info(options: argparse.Namespace, settings: Settings) -> Output:
    return _describe(load_dataset(options.dir, settings))


def _upgrade(options: argparse.Namespace, settings: Settings) -> Output:
    folder = locate_folder(options.dir, settings)
    before = current_version(folder)
    dataset = upgrade_dataset(folder)
    sweep_versions(folder, settings)
    values = {"name": dataset.name, "version": dataset.version.name, "upgraded_from": before}
    if dataset.version.name == before:
        return Output(values | {"upgraded_from": None}, [f"{dataset.version} has the present format."])
    return Output(values, [f"Wrote {dataset.version} from {before}."])


def _validate(options: argparse.Namespace, settings: Settings) -> Output:
    dataset = load_dataset(options.dir, settings)
    complaints = list(find_damage(dataset))
    values = {"name": dataset.name, "version": dataset.version.name, "complaints": complaints}
    if complaints:
        return Output(values, [f"{dataset.version} is damaged:", *complaints], BAD_DATA)
    return Output(values, [f"{dataset.version} is sound."])


def _describe(dataset: Dataset) -> Output:
    summary, manifest = summarise(dataset), dataset.manifest.to_json()
    left_out = ("report", "files", "counts")
    values = {key: value for key, value in manifest.items() if key not in left_out} | summary.to_json()
    values |= {"folder": str(dataset.folder), "version": dataset.version.name}
    return Output(values, _summary_lines(dataset, summary))


def _summary_lines(dataset: Dataset, summary: Summary) -> list[str]:
    manifest = dataset.manifest
    lines = [
        f"{manifest.title} ({manifest.kind}), as of {manifest.as_of or 'a date not known'}",
        f"{dataset.version}, built {manifest.built_at:%Y-%m-%d %H:%M} UTC",
        f"{summary.stations:,} stations, {summary.stations_without_pile_count:,} of them with unknown piles",
        f"{_count_text(summary.piles, 'pile')}, {_dc_text(summary)}; counted: {manifest.unit_counted}",
        f"{_count_text(summary.operators, 'operator')}, {_places_text(summary)}",
    ]
    if summary.repeated_piles:
        lines.append(describe_repeats(summary.repeated_piles))
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


def _count_text(count: int | None, what: str) -> str:
    if count is None:
        return f"number of {what}s not known"
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _places_text(summary: Summary) -> str:
    """Return the number of cities; where some lie outside the registry, they are towns too."""
    if summary.places is None:
        return "cities not known"
    if summary.places == summary.cities:
        return "1 city" if summary.places == 1 else f"{summary.places:,} cities"
    return "1 city or town" if summary.places == 1 else f"{summary.places:,} cities and towns"


def _dc_text(summary: Summary) -> str:
    if summary.dc_piles is None:
        return "DC or AC not known"
    return f"{summary.dc_piles:,} of them DC, {summary.piles_without_current:,} not known"
