"""An OCPI 2.2.1 server by another hand: the package extrawest-ocpi, with some locations in memory.

Run by `test_independent.py` with the Python of an environment of its own, never imported by a test.
"""

import datetime as dt
import json
import os
from pathlib import Path

from py_ocpi import get_application
from py_ocpi.core.authentication.authenticator import Authenticator
from py_ocpi.core.crud import Crud
from py_ocpi.core.enums import ModuleID, RoleEnum
from py_ocpi.modules.versions.enums import VersionNumber


class Locations(Crud):
    """The locations of a file, read anew for each request, so that a test can change them."""

    @classmethod
    async def list(cls, _module, _role, filters, *_args, **_kwargs):
        every = _every()
        since = filters["date_from"]
        chosen = [each for each in every if since is None or _changed(each) >= since]
        start, end = filters["offset"], filters["offset"] + filters["limit"]
        return chosen[start:end], len(chosen), end >= len(chosen)

    @classmethod
    async def get(cls, *_args, **_kwargs):
        return None

    create = update = delete = do = get


class Tokens(Authenticator):
    """One token, known to both sides."""

    @classmethod
    async def get_valid_token_c(cls):
        return [os.environ["TOKEN"]]

    @classmethod
    async def get_valid_token_a(cls):
        return []


def _every():
    return json.loads(Path(os.environ["LOCATIONS"]).read_text("utf-8"))


def _changed(location):
    return dt.datetime.fromisoformat(location["last_updated"])


app = get_application(
    version_numbers=[VersionNumber.v_2_1_1, VersionNumber.v_2_2_1],
    roles=[RoleEnum.cpo],
    crud=Locations,
    modules=[ModuleID.locations],
    authenticator=Tokens,
)
