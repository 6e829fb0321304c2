"""Passphrases of admin accounts: argon2id hashes, and the same work for a name that nobody has."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import AccountRefused

MIN_CHARACTERS = 12
MAX_CHARACTERS = 1000

_hasher = PasswordHasher()  # the library's defaults are RFC 9106's second choice: argon2id, 64 MiB, 3 passes


def hash_passphrase(name: str, passphrase: str) -> str:
    """The argon2id hash to keep; takes tens of milliseconds. Raises `AccountRefused` for a poor passphrase."""
    if not MIN_CHARACTERS <= len(passphrase) <= MAX_CHARACTERS:
        raise AccountRefused(name, f"the passphrase needs at least {MIN_CHARACTERS} characters; write a longer one")
    if len(set(passphrase)) < MIN_CHARACTERS // 2 or name.casefold() == passphrase.casefold():
        raise AccountRefused(name, "the passphrase is too easy to guess; write several unrelated words")
    return _hasher.hash(passphrase)


def is_right(passphrase: str, hashed: str | None) -> bool:
    """Whether the passphrase belongs to the hash; without a hash the same work is done, and the answer is no."""
    try:
        _hasher.verify(hashed or _nobody(), passphrase[:MAX_CHARACTERS])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def prepare() -> None:
    """Make the hash of nobody now, so that the first unknown name takes no longer than others."""
    _nobody()


@lru_cache
def _nobody() -> str:
    """A hash that stands for every unknown name, so that it takes as long as a known one."""
    return _hasher.hash("nobody has this passphrase")
