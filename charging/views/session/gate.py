"""What the edge of the server decides by: the settings, and what Streamlit alone knows of its server."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import file_util

from charging.addresses import frame_sources
from charging.errors import ChargingError, UsageError
from charging.maps.tiles import usable_tiles
from charging.server.capacity import Capacity, raise_open_files
from charging.server.edge import Gate
from charging.server.headers import Policies, inline_script_hashes, tile_hosts
from charging.server.hosts import AllowedHosts
from charging.server.readiness import Readiness
from charging.server.served_paths import ServedPaths
from charging.server.uploads import Held, UploadLimits
from charging.settings import Settings
from charging.views.session import visits

_log = logging.getLogger(__name__)


def read_settings() -> Settings:
    """Return the settings, the strictest ones where those given cannot be read."""
    try:
        return Settings.from_environment()
    except UsageError:  # the page says what is wrong
        _log.exception("The settings cannot be read: until they can, the server takes no uploads")
        return Settings.from_environment({"CHARGING_UPLOADS": "off"})


def make_gate(settings: Settings) -> Gate:
    """Return what the edge decides by."""
    asked = {"connections": settings.connection_limit, "visits": settings.visit_limit}
    asked["files"] = raise_open_files()
    capacity = Capacity.of(**asked)
    capacity.tell(**asked)
    return Gate(
        capacity=capacity,
        paths=_served_paths(),
        hosts=AllowedHosts.of(settings.allowed_hosts, st.get_option("server.address")),
        policies=Policies(
            script_hashes=inline_script_hashes((_static_folder() / "index.html").read_text("utf-8")),
            tile_hosts=_tile_hosts(settings),
            ancestors=frame_sources(settings.frame_ancestors),
        ),
        readiness=Readiness(lambda: _opened(settings)),
        uploads=UploadLimits(
            is_on=settings.uploads == "on",
            limit_mb=settings.upload_limit_mb,
            total_mb=settings.upload_total_mb,
            held=Held(is_visit=visits.is_open, bytes_by_visit=visits.upload_bytes),
        ),
    )


def _static_folder() -> Path:
    return Path(file_util.get_static_dir())


def _served_paths() -> ServedPaths:
    folder = _static_folder()
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    is_checked = st.get_option("server.scriptHealthCheckEnabled")
    also = ("_stcore/script-health-check",) if is_checked else ()
    return ServedPaths.of(st.get_option("server.baseUrlPath") or "", files, also)


def _tile_hosts(settings: Settings) -> tuple[str, ...]:
    try:
        usable = usable_tiles(settings)
    except ChargingError:  # the page says what is wrong
        return ()
    found = (host for tiles in usable.values() for host in tile_hosts(tiles.urls, tiles.subdomains))
    return tuple(dict.fromkeys(found))


def _opened(settings: Settings) -> Mapping[str, Any]:
    """Open what the page opens, and return what to tell of it; without a dataset the page makes one."""
    # imported here: the server answers before any of it is loaded
    from charging.dataset.store import find_dataset  # noqa: PLC0415
    from charging.dataset.upgrade import open_upgraded  # noqa: PLC0415

    folder = find_dataset(settings)
    if folder is None:
        return {"dataset": None}
    dataset = open_upgraded(folder)
    return {"dataset": dataset.folder.name, "version": dataset.version.name, "content": dataset.content_hash}
