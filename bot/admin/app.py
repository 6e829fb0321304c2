"""The admin pages as one application, to be mounted at /admin."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette_admin.theme import DefaultTheme, TablerSettings
from starlette_admin.views import DropDown

from bot.admin import digests, journals, people, rules
from bot.admin.context import Services
from bot.admin.exports import Exports
from bot.admin.import_page import ImportPage
from bot.admin.openid import OpenId
from bot.admin.pages import Dashboard, Health, Models, PolicyPage, Tools
from bot.admin.security import LOCAL_HOSTS, OwnOrigin, SmallBodies, StrictHeaders
from bot.admin.signing_in import Door
from bot.admin.site import Site
from bot.records.encrypted_columns import ring_of
from bot.records.sign_in import Doorkeeper

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.types import ASGIApp

    from bot.records.database import Database
    from bot.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC)


def admin_app(
    settings: Settings,
    database: Database,
    *,
    now: Callable[[], datetime] = _now,
    doorkeeper: Doorkeeper | None = None,
    troubles: Callable[[str], Sequence[tuple[str, str]]] = lambda _: (),
) -> ASGIApp:
    """The pages, with everything that guards them around. Make it once: it remembers wrong tries.

    `troubles` tells of a tenant (where, what has to be mended), as the running server knows it.
    """
    key = signing_key(database)
    door = Door(doorkeeper or Doorkeeper(database, now), key, _openid(settings, key))
    site = Site(database=database, secret_key=key, auth=door, index=Dashboard(), theme=_THEME)
    _add_pages(site)
    app = site.mounted(Services(settings, database, now, troubles))
    guarded = OwnOrigin(SmallBodies(app))
    hosts = [*LOCAL_HOSTS, *settings.admin_hosts]
    return StrictHeaders(TrustedHostMiddleware(guarded, hosts, www_redirect=False))


def signing_key(database: Database) -> str:
    """What signs cookies and forms: made from the encryption key, so that all servers of a database share it.

    Where nothing is encrypted it is random, and forms that were open when the server stopped must be loaded again.
    """
    ring = ring_of(database.engine.dialect)
    seed = ring.encrypt_alike("admin pages: cookies and forms") if ring and ring.ids else secrets.token_hex(32)
    return hashlib.sha256(seed.encode()).hexdigest()


_THEME = DefaultTheme(TablerSettings(base="slate", primary="teal", radius=1))


def _openid(settings: Settings, key: str) -> OpenId | None:
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.oidc_client_secret is None:
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    return OpenId(settings.oidc_issuer, settings.oidc_client_id, secret, key)


def _add_pages(site: Site) -> None:
    """The menu, in its order."""
    filters = site.templates.env.filters
    filters["moment"] = _moment
    filters["day"] = _day
    site.add_view(
        DropDown(
            "People",
            icon="fa-solid fa-users",
            views=[people.Users, people.Identities, people.Roles, people.Clients, people.Teams],
        )
    )
    site.add_view(DropDown("Portfolios", icon="fa-solid fa-briefcase", views=[people.Portfolios, ImportPage]))
    site.add_view(
        DropDown(
            "What is allowed",
            icon="fa-solid fa-sliders",
            views=[Tools, rules.KillSwitches, rules.Channels, rules.Quotas, PolicyPage, rules.Prompts, Models],
        )
    )
    site.add_view(
        DropDown(
            "What people set up",
            icon="fa-solid fa-bell",
            views=[digests.Digests, journals.Alerts, journals.Opinions],
        )
    )
    site.add_view(
        DropDown(
            "Records",
            icon="fa-solid fa-book",
            views=[Health, journals.DeadLetters, journals.AuditTrail, journals.LegalHolds, journals.Accounts],
        )
    )
    site.add_view(Exports)


def _moment(at: datetime, zone: str, pattern: str = "d MMM y, HH:mm") -> str:
    """A time in a zone, e.g. "28 Nov 2026, 14:05"."""
    return format_datetime(at, pattern, tzinfo=ZoneInfo(zone), locale="en_GB")


def _day(iso: str) -> str:
    """A day in ISO form in words, e.g. "28 Nov 2026"; what is none as it is."""
    try:
        return format_date(date.fromisoformat(iso), "d MMM y", locale="en_GB")
    except ValueError:
        return iso
