"""Fuzz a reader, guided by what of it runs. No part of the tests, and it needs a package of its own.

`pip install atheris` (CPython 3.11 and later), then `python -m fuzzing ocpi` in the folder `tests`, which
goes on until it finds something; without a name the readers are listed. Options are those of libFuzzer, such
as `-max_total_time=600` in seconds; the path of a file has that one tried alone.

A finding is printed with its traceback, and the file that caused it is written to where the program runs, or
to `-artifact_prefix`. Put it right in the reader, with a test of its own.
"""

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["charging.sources", "charging.dataset"]):
    from fuzzing.mutations import mutated
    from fuzzing.targets import TARGETS, attempt


def main():
    """Fuzz the reader named on the command line, until a finding or the end of the time."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"Expected one of {', '.join(TARGETS)}")
    target = TARGETS[sys.argv.pop(1)]
    with tempfile.TemporaryDirectory() as name:
        folder, corpus = Path(name) / "files", Path(name) / "corpus"
        folder.mkdir()
        corpus.mkdir()
        for number, seed in enumerate(target.seeds):
            (corpus / str(number)).write_bytes(seed)
        is_alone = any(Path(argument).is_file() for argument in sys.argv[1:])
        atheris.Setup(
            [*sys.argv, "-max_len=200000", *([] if is_alone else [str(corpus)])],
            lambda content: attempt(target, folder, content) and None,
            custom_mutator=changed,
        )
        atheris.Fuzz()


def changed(content, longest, seed):
    """Return a file libFuzzer holds with a few changes, by its own way or by ours."""
    draws = random.Random(seed)  # noqa: S311  the seed is libFuzzer's, so that a run can be repeated
    if draws.random() < 0.3:
        return atheris.Mutate(content, longest)
    return mutated(content, draws)[:longest]


if __name__ == "__main__":
    main()
