"""Client fields at rest: encrypted with the first key of a ring, read with the one that each value names.

"gcm1:KEY:…" is AES-256-GCM with a random nonce: equal texts look different. "siv1:KEY:…" is AES-SIV: equal texts look
equal under one key, for names that must be unique. A value without such a beginning was written before there were keys
and is read as it is.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.errors import KeyMissing, ValueAltered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

    from bot.encryption_keys import EncryptionKey

_ENCRYPTED = re.compile(r"(gcm1|siv1):([A-Za-z0-9_-]{1,32}):")
_NONCE_BYTES = 12
_FRONT = b"."
"""Before each text, as AES-SIV takes no empty one."""


@dataclass(frozen=True, slots=True)
class _Ciphers:
    """One key at work: ciphers whose own keys are derived from it. `proof` tells two keys apart and no more."""

    gcm: AESGCM = field(repr=False)
    siv: AESSIV = field(repr=False)
    proof: str


class KeyRing:
    """All keys of this installation; the first one encrypts.

    `reload`, asked once for each key that is missing, returns the keys as they are now: another program may have added
    one. A ring without keys refuses everything.
    """

    def __init__(
        self, keys: Iterable[EncryptionKey] = (), reload: Callable[[], Iterable[EncryptionKey]] = lambda: ()
    ) -> None:
        self._reload = reload
        self._ciphers = {key.id: _ciphers(key) for key in keys}

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, the one that encrypts first."""
        return tuple(self._ciphers)

    @property
    def current(self) -> str:
        """The id of the key that encrypts. Raises `KeyMissing` when there is none."""
        if not self._ciphers:
            raise KeyMissing("")
        return next(iter(self._ciphers))

    def proof(self, key: str) -> str:
        """What tells this key from any other of the same id, and tells nothing else. Raises `KeyMissing`."""
        return self._of(key).proof

    def is_proof(self, key: str, proof: str) -> bool:
        """Whether the key of that id is the one that `proof` was made with. Raises `KeyMissing`."""
        return hmac.compare_digest(self.proof(key), proof)

    def encrypt(self, text: str) -> str:
        """`text` encrypted; each time another value."""
        key = self.current
        nonce = os.urandom(_NONCE_BYTES)
        return f"gcm1:{key}:{_encode(nonce + self._ciphers[key].gcm.encrypt(nonce, text.encode(), None))}"

    def encrypt_alike(self, text: str) -> str:
        """`text` encrypted; the same value each time, as long as the key is the same."""
        key = self.current
        return f"siv1:{key}:{_encode(self._ciphers[key].siv.encrypt(_FRONT + text.encode(), None))}"

    def decrypt(self, value: str) -> str:
        """The text of an encrypted value; any other is returned as it is. Raises `KeyMissing` or `ValueAltered`."""
        found = _ENCRYPTED.match(value)
        if found is None:
            return value
        from cryptography.exceptions import InvalidTag

        kind, key = found.groups()
        ciphers = self._of(key)
        try:
            sealed = base64.urlsafe_b64decode(value[found.end() :])
            if kind == "siv1":
                return ciphers.siv.decrypt(sealed, None).removeprefix(_FRONT).decode()
            return ciphers.gcm.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise ValueAltered(key) from None

    def _of(self, key: str) -> _Ciphers:
        if key not in self._ciphers and (reloaded := {each.id: _ciphers(each) for each in self._reload()}):
            self._ciphers = reloaded
        try:
            return self._ciphers[key]
        except KeyError:
            raise KeyMissing(key) from None


def key_of(value: object) -> str | None:
    """The id of the key that encrypted `value`, or None when nothing did."""
    found = _ENCRYPTED.match(value) if isinstance(value, str) else None
    return found[2] if found else None


def _ciphers(key: EncryptionKey) -> _Ciphers:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

    return _Ciphers(
        AESGCM(_derive(key, "values", 32)), AESSIV(_derive(key, "names", 64)), _derive(key, "proof", 16).hex()
    )


def _derive(key: EncryptionKey, purpose: str, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, None, f"tuppence/{purpose}".encode()).derive(key.material)


def _encode(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode()
