import gzip

import pytest

from charging.errors import SourceError
from charging.sources.io.files import HEAD_BYTES, contains_word, count_words, open_text, read_head

LONG_TEXT = " ".join(str(number * 2_654_435_761 % 1_000_003) for number in range(HEAD_BYTES))  # packs badly


def test_the_head_is_the_unpacked_beginning_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + LONG_TEXT.encode()))
    assert read_head(path) == LONG_TEXT.encode()[: HEAD_BYTES - 3]


def test_a_gzip_file_cut_far_behind_its_head_is_refused_where_it_ends(tmp_path):
    path = tmp_path / "file.gz"
    packed = gzip.compress(LONG_TEXT.encode())
    path.write_bytes(packed[: len(packed) * 3 // 4])
    with pytest.raises(SourceError, match="cut or damaged"), open_text(path) as text:
        text.read()


def test_a_gzip_file_changed_on_the_way_is_refused(tmp_path):
    path = tmp_path / "file.gz"
    packed = bytearray(gzip.compress(LONG_TEXT.encode()))
    packed[-6] ^= 1  # in the check sum
    path.write_bytes(packed)
    with pytest.raises(SourceError, match="cut or damaged"), open_text(path) as text:
        text.read()


def test_another_encoding_far_behind_the_head_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(LONG_TEXT.encode() + "价".encode("gb18030"))
    with pytest.raises(SourceError, match="utf-8-sig"), open_text(path) as text:
        text.read()


@pytest.mark.parametrize("before", range(5))
def test_a_word_is_found_wherever_the_blocks_of_a_search_end(tmp_path, before):
    path = tmp_path / "a.json"
    path.write_text("x" * before + "word and more")
    assert contains_word(path, "word", block_chars=5)
    assert not contains_word(path, "wood", block_chars=5)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("block_bytes", [1, 5, 1_000])
def test_words_are_counted_in_any_encoding_wherever_the_blocks_end(tmp_path, encoding, block_bytes):
    path = tmp_path / "a.xml"
    path.write_bytes("ä word, word: wo rd other".encode(encoding))
    found = [count_words(path, *words, block_bytes=block_bytes) for words in (("word", "other"), ("wood",))]
    assert found == [3, 0]


@pytest.mark.parametrize("cut", range(1, 4))
@pytest.mark.parametrize("end", [b"", b"\xf0\x9f\x94", b"\xe9"])
def test_a_letter_between_two_blocks_does_not_change_the_encoding(tmp_path, cut, end):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * (65_536 - cut) + "🔌".encode() + b"," * 65_536 + b"b" * 65_536 + end)
    with open_text(path, encoding=["utf-8", "cp1252"]) as text:
        assert text.encoding == ("cp1252" if end else "utf-8")
