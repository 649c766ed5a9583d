"""requirements.lock: what pyproject.toml asks for and all it needs, pinned with hashes, from anywhere."""

import re
import runpy
from importlib.metadata import PackageNotFoundError, distribution

from deploy.proxy import DEPLOY, ROOT

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PACKAGE = re.compile(r"^([a-z0-9-]+)==(\S+?)(?: \\\n    --hash=sha256:[0-9a-f]{64})+$", re.MULTILINE)
PINS = dict(PACKAGE.findall(LOCK))
MAKER = runpy.run_path(str(DEPLOY / "make_lock.py"))


def numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version))


def is_in(version, bounds):
    """Whether a version is within bounds such as `>=1.2,<2` or `==1.2.3`."""
    holds = {
        ">=": lambda ours, bound: ours >= bound,
        "<": lambda ours, bound: ours < bound,
        "==": lambda ours, bound: ours == bound,
    }
    found = [re.fullmatch(r"(>=|<|==)([\d.]+)", bound.strip()).groups() for bound in bounds.split(",")]
    return all(holds[sign](numbers(version), numbers(bound)) for sign, bound in found)


def test_every_package_has_the_hashes_of_its_wheels():
    rest = PACKAGE.sub("", LOCK)
    assert [line for line in rest.splitlines() if line and not line.startswith("# ")] == []
    assert len(PINS) == len(PACKAGE.findall(LOCK)) > 20


def test_it_says_where_no_package_comes_from():
    assert not re.search(r"https?:|--(index|extra|find|trusted)|@", LOCK)


def test_what_the_project_asks_for_is_in_it_at_a_version_it_takes():
    wanted = [re.fullmatch(r"([\w.-]+)(.+)", each).groups() for each in MAKER["wanted"]()]
    pinned = {name: PINS[MAKER["plain_name"](name)] for name, _ in wanted}
    assert {name: pinned[name] for name, bounds in wanted if not is_in(pinned[name], bounds)} == {}


def test_what_its_packages_always_need_is_in_it():
    missing = set()
    for name, version in PINS.items():
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        if found.version == version:  # another may need others
            needed = [each for each in found.requires or () if ";" not in each]
            missing |= {MAKER["plain_name"](re.match(r"[\w.-]+", each)[0]) for each in needed} - PINS.keys()
    assert missing == set()


def test_hashes_of_several_machines_stand_together():
    pins, hashes = {"b": "2", "a": "1"}, {"a": {"22", "11"}, "b": {"33"}}
    made = MAKER["lock_text"](pins, hashes, ["3.11"], ["x86_64"])
    body = "a==1 \\\n    --hash=sha256:11 \\\n    --hash=sha256:22\nb==2 \\\n    --hash=sha256:33\n"
    assert made.endswith(f"docs/running.md.\n{body}")
