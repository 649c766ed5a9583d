import pytest


@pytest.fixture
def write(tmp_path):
    """Write a list of stations, and return its path."""

    def written(text):
        path = tmp_path / "list.csv"
        path.write_text(text, "utf-8")
        return path

    return written
