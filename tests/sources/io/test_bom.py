import random
import struct

import pytest

from charging.errors import SourceError
from charging.sources.io.bom import detect_encoding, in_utf8
from charging.sources.io.files import open_text, read_head

LATIN = "name,lat,lon\nGötzstraße,52.5,13.4\n"
CHINESE = "站名,最大功率,最近\n一最帀,22.5,114.1\n"  # characters whose low byte is NUL
JSON = '{"名称": "最最最"}'
UNMARKED = ("utf-16-le", "utf-16-be")


@pytest.mark.parametrize("encoding", UNMARKED)
@pytest.mark.parametrize("text", [LATIN, CHINESE, JSON, LATIN + "\N{ELECTRIC PLUG}\x1a"])
def test_utf_16_without_a_mark_is_told_by_its_nuls(tmp_path, text, encoding):
    path = tmp_path / "file"
    path.write_bytes(text.encode(encoding))
    assert detect_encoding(path.read_bytes()) == encoding
    assert read_head(path) == text.encode()
    with open_text(path) as opened:
        assert opened.read() == text


@pytest.mark.parametrize("encoding", UNMARKED)
def test_a_character_cut_off_where_the_head_ends_is_left_out(encoding):
    head = (LATIN + "\N{ELECTRIC PLUG}").encode(encoding)
    assert in_utf8(head[:-2]) == in_utf8(head[:-3]) == in_utf8(head[:-1]) == LATIN.encode()


@pytest.mark.parametrize("encoding", UNMARKED)
def test_half_a_character_at_the_end_of_a_file_is_refused_as_such(tmp_path, encoding):
    path = tmp_path / "file"
    path.write_bytes(LATIN.encode(encoding) + b"\n")
    with pytest.raises(SourceError, match=encoding), open_text(path) as text:
        text.read()


BINARY = {
    "nothing but NULs": bytes(4_096),
    "integers of four bytes": struct.pack("<999I", *range(32, 1_031)),
    "sound": struct.pack("<999h", *((at * 37) % 600 - 300 for at in range(999))),
    "doubles": struct.pack("<999d", *range(999)),
    "random bytes": random.Random(7).randbytes(9_000),  # noqa: S311  not for secrets
    "UTF-8 with a NUL": LATIN.encode() * 40 + b"\0",
    "words that end with a NUL": LATIN.replace(",", "\0").encode() * 40,
    "fields filled up with NULs": b"".join(word.encode().ljust(16, b"\0") for word in LATIN.split(",")),
    "UTF-32": LATIN.encode("utf-32-le"),
    "one NUL": b"\0",
}


@pytest.mark.parametrize("content", BINARY.values(), ids=BINARY)
@pytest.mark.parametrize("before", [b"", b"x"])
def test_binary_data_with_many_nuls_is_no_utf_16(tmp_path, content, before):
    path = tmp_path / "file"
    path.write_bytes(before + content)
    assert detect_encoding(before + content) is None
    with pytest.raises(SourceError), open_text(path):
        pass
