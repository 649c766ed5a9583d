"""Where the project's own files are, and where datasets go unless a setting says otherwise."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

IS_CHECKOUT = not (_PACKAGE / "data").is_dir()
"""Whether the package is in a checkout, next to `data/`; a wheel has the same files inside."""

DATA_DIR = (_PACKAGE.parent if IS_CHECKOUT else _PACKAGE) / "data"
"""The folder of facts and presets."""

DASHBOARD = (_PACKAGE.parent if IS_CHECKOUT else _PACKAGE / "dashboard") / "dashboard.py"
"""The script that Streamlit runs, next to the folder of its settings."""


def default_build_dir() -> Path:
    """Return the folder of datasets: `data/build` in a checkout, else the user's data folder.

    In a checkout it is relative where that is shorter to read: from the checkout itself and from above it.
    """
    if IS_CHECKOUT:
        folder, here = DATA_DIR / "build", Path.cwd()
        return folder.relative_to(here) if folder.is_relative_to(here) else folder
    # imported here: a checkout does without
    from platformdirs import user_data_path  # noqa: PLC0415

    return user_data_path("charging", appauthor=False)
