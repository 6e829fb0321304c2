"""Which keys a database was encrypted with: checked at each start, before anything is read or written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.errors import KeyWrong
from bot.records.encrypted_columns import use_ring
from bot.records.encryption import KeyRing
from bot.records.privacy_tables import EncryptionKeyRecord
from bot.records.users import insert_once

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database


@dataclass(frozen=True, slots=True)
class UsedKey:
    """A key that encrypted something in this database; `proof` tells it from another one of the same id."""

    proof: str
    added_at: datetime


async def used_keys(database: Database) -> Mapping[str, UsedKey]:
    """Id → key, of all that may have encrypted something here, the oldest first."""
    async with database.read() as session:
        rows = await session.scalars(sa.select(EncryptionKeyRecord).order_by(EncryptionKeyRecord.added_at))
        return {row.id: UsedKey(row.proof, row.added_at) for row in rows}


async def unlock(database: Database, ring: KeyRing | None) -> None:
    """Let `ring` encrypt and decrypt what this database keeps. Raises `KeyMissing` or `KeyWrong`.

    Without a ring, everything is refused that needs one, unless nothing was ever encrypted here.
    """
    used = await used_keys(database)
    if ring is None:
        if used:
            use_ring(database.engine, KeyRing())
        return
    for key, kept in used.items():
        if not ring.is_proof(key, kept.proof):
            raise KeyWrong(key)
    if ring.current not in used:
        await database.run(lambda session: _note(session, ring))
    use_ring(database.engine, ring)


async def forget_unused(session: AsyncSession, used: set[str]) -> None:
    """Keep no longer the proofs of keys that encrypt nothing any more."""
    await session.execute(sa.delete(EncryptionKeyRecord).where(EncryptionKeyRecord.id.not_in(used)))


async def _note(session: AsyncSession, ring: KeyRing) -> None:
    """Keep the proof of the key that encrypts from now on. Raises `KeyWrong` when another start kept another one."""
    key = ring.current
    if not await insert_once(session, EncryptionKeyRecord(id=key, proof=ring.proof(key))):
        proof = await session.scalar(sa.select(EncryptionKeyRecord.proof).where(EncryptionKeyRecord.id == key))
        if not ring.is_proof(key, proof or ""):
            raise KeyWrong(key)
