"""Imports in processes forked from this one, which has everything loaded; a process may be killed on the way.

Run as a program with a build folder, and a file it imports to have everything loaded. Each line asked is an
object with `paths`, files imported at once, `kill_after_s` and `kill_at_step`, or null; each line answered
says how every import ended, and how long all took. Steps are operations on files of the build folder, and a
process is killed just before one.
"""

import itertools
import json
import os
import signal
import sys
import time
from pathlib import Path

from charging.dataset.pipeline import import_files


def main(build_dir, first):
    import_files([first], build_dir=build_dir, name="d")
    for line in sys.stdin:
        asked = json.loads(line)
        start = time.perf_counter()
        processes = [fork(Path(path), build_dir, asked["kill_at_step"]) for path in asked["paths"]]
        if asked["kill_after_s"] is not None:
            time.sleep(asked["kill_after_s"])
            for process in processes:
                os.kill(process, signal.SIGKILL)
        codes = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes]
        print(json.dumps({"codes": codes, "seconds": time.perf_counter() - start}), flush=True)


def fork(path, build_dir, kill_at_step):
    """Import a file in a new process, and return its id."""
    if process := os.fork():
        return process
    code = 1
    try:
        if kill_at_step is not None:
            sys.addaudithook(killer(str(build_dir), kill_at_step))
        import_files([path], build_dir=build_dir, name="d")
        code = 0
    finally:
        os._exit(code)


def killer(folder, step):
    """Return an audit hook that kills this process before the operation of a number on files of a folder."""
    steps = itertools.count(1)

    def hook(event, arguments):
        if event == "open" or event.startswith("os."):
            is_ours = any(isinstance(each, str | Path) and str(each).startswith(folder) for each in arguments)
            if is_ours and next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
