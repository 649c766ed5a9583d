"""In which encoding a table is, where its headers do not tell: by the letters of cells and by its country."""

import pytest

from charging.cli import main
from charging.domain.vocabulary import Datum
from charging.errors import UsageError
from charging.sources.readers import Corrections, sniff
from charging.sources.recognition.column_guess import Assumed, Hints, warnings_of
from charging.sources.recognition.guessed_preset import save_preset
from charging.sources.recognition.table_guess import guess_table
from charging.sources.tabular.presets import load_preset

PLACES = {
    "cp1250": [("Łódź Główna", 51.77, 19.46), ("Żabka Świdnik", 51.22, 22.7)],
    "cp1250 cs": [("Plzeň Skvrňany", 49.75, 13.37), ("Brno Židenice", 49.19, 16.61)],
    "cp1250 hu": [("Győr", 47.68, 17.64), ("Szőlős", 47.5, 19.05)],
    "cp1251": [("Станция", 55.75, 37.62), ("Тула", 54.19, 37.62)],
    "cp1252": [("Hôtel de Ville", 48.86, 2.35), ("Évry", 48.63, 2.44)],
    "cp1252 is": [("Þórshöfn", 66.2, -15.33), ("Suðurlandsbraut", 64.13, -21.86)],
    "cp1253": [("Αθήνα", 37.98, 23.73), ("Πάτρα", 38.25, 21.73)],
    "cp1254": [("Şişli", 41.06, 28.99), ("Muğla", 37.21, 28.36)],
    "cp1257": [("Rīga", 56.95, 24.11), ("Liepāja", 56.51, 21.01)],
    "cp1255": [("תל אביב", 32.08, 34.78), ("חיפה", 32.79, 34.99)],
    "gb18030": [("人民广场", 31.23, 121.47), ("徐家汇", 31.19, 121.44)],
    "big5": [("台北車站", 25.05, 121.52), ("高雄", 22.63, 120.3)],
    "cp949": [("서울역", 37.55, 126.97), ("부산", 35.18, 129.08)],
}


@pytest.fixture
def write(tmp_path):
    def written(places, encoding, header="Name,Latitude,Longitude,Chargers"):
        rows = [f"{name},{lat},{lon},2" for name, lat, lon in places]
        path = tmp_path / "list.csv"
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return path

    return written


def names(path, **hints):
    return [station.name for station in sniff(path, hints=Hints(**hints)).read(path)]


@pytest.mark.parametrize("label", PLACES)
def test_names_are_read_as_they_are_written_under_headers_of_ascii(write, label):
    places = PLACES[label]
    assert names(write(places, label.split()[0])) == [name for name, *_ in places]


@pytest.mark.parametrize("country", ["Poland", "PL"])
def test_a_country_that_is_stated_counts_as_well(tmp_path, country):
    path = tmp_path / "list.csv"
    text = f"Name,Latitude,Longitude,Country\nGórka,52.5,13.4,{country}\nŁąka,52.6,13.5,{country}\n"
    path.write_bytes(text.encode("cp1250"))
    assert names(path) == ["Górka", "Łąka"]


def test_what_was_taken_for_granted_is_told_with_an_example(write):
    path = write(PLACES["cp1250"], "cp1250")
    (told,) = warnings_of(guess_table(path), Datum.WGS84)
    assert (told.what, told.headers) == (Assumed.ENCODING, ("cp1250", "Łódź Główna"))
    assert "--encoding" in told.text


def test_nothing_is_told_of_a_text_that_says_its_encoding(write):
    assert guess_table(write(PLACES["cp1250"], "utf-8")).warnings == ()
    assert guess_table(write(PLACES["cp1251"], "utf-16")).warnings == ()


def test_an_encoding_that_is_named_is_taken_and_kept_in_a_preset(write, tmp_path):
    path = write([("Łódź", 51.77, 19.46)], "iso8859-2")
    assert names(path, encoding="iso8859-2") == ["Łódź"]
    guess = guess_table(path, hints=Hints(encoding="iso8859-2"))
    assert guess.warnings == ()
    save_preset(tmp_path / "own", "ours", path, guess, info=lambda info: info, datum=None)
    assert load_preset("ours", tmp_path / "own").layout.encodings == ("iso8859-2",)
    assert [station.name for station in sniff(path, tmp_path / "own").read(path)] == ["Łódź"]


def test_an_encoding_that_is_named_corrects_that_of_a_preset(write, tmp_path):
    path = write([("Łódź", 51.77, 19.46)], "utf-8")
    save_preset(tmp_path / "own", "ours", path, guess_table(path), info=lambda info: info, datum=None)
    path = write([("Łódź", 51.77, 19.46)], "cp1250")
    reader = sniff(path, tmp_path / "own").correct(Corrections(encoding="cp1250"))
    assert [station.name for station in reader.read(path)] == ["Łódź"]


def test_an_encoding_that_nobody_knows_is_bad_use():
    with pytest.raises(UsageError, match="an encoding Python knows"):
        _ = Corrections(encoding="cp9999").hints


def test_the_first_letter_beyond_ascii_may_stand_far_inside(tmp_path):
    rows = [f"Station {number},51.{number % 90 + 10},19.5,2" for number in range(60_000)]
    path = tmp_path / "list.csv"
    text = "\n".join(["Name,Latitude,Longitude,Chargers", *rows, "Łódź Żabka,51.7,19.4,2", ""])
    path.write_bytes(text.encode("cp1250"))
    assert guess_table(path).form.encodings == ("utf-8", "cp1250")


def test_the_command_line_takes_an_encoding(write, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHARGING_BUILD_DIR", str(tmp_path / "build"))
    path = write([("Zażółć gęślą", 51.77, 19.46)], "iso8859-2")
    assert main(["import", str(path), "--dry-run", "--encoding", "iso8859-2"]) == 0
    assert "Its text is in iso8859-2." in capsys.readouterr().out
