"""The folders whose files the server hands out under `/component/<name>/`, below any base path.

Streamlit registers a component when a script that runs for a visitor declares it. Behind a proxy a browser
may ask a process for a file before that process has run any script, so these are registered when it starts.
"""

from importlib.util import find_spec
from pathlib import Path

from streamlit import runtime
from streamlit.components.v1.custom_component import CustomComponent
from xstatic.pkg import leaflet

from charging.maps.static_files import FOLDER

LEAFLET = CustomComponent("charging.leaflet", path=leaflet.BASE_DIR)
MAP = CustomComponent("charging.map", path=str(FOLDER))
"""Our scripts, styles, the ground and the names of cities."""

_FRAME_PACKAGE = "streamlit_folium"


def register_components() -> None:
    """Let the running server hand out the files of the map, whoever was asked for the page."""
    registry = runtime.get_instance().component_registry
    for component in (LEAFLET, MAP, _frame()):
        registry.register_component(component)


def _frame() -> CustomComponent:
    """Return the frame of the map as its package declares it; loading the package takes a second."""
    spec = find_spec(_FRAME_PACKAGE)
    if spec is None or spec.origin is None:
        message = f"expected the package {_FRAME_PACKAGE}, found none: install what requirements.txt lists"
        raise ModuleNotFoundError(message)
    folder = Path(spec.origin).parent / "frontend/build"
    return CustomComponent(f"{_FRAME_PACKAGE}.st_folium", path=str(folder), module_name=_FRAME_PACKAGE)
