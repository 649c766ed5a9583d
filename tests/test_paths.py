from pathlib import Path

from charging import paths

ROOT = Path(__file__).resolve().parents[1]


def test_a_checkout_has_its_data_and_its_page_beside_the_package():
    assert paths.IS_CHECKOUT
    assert ROOT / "data" == paths.DATA_DIR
    assert ROOT / "dashboard.py" == paths.DASHBOARD


def test_a_checkout_keeps_datasets_in_it_wherever_a_command_runs(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    assert paths.default_build_dir() == Path("data/build")
    monkeypatch.chdir(tmp_path)
    assert paths.default_build_dir() == ROOT / "data" / "build"


def test_without_a_checkout_datasets_go_to_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "IS_CHECKOUT", False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))  # of Linux; other systems have a folder of their own
    folder = paths.default_build_dir()
    assert folder.name == "charging"
    assert not folder.is_relative_to(ROOT)
