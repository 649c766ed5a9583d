"""A command in a process of its own, with the processor time and the memory that it took."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]

# a small process between us and the command: a new one starts with the peak of the one it was forked from
_MEASURING = """
import json, os, subprocess, sys
with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True) as process:
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([told, process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""


class Cost(NamedTuple):
    """What a process took."""

    seconds: float  # of processor time
    memory_mb: float  # at its peak


def run_measured(command: list[str], environment: dict[str, str]) -> tuple[str, Cost]:
    """Run a command, and return what it printed and took."""
    measuring = [sys.executable, "-S", "-c", _MEASURING, *command]
    told, code, seconds, memory_mb = json.loads(
        subprocess.run(
            measuring, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    )
    if code:
        message = f"expected {command} to succeed, it ended with {code}"
        raise RuntimeError(message)
    return told, Cost(seconds, memory_mb)
