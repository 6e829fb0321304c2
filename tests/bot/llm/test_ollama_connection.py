"""Which servers may be asked."""

from __future__ import annotations

import pytest

from bot.errors import ModelRefused
from bot.llm.ollama_connection import check_address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        (":5000", "http://127.0.0.1:5000"),
        ("localhost:11434", "http://localhost:11434"),
        ("http://127.0.0.1:11434/ollama/", "http://127.0.0.1:11434/ollama"),
        ("127.3.2.1", "http://127.3.2.1:11434"),
        ("[::1]", "http://[::1]:11434"),
    ],
)
def test_this_machine_may_be_asked(host: str, address: str) -> None:
    assert check_address(host, allow_remote=False) == address


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.7",
        "ollama.example.com",
        "https://10.0.0.1:11434",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "[2001:db8::1]:11434",
    ],
)
def test_another_machine_needs_consent(host: str) -> None:
    with pytest.raises(ModelRefused, match=r"another machine.*TUPPENCE_ALLOW_REMOTE_MODEL=true"):
        check_address(host, allow_remote=False)
    assert check_address(host, allow_remote=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "http://0.0.0.0:11434", "[::]"])
@pytest.mark.parametrize("allow_remote", [False, True])
def test_c24_every_network_is_refused_with_the_fix(host: str, allow_remote: bool) -> None:
    with pytest.raises(ModelRefused, match=r"open to every network.*OLLAMA_HOST=127\.0\.0\.1:11434"):
        check_address(host, allow_remote=allow_remote)


@pytest.mark.parametrize("host", ["ftp://localhost", "localhost:notaport", "http://localhost@example.com"])
def test_what_is_no_address_is_told(host: str) -> None:
    with pytest.raises(ModelRefused, match="Correct OLLAMA_HOST"):
        check_address(host, allow_remote=False)
