"""What tests of uploads share: files brought to the data view, and what it then shows."""

from views.paged import run

from charging.dataset.draft_folders import DRAFTS

HEADER = "station_id,longitude,latitude,charge_count,TAZID,area,perimeter\n"
REGISTER = HEADER + "1001,114.063014,22.540383,20,559,1.0,1.0\n1002,114.0701,22.545,7,559,1.0,1.0\n"


def bring(page, *files):
    given = [(name, data.encode() if isinstance(data, str) else data, "text/csv") for name, data in files]
    page.file_uploader(key="upload_files").set_value(given or [("mine.csv", REGISTER.encode(), "text/csv")])
    return run(page)


def press(page, key):
    page.button(key=f"upload_{key}").click()
    run(page)
    return run(page)


def keys(page):
    return {button.key for button in page.button}


def markdown(page):
    return " ".join(text.value for text in page.markdown).replace("\\", "")


def drafts(build_dir):
    return list((build_dir / DRAFTS).iterdir()) if (build_dir / DRAFTS).is_dir() else []
