"""What makes datasets, in processes forked from this one, which has all loaded; one may be killed on the way.

Run as a program with a build folder, and a file it imports to have everything loaded. Each line asked is an
object with `jobs` done at once, `kill_after_s` and `kill_at_step`, or null; each line answered says how every
job ended, and how long all took. A job is a way to make the dataset `d`, and what of: `import` a file, `sync`
a peer, `build` with a seed. Steps are operations on files of the build folder, and a process is killed just
before one.
"""

import itertools
import json
import os
import signal
import sys
import time
from pathlib import Path

from charging.dataset.pipeline import build_simulated, import_files
from charging.sync.update import sync


def main(build_dir, first):
    import_files([first], build_dir=build_dir, name="d")
    for line in sys.stdin:
        asked = json.loads(line)
        start = time.perf_counter()
        processes = [fork(job, build_dir, asked["kill_at_step"]) for job in asked["jobs"]]
        if asked["kill_after_s"] is not None:
            time.sleep(asked["kill_after_s"])
            for process in processes:
                os.kill(process, signal.SIGKILL)
        codes = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes]
        print(json.dumps({"codes": codes, "seconds": time.perf_counter() - start}), flush=True)


def fork(job, build_dir, kill_at_step):
    """Do a job in a new process, and return its id."""
    if process := os.fork():
        return process
    code = 1
    try:
        if kill_at_step is not None:
            sys.addaudithook(killer(str(build_dir), kill_at_step))
        make(*job, build_dir)
        code = 0
    finally:
        os._exit(code)


def make(way, of_what, build_dir):
    if way == "import":
        import_files([Path(of_what)], build_dir=build_dir, name="d")
    elif way == "sync":
        sync(of_what, build_dir=build_dir)
    else:
        build_simulated(build_dir, seed=of_what, into=build_dir / "d")


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
