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
        "http://proxy.test:99999",
        "http://proxy.test:x",
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


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file has no valid PEM certificate"),
        (b"certificates", "the file has no valid PEM certificate"),
        (ssl.PEM_cert_to_DER_cert(CERTIFICATE), "openssl x509 -inform der"),
        (KEY.encode(), "the file has no valid PEM certificate"),
        (CERTIFICATE.replace("M", "!").encode(), "the file has no valid PEM certificate"),
    ],
    ids=["empty", "text", "DER", "private key", "damaged"],
)
def test_an_unusable_bundle_is_a_problem_of_its_variable(
    tmp_path: Path, content: bytes, says: str
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(content)
    (problem,) = problems(BIRD_CA_BUNDLE=str(bundle))
    assert problem.startswith("BIRD_CA_BUNDLE: ")
    assert says in problem
    assert problem.endswith("set it to a file of PEM certificates, or unset it.")


def test_a_bundle_may_have_several_certificates_and_comments(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text(f"# ours\n{CERTIFICATE}{CERTIFICATE}")
    assert problems(BIRD_CA_BUNDLE=str(bundle)) == ()


def test_a_bundle_is_read_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, path: str) -> None:
        read.append(path)
        load(context, path)

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
    assert "openssl rehash" in problem
    (tmp_path / "1a2b3c4d.0").write_text(CERTIFICATE)
    assert problems(BIRD_CA_BUNDLE=str(tmp_path)) == ()


def test_a_bundle_that_cannot_be_read_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(context: ssl.SSLContext, path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", refuse)
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    (problem,) = problems(BIRD_CA_BUNDLE=str(bundle))
    assert "the file cannot be read (Permission denied); set it to a file" in problem
    monkeypatch.undo()
    (problem,) = problems(BIRD_CA_BUNDLE=str(bundle))
    assert "the file has no valid PEM certificate" in problem, "it can be read again"
    (problem,) = problems(BIRD_CA_BUNDLE=os.devnull)
    assert "is not a file; set it to a file" in problem


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://api.\tbird.com", "a space or a control character"),
        ("https://api.bird.com\n/v1", "a space or a control character"),
        ("https://api.bird.com\r\nHost: x", "a space or a control character"),
        ("https://api.bird.com/\x00", "a space or a control character"),
        ("https://api.bird.com/\x1b[0m", "a space or a control character"),
        ("https://api bird.com", "a space or a control character"),
        ("https://api\u00a0bird.com", "a space or a control character"),
        ("https://api\u200bbird.com", "a space or a control character"),
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
