"""Which addresses may be asked, and how they may be written."""

from __future__ import annotations

import pytest

from bot.errors import ModelRefused
from bot.llm.ollama_address import read_address


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("", "http://127.0.0.1:11434"),
        ("127.0.0.1", "http://127.0.0.1:11434"),
        (":5000", "http://127.0.0.1:5000"),
        ("localhost:11434", "http://localhost:11434"),
        ("http://localhost", "http://localhost:80"),
        ("https://localhost/", "https://localhost:443"),
        ("http://127.0.0.1:11434/ollama/", "http://127.0.0.1:11434/ollama"),
        ("127.3.2.1", "http://127.3.2.1:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        (" LOCALHOST ", "http://localhost:11434"),
    ],
)
def test_this_machine_in_every_form(host: str, address: str) -> None:
    assert read_address(host) == address


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.7",
        "ollama.example.com",
        "http://10.0.0.1:11434",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "http://localhost@example.com",
        "[2001:db8::1]:11434",
    ],
)
def test_another_machine_needs_consent(host: str) -> None:
    with pytest.raises(ModelRefused, match="another machine.*TUPPENCE_ALLOW_REMOTE_MODEL=true"):
        read_address(host)
    assert read_address(host, allow_remote=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "http://0.0.0.0:11434", "[::]"])
def test_c24_every_network_is_refused_with_the_fix(host: str) -> None:
    with pytest.raises(ModelRefused, match=r"open to every network.*OLLAMA_HOST=127\.0\.0\.1:11434"):
        read_address(host)


@pytest.mark.parametrize("host", ["ftp://localhost", "http://localhost:notaport", "http://[::1", "localhost:99999"])
def test_what_is_no_address_is_told(host: str) -> None:
    with pytest.raises(ModelRefused, match="Set OLLAMA_HOST to one like"):
        read_address(host)
