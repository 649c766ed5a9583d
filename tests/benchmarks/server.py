"""A Streamlit server of our own: a free port on the loopback address, ended with everything it started."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
DASHBOARD = ROOT / "dashboard.py"

HEALTH_EVERY_S = 0.02
PATIENCE_S = 60.0
GOODBYE_S = 8.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server answers, when its process was launched (seconds since the epoch), and its number."""

    url: str
    launched_at: float
    pid: int

    def rss_mb(self) -> float:
        """Return the memory the server holds, in MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_s(self) -> float:
        """Return the processor time the server has used so far, in and out of the kernel."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def reading(data: Path) -> dict[str, str]:
    """Return the environment of a dashboard that opens what lies in `data` and asks for no street tiles."""
    return {"CHARGING_BUILD_DIR": str(data), "CHARGING_DATASET": "", "CHARGING_TILES": "none"}


@contextmanager
def serve(script: Path, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a script under Streamlit, with the checkout's configuration, until the block ends."""
    port = _free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    launched_at = time.time()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *options],
        cwd=ROOT,
        env=os.environ | dict(environment or {}),
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # a process group of its own, so that all of it can be ended
    )
    try:
        server = Server(f"http://127.0.0.1:{port}", launched_at, process.pid)
        _wait_until_healthy(process, server)
        yield server
    finally:
        _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(process: subprocess.Popen, server: Server) -> None:
    while time.time() < server.launched_at + PATIENCE_S:
        if process.poll() is not None:
            message = f"the server ended with code {process.returncode} before it answered"
            raise RuntimeError(message)
        try:
            urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=1).close()  # noqa: S310  our own
        except OSError:
            time.sleep(HEALTH_EVERY_S)
        else:
            return
    message = f"the server did not answer within {PATIENCE_S:g} s"
    raise TimeoutError(message)


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GOODBYE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
