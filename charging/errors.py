"""What can go wrong, as one tree under `ChargingError`.

A bad *record* never raises: it becomes a counted `Rejection` in the import report. A bad *file*,
table, dataset or option raises one of the classes below. Each also inherits the built-in it refines,
so a caller who knows only Python catches what is meant. Only the command line and the page turn
them into text for people; their messages say what was expected, what was found, where, and what to do.
"""


class ChargingError(Exception):
    """Anything this project refuses on purpose."""


class UsageError(ChargingError, ValueError):
    """An option or argument is not one the program knows."""


class SourceError(ChargingError, ValueError):
    """A foreign file cannot be read as what it was said, or taken, to be."""


class SchemaError(ChargingError, ValueError):
    """A table does not have the columns, types or values the schema asks for."""


class DatasetError(ChargingError, RuntimeError):
    """A stored dataset is damaged, half-written or of a format this version cannot read."""


class DatasetNotFoundError(DatasetError, FileNotFoundError):
    """No dataset stands where one was looked for."""

    def __str__(self) -> str:
        return str(self.args[0])
