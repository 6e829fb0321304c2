"""What the pages work with, and who asks: kept in the application's state, read from a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette_admin.auth import AdminUser

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.requests import Request

    from bot.records.admin_sessions import SignedIn
    from bot.records.database import Database
    from bot.records.users import Actor
    from bot.settings import Settings


@dataclass(frozen=True)
class Services:
    """What every page may use."""

    settings: Settings
    database: Database
    now: Callable[[], datetime]
    troubles: Callable[[str], Sequence[tuple[str, str]]] = lambda _: ()


@dataclass
class SignedInUser(AdminUser):
    """Who is signed in, for the templates and for our pages."""

    signed_in: SignedIn | None = None


def services(request: Request) -> Services:
    """What the pages work with."""
    found: Services = request.app.state.services
    return found


def signed_in(request: Request) -> SignedIn:
    """The session of who asks. Only for pages that need one: others have none."""
    user = request.state.admin_user
    if not isinstance(user, SignedInUser) or user.signed_in is None:
        raise TypeError("this page is served to nobody in particular")
    return user.signed_in


def admin(request: Request) -> Actor:
    """Who asks, and in which tenant: all that a page reads and writes is of that tenant."""
    return signed_in(request).actor


def view_of(request: Request) -> AsyncSession:
    """The page's consistent view of the database; nothing can be written in it."""
    found: AsyncSession = request.state.session
    return found


async def change(request: Request, act: Callable[[AsyncSession, Actor, datetime], Awaitable[Any]]) -> Any:
    """Do one act of the signed-in admin in a unit of its own. Raises `TuppenceError` with the fix."""
    by, at = admin(request), services(request).now()
    return await services(request).database.run(lambda session: act(session, by, at))
