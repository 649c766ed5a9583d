"""The browser's address, which our own script writes.

The script is the same for every page, and what it writes is data: the server's policy runs no other.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from charging.views.elements.component import component


def replace_query(query: Mapping[str, Sequence[str]], *, keep: str, starts: str, language: str) -> None:
    """Put parameters into the browser's address without a history entry; `keep` names one to leave alone.

    Where the one named `starts` changes, what is shown is another page, and begins at its top: Streamlit
    would leave it scrolled as the last one was. `language` is that of the page, by which a screen reader
    chooses its voice.
    """
    data = {"query": urlencode(query, doseq=True), "keep": keep, "starts": starts, "language": language}
    component(__file__)(key="address", data=data)
