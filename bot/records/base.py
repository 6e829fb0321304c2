"""What every table is made of: the base class, names of constraints, and the usual columns."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

KEY = sa.String(255)
SYMBOL = sa.String(32)
CURRENCY = sa.String(3)
NOW = sa.text("CURRENT_TIMESTAMP")


class Record(DeclarativeBase):
    """Base of all tables."""

    metadata = sa.MetaData(naming_convention=NAMING)


def owned_by(table: str, *columns: str) -> sa.ForeignKeyConstraint:
    """A reference inside one tenant; what is owned goes when its owner goes."""
    target = [f"{table}.tenant", f"{table}.id"]
    return sa.ForeignKeyConstraint(["tenant", *columns], target, ondelete="CASCADE")


def one_of(name: str, values: tuple[str, ...], length: int = 16) -> sa.Enum:
    """A short text that the database holds to a closed set."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=length)
