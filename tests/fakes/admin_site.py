"""The admin pages in process, with a clock turned by hand, and a browser that keeps cookies and sends our tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.admin.app import admin_app
from bot.records.accounts import add_account
from bot.records.admin_tables import AdminAccount
from bot.records.one_time_codes import code_at
from bot.records.passphrases import hash_passphrase
from bot.records.sign_in import Doorkeeper
from bot.records.users import Actor
from bot.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from bot.records.database import Database
    from bot.settings import Settings

PASSPHRASE = "seven lamps by the river"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ADDRESS = "http://127.0.0.1:8765"
START = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@lru_cache
def hashed() -> str:
    """The hash of `PASSPHRASE`; made once, as it takes its time."""
    return hash_passphrase("grace", PASSPHRASE)


@dataclass
class Clock:
    """A clock that stands until it is turned."""

    time: datetime = START

    def now(self) -> datetime:
        """The time it shows."""
        return self.time

    def turn(self, **by: float) -> None:
        """Turn it on, e.g. by `minutes=5`."""
        self.time += timedelta(**by)


@dataclass
class Pauses:
    """Waits that were asked for, and not waited."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Note one."""
        self.seconds.append(seconds)


async def add_admin(
    database: Database, name: str = "grace", *, tenant: str = "local", enrolled: bool = True, passphrase: bool = True
) -> None:
    """An admin account with `PASSPHRASE`, and with an app that has `SECRET`."""
    async with database.write() as session:
        await add_account(session, Actor("root", tenant), name, hashed() if passphrase else None, at=START)
        row = await session.get_one(AdminAccount, name)
        row.totp_secret = SECRET if enrolled else None


class AdminSite:
    """The application, mounted as `tuppence serve` mounts it."""

    def __init__(self, database: Database, home: Path, **settings: str) -> None:
        self.database = database
        self.clock = Clock()
        self.pauses = Pauses()
        self.troubles: dict[str, list[tuple[str, str]]] = {}
        self.doorkeeper = Doorkeeper(database, self.clock.now, self.pauses, stopwatch=lambda: 0.0)
        self.settings = self.settings_in(home, **settings)
        pages = admin_app(
            self.settings,
            database,
            now=self.clock.now,
            doorkeeper=self.doorkeeper,
            troubles=lambda tenant: self.troubles.get(tenant, ()),
        )
        self.app = Starlette(routes=[Mount("/admin", app=pages)])

    @staticmethod
    def settings_in(home: Path, **settings: str) -> Settings:
        """Settings with the data folder in `home`, the built-in model and the bundled prices."""
        values = {"HOME": str(home), "TUPPENCE_HOME": str(home / "data"), "TUPPENCE_USER": "ada"}
        fixed = {"TUPPENCE_MODEL_BACKEND": "embedded", "TUPPENCE_MARKET_DATA": "snapshot"}
        return load_settings({**values, **fixed, **settings}, None)

    def browser(self, address: str = ADDRESS, client: str = "127.0.0.1") -> Browser:
        """A browser with no cookies, at that address."""
        transport = httpx.ASGITransport(self.app, client=(client, 50000))
        return Browser(self, httpx.AsyncClient(transport=transport, base_url=address, trust_env=False), address)

    async def signed_in(self, name: str = "grace", address: str = ADDRESS) -> Browser:
        """A browser of an admin who is in; the account is there already."""
        browser = self.browser(address)
        answer = await browser.sign_in(name)
        assert answer.status_code == 303, answer.text
        return browser


@dataclass
class Browser:
    """Sends what a browser would: the token of the last page, and where the form stands."""

    site: AdminSite
    client: httpx.AsyncClient
    address: str

    async def get(self, path: str) -> httpx.Response:
        """Load a page."""
        return await self.client.get(f"/admin{path}")

    async def post(self, path: str, data: dict[str, str] | None = None, **more: object) -> httpx.Response:
        """Send a form."""
        if "starlette_admin_csrftoken" not in self.client.cookies:
            await self.get("/login")
        token = self.client.cookies["starlette_admin_csrftoken"]
        headers = {"Origin": self.address}
        form = {**(data or {}), "csrftoken": token}
        return await self.client.post(f"/admin{path}", data=form, headers=headers, **more)  # type: ignore[arg-type]

    async def sign_in(
        self, name: str = "grace", passphrase: str = PASSPHRASE, code: str | None = None
    ) -> httpx.Response:
        """Fill in the form at the door; the code is the one the app shows now."""
        code = code_at(SECRET, self.site.clock.now()) if code is None else code
        return await self.post("/login", {"name": name, "passphrase": passphrase, "code": code})


def text_of(page: httpx.Response) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", page.text, flags=re.DOTALL).split())
