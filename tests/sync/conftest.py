"""What tests of live peers share: servers on loopback, and a build folder with a description of each."""

import functools
import ssl

import pyarrow.parquet as pq
import pytest
from sync.loopback import KEYS, TOKEN, OcpiServer, TcecServer

from charging.dataset.store import open_dataset
from charging.sync.http import RetryPolicy
from charging.sync.update import sync

collect_ignore = ["extrawest_server.py"]  # run by another Python, which has its package

ENVIRONMENT = {
    "OCPI_TOKEN_X": TOKEN,
    "OPERATOR_SECRET_X": "operator-secret!",
    "DATA_SECRET_X": KEYS.data_secret,
    "DATA_SECRET_IV_X": KEYS.data_secret_iv,
    "SIG_SECRET_X": KEYS.sig_secret,
}

OCPI = 'kind = "ocpi"\nurl = "{base}/versions"\ntoken_env = "OCPI_TOKEN_X"\npage_size = 3\n'
TCEC = (
    'kind = "tcec102"\nurl = "{base}/evcs/v20160701"\noperator_id = "123456789"\n'
    'operator_secret_env = "OPERATOR_SECRET_X"\ndata_secret_env = "DATA_SECRET_X"\n'
    'data_secret_iv_env = "DATA_SECRET_IV_X"\nsig_secret_env = "SIG_SECRET_X"\npage_size = 2\n'
)


class House:
    """A build folder, and what is done with it."""

    def __init__(self, folder):
        self.folder = folder
        self.pauses = []

    def describe(self, name, text):
        path = self.folder / "peers" / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    def sync(self, name="x", *, manners=None, **given):
        policy = RetryPolicy(**{"sleep": self.pauses.append, "read_timeout_s": 2.0} | (manners or {}))
        given = {"environment": ENVIRONMENT, "retry_policy": policy} | given
        return sync(name, build_dir=self.folder, **given)

    def rows(self, table="stations", dataset="x"):
        return pq.read_table(open_dataset(self.folder / dataset).path(table)).to_pylist()

    def ids(self, dataset="x"):
        return sorted(row["station_id"] for row in self.rows(dataset=dataset))


@pytest.fixture(scope="session", autouse=True)
def _authorities_are_read_once():
    """Remember how TLS is set up: every client reads all certificate authorities, and here none is asked."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def ocpi(house):
    server = OcpiServer()
    house.describe("x", OCPI.format(base=server.base))
    yield server
    server.close()


@pytest.fixture
def tcec(house):
    server = TcecServer()
    house.describe("x", TCEC.format(base=server.base))
    yield server
    server.close()
