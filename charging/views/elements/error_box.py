"""What went wrong: in the reader's language, then in full, as the program says it in English."""

import streamlit as st

from charging.errors import Fault
from charging.views.elements.texts import Texts


def show_error(lead: str, message: str, say: Texts) -> None:
    """Show what went wrong, and under it the full message, of which nothing is Markdown."""
    st.error(lead)
    show_full_message(message, say)


def show_full_message(message: str, say: Texts) -> None:
    """Show a full message, and say in which language it is."""
    st.caption(say("trouble.in_full"))
    st.text(message)


def fault_text(fault: Fault | None, say: Texts) -> str:
    """Return what is wrong with a file in the reader's language; the message of the error says more."""
    return say(f"fault.{fault}") if fault else ""
