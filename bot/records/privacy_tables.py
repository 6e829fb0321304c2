"""What privacy needs to know: which keys encrypted something, and what people were asked to confirm."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import KEY, NOW, Record, owned_by
from bot.records.columns import UtcDateTime


class EncryptionKeyRecord(Record):
    """One key that encrypted something, of all tenants alike. `proof` tells it from another key of the same id."""

    __tablename__ = "encryption_keys"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    proof: Mapped[str] = mapped_column(sa.String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Confirmation(Record):
    """What a person was asked to confirm with a code; `code_hash` is of the code, which is used once, in time."""

    __tablename__ = "confirmations"
    __table_args__ = (owned_by("users", "user_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    act: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
