"""Real files of other people, which are no part of the project: where tests look for them."""

import os
from pathlib import Path

VARIABLE = "CHARGING_REALDATA"
BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "data"

REALDATA = Path(os.environ.get(VARIABLE) or BESIDE_THE_CHECKOUT)
"""The folder of the files; a test marked `realdata` is skipped where it is absent."""
