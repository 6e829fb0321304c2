"""What an admin hands over, looked at before anything is changed: each check raises `AdminRefused` with the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.errors import AdminRefused
from bot.records.admin_tables import RoleAssignment
from bot.records.tables import User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

MAX_KEY = 255
MAX_WORDS = 2000


def vet_key(text: str, what: str) -> str:
    """An identifier as it may be kept; `what` names it ("a user's name")."""
    if not text.strip() or text != text.strip() or len(text) > MAX_KEY or not text.isprintable():
        raise AdminRefused(
            f"{what.capitalize()} has 1 to {MAX_KEY} printable characters and no blanks around them; "
            "write it again without the rest."
        )
    return text


def vet_words(text: str, what: str, *, most: int = MAX_WORDS) -> str:
    """A text for people, blanks around it dropped; `what` names it ("a reason")."""
    said = text.strip()
    if not said or len(said) > most:
        raise AdminRefused(f"{what.capitalize()} has 1 to {most} characters; write it again.")
    return said


def vet_choice(value: str, choices: Sequence[str], what: str) -> str:
    """One of a closed set; `what` names it ("role")."""
    if value not in choices:
        raise AdminRefused(f"“{value[:50]}” is no {what}; choose one of {', '.join(choices)}.")
    return value


async def vet_user(session: AsyncSession, tenant: str, user_id: str) -> User:
    """The user of that tenant, active or not."""
    user = await session.get(User, (tenant, user_id))
    if user is None:
        raise AdminRefused(f"There is no user “{user_id[:50]}” in {tenant}; add the user first.")
    return user


async def vet_role(session: AsyncSession, tenant: str, user_id: str, role: str) -> None:
    """The user must exist and have the role."""
    await vet_user(session, tenant, user_id)
    found = await session.scalar(
        sa.select(RoleAssignment.role).where(
            RoleAssignment.tenant == tenant, RoleAssignment.user_id == user_id, RoleAssignment.role == role
        )
    )
    if found is None:
        raise AdminRefused(f"“{user_id}” does not have the role {role}; grant it first.")
