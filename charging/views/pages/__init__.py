"""The views of the page, and which of them is shown."""
