"""The door of the admin pages, walked through in process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records.accounts import disable_account, reset_account
from bot.records.admin_tables import AdminAccount, AdminSession
from bot.records.one_time_codes import code_at
from bot.records.sign_in import REFUSAL_SECONDS
from bot.records.tables import AuditRecord
from bot.records.users import Actor
from tests.fakes.admin_site import PASSPHRASE, SECRET, AdminSite, add_admin, hashed, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from bot.records.database import Database
    from tests.fakes.admin_site import Browser


async def _acts(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.scalars(sa.select(AuditRecord.action).order_by(AuditRecord.sequence)))


async def test_passphrase_and_code_open_the_door_to_the_page_that_was_asked_for(site: AdminSite) -> None:
    browser = site.browser()
    stopped = await browser.get("/tools")
    assert stopped.status_code == 303
    login = stopped.headers["location"]
    assert "/admin/login?next=" in login
    form = {"name": "grace", "passphrase": PASSPHRASE, "code": code_at(SECRET, site.clock.now())}
    answer = await browser.post(login.partition("/admin")[2], form)
    assert answer.headers["location"].endswith("/admin/tools")
    assert (await browser.get("/tools")).status_code == 200
    assert await _acts(site.database) == ["account.add", "admin.sign_in"]


@pytest.mark.parametrize(
    "form",
    [
        {"name": "grace", "passphrase": "seven lamps by the lake", "code": "now"},
        {"name": "grace", "passphrase": PASSPHRASE, "code": "000000"},
        {"name": "grace", "passphrase": PASSPHRASE, "code": ""},
        {"name": "nobody", "passphrase": PASSPHRASE, "code": "now"},
        {"name": "", "passphrase": "", "code": ""},
    ],
)
async def test_a_wrong_try_says_the_same_and_takes_as_long_whatever_was_wrong(
    site: AdminSite, form: dict[str, str]
) -> None:
    code = code_at(SECRET, site.clock.now()) if form["code"] == "now" else form["code"]
    browser = site.browser()
    answer = await browser.sign_in(form["name"], form["passphrase"], code)
    assert answer.status_code == 401
    assert "That name, passphrase or code is not right." in text_of(answer)
    assert "tuppence" not in browser.client.cookies
    assert site.pauses.seconds == [REFUSAL_SECONDS]


async def test_a_refusal_waits_without_a_connection(site: AdminSite) -> None:
    held = []

    async def pause(_: float) -> None:
        held.append(site.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # the pool of either kind

    site.doorkeeper.pause = pause
    browser = site.browser()
    await browser.sign_in(code="000000")
    assert held == [0]


async def test_a_code_opens_the_door_once(site: AdminSite) -> None:
    await site.signed_in()
    assert (await site.browser().sign_in()).status_code == 401
    site.clock.turn(seconds=30)
    assert (await site.browser().sign_in()).status_code == 303


async def test_after_five_wrong_tries_even_the_right_one_waits_and_each_further_one_twice_as_long(
    site: AdminSite,
) -> None:
    for _ in range(5):
        assert (await site.browser().sign_in(code="000000")).status_code == 401
    assert (await site.browser(client="127.0.0.9").sign_in()).status_code == 401, "the account waits, wherever from"
    site.clock.turn(seconds=31)
    assert (await site.browser().sign_in(code="000000")).status_code == 401
    site.clock.turn(seconds=31)
    assert (await site.browser().sign_in()).status_code == 401, "a minute now"
    site.clock.turn(seconds=30)
    assert (await site.browser().sign_in()).status_code == 303
    assert "account.lock" in await _acts(site.database)


async def test_wrong_tries_are_remembered_by_the_database_when_the_server_starts_again(
    site: AdminSite, tmp_path: Path
) -> None:
    for _ in range(5):
        await site.browser().sign_in(code="000000")
    again = AdminSite(site.database, tmp_path)
    assert (await again.browser().sign_in()).status_code == 401
    again.clock.turn(seconds=31)
    assert (await again.browser().sign_in()).status_code == 303


async def test_an_address_that_tries_many_names_waits_too(site: AdminSite) -> None:
    for number in range(5):
        await site.browser(client="127.0.0.7").sign_in(f"name{number}")
    assert (await site.browser(client="127.0.0.7").sign_in()).status_code == 401
    assert (await site.browser(client="127.0.0.8").sign_in()).status_code == 303


async def test_the_first_sign_in_adds_an_authenticator_app(database: Database, tmp_path: Path) -> None:
    await add_admin(database, enrolled=False)
    site = AdminSite(database, tmp_path)
    browser = site.browser()
    page = await browser.sign_in(code="")
    assert page.status_code == 200
    assert "<svg" in page.text
    assert "tuppence" not in browser.client.cookies, "nobody is in yet"
    secret = re.search(r'id="secret">([A-Z2-7]{32})<', page.text)
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert secret
    assert token
    wrong = await browser.post("/enrol", {"token": token[1], "code": "000000"})
    assert wrong.status_code == 422
    assert secret[1] in wrong.text, "the same key, so that nobody scans twice"
    code = code_at(secret[1], site.clock.now())
    answer = await browser.post("/enrol", {"token": token[1], "code": code})
    assert answer.status_code == 303
    assert (await browser.get("/")).status_code == 200
    again = await site.browser().post("/enrol", {"token": token[1], "code": code})
    assert again.status_code == 401, "an app that is there is not replaced"
    assert await _acts(database) == ["account.add", "account.enrol", "admin.sign_in"]


async def test_adding_an_app_must_follow_the_passphrase_within_minutes(database: Database, tmp_path: Path) -> None:
    await add_admin(database, enrolled=False)
    site = AdminSite(database, tmp_path)
    browser = site.browser()
    page = await browser.sign_in(code="")
    secret, token = re.search(r'id="secret">(\w+)<', page.text), re.search(r'name="token" value="([^"]+)"', page.text)
    assert secret
    assert token
    site.clock.turn(minutes=11)
    form = {"token": token[1], "code": code_at(secret[1], site.clock.now())}
    assert (await browser.post("/enrol", form)).status_code == 401
    assert (await browser.post("/enrol", {**form, "token": token[1][:-1]})).status_code == 401


async def test_a_session_ends_after_thirty_idle_minutes(browser: Browser) -> None:
    browser.site.clock.turn(minutes=29)
    assert (await browser.get("/")).status_code == 200
    browser.site.clock.turn(minutes=29)
    assert (await browser.get("/")).status_code == 200, "it was in use"
    browser.site.clock.turn(minutes=31)
    assert (await browser.get("/")).status_code == 303


async def test_a_session_ends_after_eight_hours_of_use(browser: Browser) -> None:
    for _ in range(23):
        browser.site.clock.turn(minutes=20)
        assert (await browser.get("/")).status_code == 200
    browser.site.clock.turn(minutes=21)
    assert (await browser.get("/")).status_code == 303


async def test_signing_out_ends_the_session_on_the_server(browser: Browser) -> None:
    cookie = browser.client.cookies["tuppence"]
    assert (await browser.post("/logout")).status_code == 303
    stolen = browser.site.browser()
    stolen.client.cookies.set("tuppence", cookie)
    assert (await stolen.get("/")).status_code == 303
    async with browser.site.database.read() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(AdminSession)) == 0


async def test_signing_in_again_gives_a_new_token_and_ends_the_old_one(browser: Browser) -> None:
    old = browser.client.cookies["tuppence"]
    browser.site.clock.turn(minutes=1)
    await browser.sign_in()
    assert browser.client.cookies["tuppence"] != old
    other = browser.site.browser()
    other.client.cookies.set("tuppence", old)
    assert (await other.get("/")).status_code == 303


async def test_what_is_kept_of_a_session_and_an_account_opens_nothing(browser: Browser) -> None:
    async with browser.site.database.read() as session:
        kept = await session.scalar(sa.select(AdminSession.token_hash))
        account = await session.get_one(AdminAccount, "grace")
    thief = browser.site.browser()
    thief.client.cookies.set("tuppence", str(kept))
    assert (await thief.get("/")).status_code == 303
    assert str(account.passphrase).startswith("$argon2id$")


@pytest.mark.parametrize("act", ["disable", "reset"])
async def test_disabling_and_resetting_an_account_end_its_sessions(browser: Browser, act: str) -> None:
    async with browser.site.database.write() as session:
        by, at = Actor("root"), browser.site.clock.now()
        if act == "disable":
            await disable_account(session, by, "grace", at=at)
        else:
            await reset_account(session, by, "grace", hashed(), at=at)
    assert (await browser.get("/")).status_code == 303
    browser.site.clock.turn(minutes=1)
    assert (await browser.sign_in()).status_code == (401 if act == "disable" else 200), "a reset asks for a new app"


async def test_over_https_the_cookie_is_bound_to_this_host(site: AdminSite) -> None:
    browser = site.browser("https://127.0.0.1:8765")
    answer = await browser.sign_in()
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if "tuppence=" in c]
    assert cookie.startswith("__Host-tuppence=")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil"])
async def test_the_door_never_leads_elsewhere(site: AdminSite, next_page: str) -> None:
    form = {"name": "grace", "passphrase": PASSPHRASE, "code": code_at(SECRET, site.clock.now())}
    answer = await site.browser().post(f"/login?next={next_page}", form)
    assert answer.status_code == 303
    assert answer.headers["location"] == "http://127.0.0.1:8765/admin/"


async def test_an_export_asks_for_the_passphrase_again(browser: Browser) -> None:
    browser.site.clock.turn(minutes=6)
    answer = await browser.post("/export/audit")
    assert "/admin/confirm?next=" in answer.headers["location"]
    page = answer.headers["location"].partition("/admin")[2]
    form = {"passphrase": PASSPHRASE, "code": code_at(SECRET, browser.site.clock.now())}
    assert (await browser.get(page)).status_code == 200
    assert (await browser.post(page, {**form, "code": "000000"})).status_code == 401
    assert (await browser.post("/export/audit")).status_code == 303, "still not"
    assert (await browser.post(page, form)).headers["location"].endswith("/admin/audit/list")
    exported = await browser.post("/export/audit")
    assert exported.status_code == 200
    assert "attachment" in exported.headers["content-disposition"]
    assert '"admin.sign_in","grace"' in exported.text
    assert (await _acts(browser.site.database))[-1] == "audit.export"
