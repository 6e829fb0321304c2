"""The database of this installation, opened with its encryption keys: how every command opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.encryption_keys import read_keys
from bot.errors import KeyMissing
from bot.records.database import open_database
from bot.records.encryption import KeyRing
from bot.records.key_file import FILE_NAME, load_keys, make_keys
from bot.records.keys import unlock, used_keys

if TYPE_CHECKING:
    from pathlib import Path

    from bot.records.database import Database
    from bot.settings import Settings


async def open_records(settings: Settings) -> Database:
    """The database that the settings name, ready, its client fields encrypted.

    The keys are those of the settings, else of the file `keys` in the data folder, made with the first start. A
    database that was encrypted with others is refused: raises a `DatabaseError` or an `EncryptionError` with the fix.
    """
    ring = ring_of(settings)
    database = await open_database(settings.database_url.get_secret_value(), ring)
    if ring is not None:
        return database
    try:
        await _make_keys(database, key_file(settings))
    except BaseException:
        await database.close()
        raise
    return database


async def _make_keys(database: Database, path: Path) -> None:
    """A key for a database that nothing encrypted yet; for another one it would only hide what is missing."""
    if used := await used_keys(database):
        made = load_keys(path)  # by another start, since this one looked
        if not made:
            raise KeyMissing(list(used)[-1])
    else:
        made = make_keys(path)
    await unlock(database, KeyRing(made, lambda: load_keys(path)))


def ring_of(settings: Settings) -> KeyRing | None:
    """The keys of the settings, else of the key file; None when there are neither. Raises `KeysUnreadable`."""
    if settings.encryption_keys is not None:
        return KeyRing(read_keys(settings.encryption_keys.get_secret_value()))
    path = key_file(settings)
    keys = load_keys(path)
    return KeyRing(keys, lambda: load_keys(path)) if keys else None


def key_file(settings: Settings) -> Path:
    """Where the keys are when the settings have none."""
    return settings.home / FILE_NAME
