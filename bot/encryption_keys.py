"""Encryption keys as people write and keep them: "id:base64", the one that encrypts first."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """One key of 256 bits; its `id` stands in each value that it encrypted. The key itself shows in no `repr`."""

    id: str
    material: bytes = field(repr=False)


def new_key() -> EncryptionKey:
    """A random key with a random id, so that keys of two machines never share one."""
    return EncryptionKey(f"k{secrets.token_hex(4)}", secrets.token_bytes(KEY_BYTES))


def read_keys(text: str) -> tuple[EncryptionKey, ...]:
    """The keys of "id:base64,id:base64". Raises ValueError with the fix, which holds no key."""
    keys = tuple(_read_key(part.strip()) for part in text.split(","))
    ids = [key.id for key in keys]
    if twice := next((key for key in ids if ids.count(key) > 1), None):
        raise ValueError(f"two keys have the id {twice}; give each its own")
    return keys


def write_keys(keys: Iterable[EncryptionKey]) -> str:
    """The keys as `read_keys` reads them."""
    return ",".join(f"{key.id}:{base64.b64encode(key.material).decode()}" for key in keys)


def _read_key(text: str) -> EncryptionKey:
    key, separator, encoded = text.partition(":")
    if not separator or not _ID.fullmatch(key):
        raise ValueError(
            "a key is written id:base64, the id of letters and digits; `tuppence admin keys new` makes one"
        )
    try:
        material = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        material = b""
    if len(material) != KEY_BYTES:
        raise ValueError(
            f"the key {key} is not {KEY_BYTES} bytes in base64; copy all of it, or make one: tuppence admin keys new"
        )
    return EncryptionKey(key, material)
