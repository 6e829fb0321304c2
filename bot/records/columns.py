"""Column types that keep a value exactly, and alike, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

INTEGER_DIGITS = 28
DECIMAL_PLACES = 18
_LONE_SURROGATES = range(0xD800, 0xE000)


class ExactDecimal(sa.TypeDecorator[Decimal]):
    """Money, quantities and weights: NUMERIC on PostgreSQL, canonical decimal text on SQLite.

    SQLite's own NUMERIC is a binary float. Text compares equal when the numbers are equal, but neither sorts nor
    adds up: order and sum in Python. Up to 28 digits before the point and 18 after; more, NaN or infinity is refused.
    """

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC without limits, or TEXT on SQLite."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """The canonical form of `value`: no exponent, no trailing zeros, no minus zero."""
        if value is None:
            return None
        text = canonical_decimal(value)
        return text if dialect.name == "sqlite" else Decimal(text)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """The number as it was stored."""
        return None if value is None else Decimal(value)


def canonical_decimal(value: Decimal) -> str:
    """The one text of a number: plain digits, no trailing zeros. Raises ValueError when it can't be kept exactly."""
    if not isinstance(value, Decimal) or not value.is_finite():
        message = f"only finite decimals can be kept, not {value!r}"
        raise ValueError(message)
    text = f"{value:f}" if -400 < value.adjusted() < INTEGER_DIGITS else ""
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    if not whole or len(fraction) > DECIMAL_PLACES:
        message = f"{value} has more than {INTEGER_DIGITS} digits before or {DECIMAL_PLACES} after the point"
        raise ValueError(message)
    text = f"{whole}.{fraction}" if fraction else whole
    return "0" if text == "-0" else text


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware time, kept and returned in UTC. SQLite has no zones, so there it is written without one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC; a naive one is refused, as it could mean any zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"only times with a zone can be kept, not {value!r}"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time as an aware one in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FreeText(sa.TypeDecorator[str]):
    """What people and models write, byte for byte, but for the two things no database text can hold.

    NUL becomes its picture (␀) and half a surrogate pair becomes �.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text made storable."""
        return None if value is None else storable_text(value)


def storable_text(text: str) -> str:
    """`text` with NUL and lone surrogates replaced by characters that can be stored and shown."""
    text = text.replace("\x00", "␀")
    if text.isascii():
        return text
    return "".join("�" if ord(character) in _LONE_SURROGATES else character for character in text)


class JsonDocument(sa.TypeDecorator[Any]):
    """A JSON value (JSONB on PostgreSQL). Numbers that matter exactly are put in as text by the writer."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB where there is one."""
        kind: TypeEngine[Any] = JSONB(none_as_null=True) if dialect.name == "postgresql" else sa.JSON(none_as_null=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The value with every text in it made storable."""
        return storable_json(value)


def storable_json(value: object) -> object:
    """A JSON value with every text in it made storable."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        return {storable_text(key): storable_json(entry) for key, entry in entries.items()}
    if isinstance(value, list | tuple):
        return [storable_json(entry) for entry in value]
    return value
