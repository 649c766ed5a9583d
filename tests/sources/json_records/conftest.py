import json

import pytest


@pytest.fixture
def write(tmp_path):
    def written(value, name="stations.json"):
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
        return path

    return written
