"""What the columns of tables are taken for, on the command line, and how to keep that as a preset."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from charging.cli.command import Output
from charging.cli.table_options import corrections_of, given_columns, statement_of
from charging.dataset.pipeline import stated
from charging.dataset.report import GuessedColumn, column_line
from charging.domain.vocabulary import Datum
from charging.errors import ChargingError, SourceError, UsageError
from charging.sources.readers import sniff
from charging.sources.recognition.column_guess import Given, Hints, TableGuess, TableKind, warnings_of
from charging.sources.recognition.guessed_preset import save_preset
from charging.sources.recognition.preset_fields import fields_of_preset
from charging.sources.recognition.table_guess import guess_table
from charging.sources.tabular.model import explain_json, recognise
from charging.sources.tabular.presets import OWN_PRESETS, find_preset


class Shown(NamedTuple):
    """What a file would be read as."""

    path: Path
    values: dict[str, Any]
    lines: list[str]


def show_columns(options: argparse.Namespace, build_dir: Path) -> Output:
    """Return what the columns of files are taken for; nothing is imported."""
    given = given_columns(options)
    own = build_dir / OWN_PRESETS
    shown = [_shown(path, given, options, own) for path in options.files]
    values = shown[0].values if len(shown) == 1 else {"files": [each.values for each in shown]}
    return Output(values, [line for each in shown for line in each.lines])


def keep_preset(options: argparse.Namespace, build_dir: Path) -> str:
    """Keep the guessed columns of a file as a preset, and return a line that says where.

    Raises
    ------
    UsageError
        If there are several files, there is nothing to keep, or the name is not a good one.
    """
    if len(options.files) != 1:
        message = f"Expected one file for --save-preset, found {len(options.files)}. Import them one by one."
        raise UsageError(message)
    (path,) = options.files
    guess = guess_table(path, given_columns(options), hints=corrections_of(options).hints)
    if guess is None:
        message = f"{path}: expected a table for --save-preset, found none"
        raise UsageError(message)
    place = save_preset(
        build_dir / OWN_PRESETS,
        options.save_preset,
        path,
        guess,
        info=lambda info: stated(info, statement_of(options)),
        datum=options.datum,
    )
    return f"Kept as preset {options.save_preset}: {place}"


def check_preset_can_be_saved(options: argparse.Namespace, build_dir: Path) -> None:
    """Refuse to keep what another preset has, before anything is imported.

    Raises
    ------
    UsageError
        If a preset reads the file already.
    """
    for path in options.files:
        known = options.preset or (None if options.column else _known_preset(path, build_dir / OWN_PRESETS))
        if known:
            message = f"{path}: its columns are those of the preset {known} already. Leave out --save-preset."
            raise UsageError(message)


def _known_preset(path: Path, own: Path) -> str | None:
    preset = recognise(path, own)
    return preset if isinstance(preset, str) or preset is None else preset.name


def _shown(path: Path, given: Given, options: argparse.Namespace, own: Path) -> Shown:
    if not path.is_file():
        message = f"Expected a file to import, found none at {str(path)!r}"
        raise UsageError(message)
    known = options.preset or (None if given else _known_preset(path, own))
    if known and (fields := fields_of_preset(path, find_preset(known, own))):
        lines = [f"{path.name}: a table of the preset {known}"]
        lines += [
            f"  {field:<10} from {' + '.join(map(repr, headers))}"
            for field, headers in fields.columns.items()
        ]
        return Shown(
            path, {"file": path.name, "preset": known, **fields.to_json()}, [*lines, _unused(fields.unused)]
        )
    if not given and (title := _format_of(path, corrections_of(options).hints)):
        values = {"file": path.name, "format": title, "columns": {}, "unused": []}
        return Shown(path, values, [f"{path.name}: {title}, which is no table whose columns are guessed"])
    guess = guess_table(path, given, hints=corrections_of(options).hints)
    if guess is None and (explanation := explain_json(path)):
        raise SourceError(f"{path}: {explanation}")
    if guess is None:
        message = f"{path}: expected a table, found none in it. Give text, Excel, Parquet, GeoJSON or JSON."
        raise SourceError(message)
    datum = options.datum
    return Shown(path, _values(path, guess, datum), list(_lines(path, guess, datum)))


def _format_of(path: Path, hints: Hints) -> str | None:
    """Return the title of the format a file is of, where it is none of a guessed table."""
    try:
        reader = sniff(path, hints=hints)
    except ChargingError:
        return None
    return None if reader.guess else reader.title


def _values(path: Path, guess: TableGuess, datum: Datum | None) -> dict[str, Any]:
    is_list = guess.kind is TableKind.STATIONS
    named = guess.to_json() if is_list else {"columns": {}, "unused": [*filter(None, guess.header)]}
    form = guess.form
    return {
        "file": path.name,
        **named,
        "kind": guess.kind,
        "importable": guess.is_importable,
        "reasons": {each.field: each.reason for each in reversed(guess.columns)} if is_list else {},
        "confidence": {each.field: each.confidence for each in reversed(guess.columns)} if is_list else {},
        "warnings": [each.text for each in warnings_of(guess, datum)],
        "doubts": [*guess.doubts],
        "form": {
            "header_row": form.header_row,
            "sheet": form.sheet,
            "delimiter": form.delimiter,
            "encoding": [*form.encodings],
            "decimal": form.decimal,
            "records": form.records,
        },
    }


def _lines(path: Path, guess: TableGuess, datum: Datum | None) -> Iterator[str]:
    if guess.kind is not TableKind.STATIONS:
        yield f"{path.name}: no list of stations but a table of {guess.kind}: {guess.why}. Nothing is taken."
        return
    yield f"{path.name}: no preset has its columns; they are taken for:"
    for each in guess.columns:
        yield column_line(
            GuessedColumn(file=path.name, field=each.field, headers=each.headers, reason=each.reason)
        )
    yield _unused(tuple(filter(None, guess.unused)))
    if guess.form.delimiter and guess.form.encoding not in ("utf-8", "utf-8-sig"):
        yield f"Its text is in {guess.form.encoding}."
    yield from (f"Warning: {each.text}" for each in warnings_of(guess, datum))
    yield from (f"Not sure: {text}" for text in guess.doubts)
    if guess.doubts:
        yield "It cannot be imported like this: name them with --column lat=HEADER --column lon=HEADER."


def _unused(headers: tuple[str, ...]) -> str:
    return f"Not used: {', '.join(map(repr, headers)) or 'none'}."
