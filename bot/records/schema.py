"""The schema's version: read with one plain query, and migrated only when it is behind."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

import migrations
from bot.errors import DatabaseNewer
from bot.records.faults import explain
from bot.records.files import back_up
from migrations import HEAD, REVISIONS

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.engine import Connection

    from bot.records.database import Database


async def bring_up_to_date(database: Database) -> None:
    """Migrate when the schema is behind, with a backup of an existing file first. Raises a `DatabaseError`."""
    version = await schema_version(database)
    if version == HEAD:
        return
    if version is not None and version not in REVISIONS:
        raise DatabaseNewer(database.where, version, HEAD)
    if database.path:
        await asyncio.to_thread(back_up, database.path)
    await migrate(database)


async def schema_version(database: Database) -> str | None:
    """The revision the schema is at, or None for a database without our tables."""
    async with database.read() as session:
        connection = await session.connection()
        if not await connection.run_sync(_has_version):
            return None
        version: str | None = await session.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return version


async def migrate(database: Database) -> None:
    """Run the migrations up to head, all or nothing. Raises a `DatabaseError`."""
    from alembic import command

    from bot.records.database import MAY_WRITE, MIGRATING

    def upgrade(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), "head")

    engine = database.engine.execution_options(**{MAY_WRITE: True, MIGRATING: True})
    try:
        async with engine.connect() as connection:
            await connection.run_sync(upgrade)
            await connection.invalidate()  # it works without foreign keys, so no unit may use it again
    except DBAPIError as error:
        raise explain(error, database.where) or error from error


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, in code, so that an installed package needs no file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _has_version(connection: Connection) -> bool:
    return sa.inspect(connection).has_table("alembic_version")
