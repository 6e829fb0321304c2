"""The file of encryption keys of one machine: one "id:base64" a line, the one that encrypts first, for its owner."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.encryption_keys import new_key, read_keys, write_keys
from bot.errors import KeysUnreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.encryption_keys import EncryptionKey

FILE_NAME = "keys"
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_OTHERS = 0o077


def load_keys(path: Path) -> tuple[EncryptionKey, ...]:
    """The keys of the file, none when there is no file. Raises `KeysUnreadable`."""
    try:
        text = path.read_text(encoding="ascii")
        _keep_private(path)
        return read_keys(",".join(text.split()))
    except (FileNotFoundError, NotADirectoryError):  # the database says better where there is no folder
        return ()
    except UnicodeDecodeError:
        raise KeysUnreadable(str(path), "it holds other characters than keys; put it back from your backup") from None
    except ValueError as error:
        raise KeysUnreadable(str(path), str(error)) from None
    except OSError as error:
        raise KeysUnreadable(str(path), f"{_reason(error)}; give this user the right to read it") from error


def make_keys(path: Path) -> tuple[EncryptionKey, ...]:
    """A file with one new key, or the file that another start made meanwhile. Raises `KeysUnreadable`."""
    try:
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        draft = _draft(path, (new_key(),))
        try:
            os.link(draft, path)  # never over a file that is there
        except FileExistsError:
            pass
        except OSError:  # some file systems have no links
            if not path.exists():
                draft.rename(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise KeysUnreadable(str(path), f"{_reason(error)}; set TUPPENCE_HOME to a folder of yours") from error
    return load_keys(path)


def replace_keys(path: Path, keys: Sequence[EncryptionKey]) -> None:
    """Let the file hold exactly these; stopped at any moment, it holds the old or the new. Raises `KeysUnreadable`."""
    try:
        _draft(path, keys).replace(path)
    except OSError as error:
        raise KeysUnreadable(str(path), f"{_reason(error)}; give this user the right to write it") from error


def _draft(path: Path, keys: Sequence[EncryptionKey]) -> Path:
    draft = path.with_name(f"{path.name}.new-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE_FILE)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(write_keys(keys).replace(",", "\n") + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _keep_private(path: Path) -> None:
    """Take away what others may do with the file, when it is ours to do so."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        with suppress(OSError):
            path.chmod(_PRIVATE_FILE)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
