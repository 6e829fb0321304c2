"""Migration 0007: amounts of before are kept exactly, and it is taken back only while nothing is encrypted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic import command

from bot.encryption_keys import EncryptionKey
from bot.records import portfolios, users
from bot.records.database import open_database
from bot.records.encryption import KeyRing
from bot.records.schema import alembic_config, bring_up_to_date, schema_version
from bot.records.tables import TransactionRecord
from bot.records.users import Actor
from tools.context import Portfolio, Transaction

if TYPE_CHECKING:
    from bot.records.database import Database

ADA = Actor("ada")
AMOUNTS = ["0", "1.5", "-0.000000000000000001", "1234567890123456789012345678.123456789012345678", "100"]


async def go_back(database: Database) -> None:
    async with database.engine.execution_options(
        tuppence_may_write=True, tuppence_migrating=True
    ).connect() as connection:
        await connection.run_sync(lambda sync: command.downgrade(alembic_config(sync), "0006"))
        await connection.commit()
        await connection.invalidate()


async def fill(database: Database) -> None:
    async with database.write() as session:
        await users.ensure_user(session, ADA)
        lots = tuple(Transaction("A", Decimal(amount), None, "USD", date(2024, 1, 1), "") for amount in AMOUNTS)
        await portfolios.add_portfolio(session, ADA, Portfolio("p", "USD", lots, {"USD": Decimal("2.50")}, {}))


async def test_amounts_go_down_and_up_exactly(database_url: str) -> None:
    async with await open_database(database_url) as database:
        await fill(database)
        await go_back(database)
        assert await schema_version(database) == "0006"
        async with database.read() as session:
            kept = list(await session.scalars(sa.text("SELECT quantity FROM transactions ORDER BY position")))
        assert [Decimal(amount) for amount in kept] == [Decimal(amount) for amount in AMOUNTS]
        await bring_up_to_date(database)
    async with await open_database(database_url, KeyRing([EncryptionKey("k1", b"1" * 32)])) as database:
        async with database.read() as session:
            found = list(
                await session.scalars(sa.select(TransactionRecord.quantity).order_by(TransactionRecord.position))
            )
            assert (await portfolios.portfolio_of(session, ADA)).cash == {"USD": Decimal("2.5")}
        assert found == [Decimal(amount) for amount in AMOUNTS]


async def test_it_is_not_taken_back_once_anything_is_encrypted(database_url: str) -> None:
    async with await open_database(database_url, KeyRing([EncryptionKey("k1", b"1" * 32)])) as database:
        await fill(database)
        with pytest.raises(RuntimeError, match="put back a backup"):
            await go_back(database)
        async with database.read() as session:
            assert (await portfolios.portfolio_of(session, ADA)).cash == {"USD": Decimal("2.5")}
