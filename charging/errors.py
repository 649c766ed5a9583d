"""What can go wrong, as one tree under `ChargingError`.

A bad *record* never raises: it becomes a counted `Rejection` in the import report. A bad *file*,
table, dataset or option raises one of the classes below. Each also inherits the built-in it refines,
so a caller who knows only Python catches what is meant. Only the command line and the page turn
them into text for people; their messages say what was expected, what was found, where, and what to do.
"""

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong, in a word, to be translated; the message says it in full."""

    UNRECOGNISED = "unrecognised"  # of no known format
    UNFIT = "unfit"  # not what its format asks for: other columns, no records
    COORDINATES = "coordinates"  # of a table: it is not sure which columns they are
    NO_CELLS = "no_cells"  # of a GeoPackage: it is none, or has no table of cells and people
    BAD_ROW = "bad_row"  # of a file that is taken whole or not at all
    EMPTY = "empty"
    BINARY = "binary"  # no text, and no table that can be read
    DATABASE = "database"  # of tables that are not read from it
    ENCODING = "encoding"  # text in another encoding
    DAMAGED = "damaged"  # cut, broken or nested too deeply
    PACKED = "packed"  # in an archive in a way that is not opened
    TOO_LARGE = "too_large"  # packed, in a record, or in all
    ENCRYPTED = "encrypted"
    PROJECTION = "projection"  # coordinates in metres that cannot be converted
    NOTHING_TAKEN = "nothing_taken"  # not one station
    PRESET = "preset"  # its own file: a key or value that means nothing
    NAME = "name"  # of the dataset: not a good one, or taken


class ChargingError(Exception):
    """Anything this project refuses on purpose."""

    fault: Fault | None = None

    def __init__(self, message: str, fault: Fault | None = None) -> None:
        super().__init__(message)
        self.fault = fault or self.fault


class UsageError(ChargingError, ValueError):
    """An option or argument is not one the program knows."""


class SourceError(ChargingError, ValueError):
    """A foreign file cannot be read as what it was said, or taken, to be."""

    fault = Fault.UNFIT


class SchemaError(ChargingError, ValueError):
    """A table does not have the columns, types or values the schema asks for."""


class DatasetError(ChargingError, RuntimeError):
    """A stored dataset is damaged, half-written or of a format this version cannot read."""


class SlowQueryError(ChargingError, RuntimeError):
    """A question took longer than it may, and was broken off."""


class AbandonedError(ChargingError, RuntimeError):
    """Whoever asked a question has left before it was answered."""


class DatasetNotFoundError(DatasetError, FileNotFoundError):
    """There is no dataset where one was looked for."""

    def __str__(self) -> str:
        return str(self.args[0])
