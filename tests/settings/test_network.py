"""The proxy, the certificates and the address: an unusable one is told before anything is sent."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest

from bird_dynamic import emulator
from bird_dynamic.settings import EMULATOR_ACCESS_KEY, gather
from tests.support.certificates import CERTIFICATE, KEY

GOOD = {"BIRD_ACCESS_KEY": "key"}


def problems(**environment: str) -> tuple[str, ...]:
    return gather({}.get, {**GOOD, **environment}).problems


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize(
    "url",
    [
        "garbage://x",
        "socks5://proxy.test:1080",
        "http://",
        "http://user:canary@[::1",
        "http://pro\txy.test",
        "http://pro xy.test",
    ],
)
def test_an_unusable_proxy_is_a_problem_of_its_variable(variable: str, url: str) -> None:
    (problem,) = problems(**{variable: url})
    assert problem.startswith(f"{variable}: is not a supported proxy URL; ")
    assert "http://proxy.example.com:3128" in problem
    assert "canary" not in problem


@pytest.mark.parametrize("port", ["99999", "0", "x", "-1"])
def test_the_port_of_a_proxy_is_told_by_itself(port: str) -> None:
    (problem,) = problems(HTTPS_PROXY=f"http://user:canary@proxy.test:{port}")
    assert problem == (
        "HTTPS_PROXY: its port must be a number from 1 to 65535. Correct it, or unset it."
    )


@pytest.mark.parametrize(
    "environment",
    [
        {"HTTPS_PROXY": "http://proxy.test:3128"},
        {"HTTPS_PROXY": "https://user:password@proxy.test"},
        {"HTTPS_PROXY": "proxy.test:3128"},
        {"HTTPS_PROXY": ""},
        {"HTTP_PROXY": "garbage://x"},
        {"HTTPS_PROXY": "garbage://x", "NO_PROXY": "localhost,.bird.com"},
        {"HTTPS_PROXY": "garbage://x", "BIRD_API_URL": "http://127.0.0.1:8080"},
    ],
)
def test_a_usable_or_unused_proxy_is_no_problem(environment: dict[str, str]) -> None:
    assert problems(**environment) == ()


REMEDY = "set it to one file of PEM certificates, or unset it."
NONE = "has no valid PEM certificate"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", NONE),
        (b"certificates", NONE),
        (
            ssl.PEM_cert_to_DER_cert(CERTIFICATE),
            "is a DER file; convert it with `openssl x509 -inform der -in {path} -out ca.pem`",
        ),
        (KEY.encode(), "contains a private key, not a certificate"),
        (CERTIFICATE.replace("M", "!").encode(), NONE),
    ],
    ids=["empty", "text", "DER", "private key", "damaged"],
)
def test_an_unusable_bundle_is_a_problem_of_its_variable(
    tmp_path: Path, content: bytes, says: str
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(content)
    (problem,) = problems(BIRD_CA_BUNDLE=str(bundle))
    assert problem.startswith(f"BIRD_CA_BUNDLE: {bundle} ")
    assert says.format(path=bundle) in problem
    assert problem.endswith(REMEDY)
    assert ("openssl" in problem) == ("DER" in problem)


def test_a_bundle_may_have_several_certificates_and_comments(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text(f"# ours\n{CERTIFICATE}{CERTIFICATE}")
    assert problems(BIRD_CA_BUNDLE=str(bundle)) == ()


def test_a_bundle_is_read_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str | None] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, path: str | None, cadata: bytes | None = None) -> None:
        read.append(path)
        load(context, path, cadata=cadata)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    bundle = tmp_path / "ca.pem"
    bundle.write_text(CERTIFICATE)
    for _ in range(3):
        assert problems(BIRD_CA_BUNDLE=str(bundle)) == ()
    assert read == [str(bundle)]
    bundle.write_text("damaged")
    assert len(problems(BIRD_CA_BUNDLE=str(bundle))) == 1
    bundle.write_text(CERTIFICATE)
    assert problems(BIRD_CA_BUNDLE=str(bundle)) == ()


def test_a_folder_needs_certificates_under_their_hashes(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(CERTIFICATE)
    (problem,) = problems(BIRD_CA_BUNDLE=str(tmp_path))
    assert f"in the folder {tmp_path}; run `openssl rehash {tmp_path}`, or {REMEDY}" in problem
    (tmp_path / "1a2b3c4d.0").write_text(CERTIFICATE)
    assert problems(BIRD_CA_BUNDLE=str(tmp_path)) == ()


def test_a_folder_without_any_certificate_is_not_told_to_make_links(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").touch()
    (problem,) = problems(BIRD_CA_BUNDLE=str(tmp_path))
    assert problem.endswith(f"no certificate in the folder {tmp_path}; {REMEDY}")


def test_a_bundle_that_does_not_exist_is_named(tmp_path: Path) -> None:
    (problem,) = problems(BIRD_CA_BUNDLE=f"{tmp_path}/no\x1b[2J.pem")
    assert problem == f"BIRD_CA_BUNDLE: {tmp_path}/no?[2J.pem does not exist; {REMEDY}"


def test_a_bundle_that_cannot_be_read_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", refuse)
    monkeypatch.setattr(os, "listdir", refuse)
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    (problem,) = problems(BIRD_CA_BUNDLE=str(bundle))
    assert f"{bundle} cannot be read (Permission denied); set it to one file" in problem
    (problem,) = problems(BIRD_CA_BUNDLE=str(tmp_path))
    assert f"{tmp_path} cannot be read (Permission denied)" in problem
    monkeypatch.undo()
    (problem,) = problems(BIRD_CA_BUNDLE=str(bundle))
    assert f"{bundle} has no valid PEM certificate" in problem, "it can be read again"
    (problem,) = problems(BIRD_CA_BUNDLE=os.devnull)
    assert f"{os.devnull} is not a file; set it to one file" in problem


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://api.\tbird.com", "contains a tab; set it without, such as https://api.bird.com."),
        ("https://api.bird.com\n/v1", "contains a line break"),
        ("https://api.bird.com\r\nHost: x", "contains a line break"),
        ("https://api.bird.com/\x00", "contains an invisible character"),
        ("https://api.bird.com/\x1b[0m", "contains an invisible character"),
        ("https://api bird.com", "contains a space; set it without"),
        ("https://api\u00a0bird.com", "contains an invisible character"),
        ("https://api\u200bbird.com", "contains an invisible character"),
        ("api.bird.com", "must begin with https:// (http:// for the emulator), such as https://"),
        ("localhost:8080", "must begin with https:// (http:// for the emulator)"),
        ("ftp://api.bird.com", "must begin with https://"),
        ("https://", "has no host; it must look like https://api.bird.com."),
        ("https://api.bird.com?x=1", "must not contain a query (?)"),
        ("https://api.bird.com/#x", "a fragment (#)"),
        ("http://127.999.1.1", "four numbers from 0 to 255"),
        ("http://127.0.0.256:8080", "four numbers from 0 to 255"),
        ("http://127.1:8080", "four numbers from 0 to 255"),
        ("https://127.0.0.1.1", "four numbers from 0 to 255"),
        ("https://api.bird.com:65536", "its port must be a number from 1 to 65535"),
        ("https://api.bird.com:0", "its port must be a number from 1 to 65535"),
        ("http://127.0.0.1:-1", "its port must be a number from 1 to 65535"),
        ("https://[::1", "is not a URL; the default is"),
    ],
)
def test_an_impossible_address_is_refused(url: str, says: str) -> None:
    (problem,) = problems(BIRD_API_URL=url)
    assert problem.startswith("bird:apiUrl (or BIRD_API_URL): ")
    assert says in problem
    assert problem.isprintable()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.255.254", "localhost", "[::1]"])
def test_plain_http_is_accepted_for_every_loopback_address(host: str) -> None:
    assert problems(BIRD_API_URL=f"http://{host}:8080") == ()


def test_plain_http_is_accepted_everywhere_with_the_key_of_the_emulator_only() -> None:
    assert EMULATOR_ACCESS_KEY == emulator.ACCESS_KEY
    for url in ("http://bird-emulator:8080", "http://10.0.0.5"):
        assert problems(BIRD_API_URL=url, BIRD_ACCESS_KEY=EMULATOR_ACCESS_KEY) == ()
        (problem,) = problems(BIRD_API_URL=url)
        assert "plain http is accepted only for localhost" in problem
