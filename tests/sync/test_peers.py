"""Descriptions of peers: what they must say, and that they hold no secret."""

import traceback

import pytest
from sync.conftest import OCPI, TCEC

from charging.errors import UsageError
from charging.sync.peers import load_peer

BASE = "https://peer.example"


def described(folder, text, name="x"):
    (folder / "peers").mkdir(exist_ok=True)
    (folder / "peers" / f"{name}.toml").write_text(text, "utf-8")
    return load_peer(name, folder)


def test_a_short_description_is_enough(tmp_path):
    peer = described(tmp_path, OCPI.format(base=BASE))
    assert (peer.dataset, peer.source.source, peer.source.unit_counted) == ("x", "ocpi-x", "EVSE")


def test_no_peer_is_told_with_those_there_are(tmp_path):
    described(tmp_path, OCPI.format(base=BASE), "near")
    with pytest.raises(UsageError, match=r"far\.toml; there are: near"):
        load_peer("far", tmp_path)


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".x", "x" * 41])
def test_a_name_leads_nowhere_else(tmp_path, name):
    with pytest.raises(UsageError, match="A peer's name"):
        load_peer(name, tmp_path)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('kind = "ftp"', "kind must be one of ocpi, tcec102, found 'ftp'"),
        ('token = "s3cret"', r"token is no known key \(did you mean 'token_env'\?\), only attribution, "),
        ("page_sise = 50", r"page_sise is no known key \(did you mean 'page_size'\?\)"),
        ('operator_id = "123456789"', "operator_id is no known key"),
        ('token_env = "my s3cret"', "token_env must be the name of an environment variable, in capitals"),
        ('token_env = ["s3cret"]', "token_env must be text, found something else, which is not shown"),
        ("token_env = 7", "token_env must be text"),
        ('url = "http://peer.example/versions"', "https address"),
        ('url = "https://me:s3cret@peer.example/versions"', "without name and password"),
        ('url = "https://["', "https address"),
        ("page_size = 0", "page_size must be at least 1, found 0"),
        ("page_size = 20_000", "page_size must be at most 10000, found 20000"),
        ("full_every_days = true", "full_every_days must be a number, found True"),
        ('hosts = "two.example"', "hosts must be a list, found 'two.example'"),
        ('token_form = "plan"', r"token_form must be one of auto, base64, plain, .* mean 'plain'"),
        ("title = 7", "title must be text, found 7"),
        ('insecure = "yes"', "insecure must be true or false, found 'yes'"),
        ("= broken s3cret", "expected TOML"),
    ],
)
def test_what_is_wrong_is_told_without_a_secret(tmp_path, line, complaint):
    key = line.partition(" =")[0]
    others = [other for other in OCPI.format(base=BASE).splitlines() if not other.startswith(f"{key} =")]
    with pytest.raises(UsageError, match=complaint) as caught:
        described(tmp_path, "\n".join([*others, line]))
    assert str(tmp_path / "peers" / "x.toml") in str(caught.value)
    assert "s3cret" not in "".join(traceback.format_exception_only(caught.value))


def test_http_is_taken_where_it_is_said_to_be_insecure(tmp_path):
    text = OCPI.format(base="http://peer.example")
    assert described(tmp_path, f"{text}insecure = true\n").url == "http://peer.example/versions"


def test_secrets_come_from_the_variables_named(tmp_path):
    peer = described(tmp_path, OCPI.format(base=BASE))
    assert peer.secrets({"OCPI_TOKEN_X": " s3cret\n"}) == {"token": "s3cret"}
    with pytest.raises(UsageError, match="OCPI_TOKEN_X, which are not set"):
        peer.secrets({})


def test_a_key_of_the_wrong_length_is_told_and_not_shown(tmp_path):
    peer = described(tmp_path, TCEC.format(base=BASE))
    names = peer.secret_names.values()
    with pytest.raises(UsageError, match="16 bytes in DATA_SECRET_X, as AES-128 has, found 6") as caught:
        peer.secrets(dict.fromkeys(names, "s3cret"))
    assert "s3cret" not in str(caught.value)


def test_a_tcec_peer_must_say_who_asks(tmp_path):
    with pytest.raises(UsageError, match="operator_id is missing"):
        described(tmp_path, TCEC.format(base=BASE).replace('operator_id = "123456789"\n', ""))
