"""Column types of client fields: encrypted in the database, plain in Python; queries are written as ever.

The key ring belongs to an engine (`use_ring`), so two databases in one process may have two. Without a ring values are
kept plain: `open_records` never opens a database so.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from bot.records.columns import canonical_decimal, storable_json, storable_text
from bot.records.encryption import key_of

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.ext.asyncio import AsyncEngine
    from sqlalchemy.types import TypeEngine

    from bot.records.encryption import KeyRing

_RING = "tuppence_key_ring"
_DECIMAL_WIDTH = 24
"""Numbers are filled up with blanks to this width, so that a long ciphertext does not tell a large amount."""


def use_ring(engine: AsyncEngine, ring: KeyRing) -> None:
    """Let `ring` encrypt and decrypt the client fields of this engine's database from now on."""
    setattr(engine.dialect, _RING, ring)


def ring_of(dialect: Dialect) -> KeyRing | None:
    """The ring of an engine's database, or None where values are plain."""
    return cast("KeyRing | None", getattr(dialect, _RING, None))


class EncryptedText(sa.TypeDecorator[str]):
    """What people and models write, kept as `FreeText` keeps it, and encrypted."""

    impl = sa.Text
    cache_ok = True
    alike: ClassVar[bool] = False

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text made storable and encrypted."""
        if value is None:
            return None
        text, ring = storable_text(value), ring_of(dialect)
        if ring is None:
            return text
        return ring.encrypt_alike(text) if self.alike else ring.encrypt(text)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it was stored. Raises `KeyMissing` or `ValueAltered`."""
        return _decrypted(value, dialect)


class EncryptedName(EncryptedText):
    """A text that must be unique or is looked up: equal texts are equal in the database, under one key."""

    cache_ok = True
    alike = True


class EncryptedDecimal(sa.TypeDecorator[Decimal]):
    """Money, quantities and weights, within the limits of `ExactDecimal`, encrypted. Sort and sum in Python."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """The canonical form of the number, encrypted."""
        if value is None:
            return None
        text, ring = canonical_decimal(value), ring_of(dialect)
        return text if ring is None else ring.encrypt(text.ljust(_DECIMAL_WIDTH))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The number as it was stored. Raises `KeyMissing` or `ValueAltered`."""
        text = _decrypted(value, dialect)
        return None if text is None else Decimal(text)


class EncryptedJson(sa.TypeDecorator[Any]):
    """A JSON value as `JsonDocument` keeps it, encrypted: the database holds one JSON text and can't look into it."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB where there is one."""
        kind: TypeEngine[Any] = JSONB(none_as_null=True) if dialect.name == "postgresql" else sa.JSON(none_as_null=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The value with every text in it made storable, encrypted as a whole."""
        ring = ring_of(dialect)
        if value is None or ring is None:
            return storable_json(value)
        document = json.dumps(storable_json(value), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        return ring.encrypt(document)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The value as it was stored. Raises `KeyMissing` or `ValueAltered`."""
        ring = ring_of(dialect)
        return value if ring is None or key_of(value) is None else json.loads(ring.decrypt(value))


def _decrypted(value: str | None, dialect: Dialect) -> str | None:
    """The plain text; without a ring whatever is kept: such a database was never opened with one."""
    ring = ring_of(dialect)
    return value if value is None or ring is None else ring.decrypt(value)


Encrypted = EncryptedText | EncryptedDecimal | EncryptedJson
ENCRYPTED_TYPES = (EncryptedText, EncryptedDecimal, EncryptedJson)
"""What rotation looks for in the tables."""
