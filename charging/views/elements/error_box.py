"""What went wrong: in the reader's language, then in full, as the program says it in English.

Messages of the program name files by their paths, for whoever runs it. A visitor is shown none of the folders
of the server: this is the one place where a message becomes part of the page.
"""

import os
import re
import tempfile
from pathlib import Path

import streamlit as st

from charging.errors import Fault, UsageError
from charging.paths import DATA_DIR
from charging.settings import Settings
from charging.views.elements.texts import Texts

_PATH = re.compile(r"(?<![\w.:/])(/[^\s/'\":,;]+)(?:/[^\s/'\":,;]+)*/([^\s/'\":,;]+)")


def show_error(lead: str, message: str, say: Texts) -> None:
    """Show what went wrong, and under it the full message, of which nothing is Markdown."""
    st.error(lead)
    show_full_message(message, say)


def show_full_message(message: str, say: Texts) -> None:
    """Show a full message without the folders of the server, and say in which language it is."""
    st.caption(say("trouble.in_full"))
    st.text(without_folders(message))


def without_folders(message: str) -> str:
    """Return a message with paths from the build folder on, and of others what they end with."""
    try:
        settings = Settings.from_environment()
        folders = [settings.build_dir, Path(settings.dataset).parent]
    except UsageError:  # which may be what the message is about
        folders = []
    known = (*folders, DATA_DIR.parent, Path(tempfile.gettempdir()), Path.home())
    written = {str(each) for folder in known for each in (folder, folder.absolute(), folder.resolve())}
    for folder in sorted(written - {".", os.sep}, key=len, reverse=True):
        message = message.replace(f"{folder}{os.sep}", "").replace(folder, Path(folder).name)
    return _PATH.sub(lambda found: found[2] if os.path.lexists(found[1]) else found[0], message)


def fault_text(fault: Fault | None, say: Texts) -> str:
    """Return what is wrong with a file in the reader's language; the message of the error says more."""
    return say(f"fault.{fault}") if fault else ""
