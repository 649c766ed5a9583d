"""The options of an import for tables without a preset, and what the user says with them."""

import argparse

from charging.errors import UsageError
from charging.sources.readers import Corrections
from charging.sources.recognition.column_guess import FIELDS, Given
from charging.sources.recognition.statement import Statement, is_date


def add_table_options(sub: argparse.ArgumentParser) -> None:
    """Add the options for tables without a preset, and what is said of a source."""
    sub.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=HEADER",
        help=f"column of a field, in place of the one guessed; may be repeated, and HEADER may be empty for "
        f"none. Fields: {', '.join(FIELDS)}",
    )
    sub.add_argument(
        "--records",
        metavar="PATH",
        help="of JSON, the keys that lead to the list of stations, joined by points, such as data.stations; "
        "by default it is found",
    )
    encoding_help = "encoding of the text of tables, such as cp1250; by default it is told from their bytes"
    sub.add_argument("--encoding", metavar="NAME", help=encoding_help)
    sub.add_argument(
        "--dry-run", action="store_true", help="show what the columns are taken for, and import nothing"
    )
    sub.add_argument(
        "--save-preset",
        metavar="NAME",
        help="keep the columns as the preset NAME, for other files like this one",
    )
    sub.add_argument("--title", help="title of the source")
    sub.add_argument("--licence", help="its licence")
    sub.add_argument("--attribution", help="text that the licence asks to show")
    sub.add_argument("--date", metavar="DATE", help="what the data describes: YYYY, YYYY-MM or YYYY-MM-DD")


def given_columns(options: argparse.Namespace) -> Given:
    """Return the columns the user named, by field.

    Raises
    ------
    UsageError
        If one is not FIELD=HEADER.
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in options.column:
        field, mark, header = text.partition("=")
        if not mark or not field:
            message = f"Expected --column FIELD=HEADER, found {text!r}. Fields: {', '.join(FIELDS)}."
            raise UsageError(message)
        found[field.strip()] = (*found.get(field.strip(), ()), *filter(None, [header.strip()]))
    return found


def corrections_of(options: argparse.Namespace) -> Corrections:
    """Return what the user knows of the files better than they say."""
    return Corrections(
        timezone=options.timezone,
        crs=options.crs,
        encoding=options.encoding,
        records=options.records,
        id_from_file=options.id_from_file,
        repairs=frozenset(options.repair),
    )


def statement_of(options: argparse.Namespace) -> Statement:
    """Return what the user says of the source.

    Raises
    ------
    UsageError
        If the date is none.
    """
    if options.date is not None and not is_date(options.date):
        message = f"Expected --date YYYY, YYYY-MM or YYYY-MM-DD, found {options.date!r}"
        raise UsageError(message)
    return Statement(
        title=options.title, licence=options.licence, attribution=options.attribution, as_of=options.date
    )
