"""Run by Alembic: migrates over the connection it is handed, or over the one the settings name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from alembic import context

from bot.records.tables import Record

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

# Any number works, as long as nothing else on that server uses it for a lock.
ADVISORY_LOCK = 7_205_759_403_792


def migrate_over(connection: Connection) -> None:
    """Migrate in one transaction; replicas that start together take turns, and the later ones find nothing to do."""
    context.configure(
        connection=connection,
        target_metadata=Record.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if orphan:
                message = f"after the migration a row of {orphan[0]} refers to nothing; it was taken back"
                raise RuntimeError(message)


async def migrate_over_settings() -> None:
    """For `alembic` typed by a developer: the database of the environment or `.env`."""
    from bot.records.database import engine_for
    from bot.settings import load_settings

    engine = engine_for(load_settings().database_url.get_secret_value())
    async with engine.connect() as connection:
        await connection.run_sync(migrate_over)
        await connection.commit()
    await engine.dispose()


handed = context.config.attributes.get("connection")
if handed is None:
    asyncio.run(migrate_over_settings())
else:
    migrate_over(handed)
