"""What guards every route of the admin pages, route by route."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from starlette.routing import Mount, Route

from bot.records.database import open_database
from tests.fakes.admin_site import ADDRESS, AdminSite, add_admin
from tests.fakes.workspace import ANSWER, HELD, PAYLOAD, QUESTION, WATCHED, settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.records.database import Database

OPEN = {"/login", "/enrol", "/openid", "/openid/back"}
OIDC = {
    "TUPPENCE_OIDC_ISSUER": "http://127.0.0.1:9",
    "TUPPENCE_OIDC_CLIENT_ID": "tuppence",
    "TUPPENCE_OIDC_CLIENT_SECRET": "a-long-client-secret",
}
TABLES = (
    "users identities roles clients teams portfolios channels switches quotas prompts digests alerts feedback "
    "legal-holds accounts audit dead-letters"
).split()
PAGES = ["/", "/tools", "/policy", "/models", "/health", "/import", *(f"/{table}/list" for table in TABLES)]
FORMS = [
    f"/{table}/create" for table in "users identities roles clients teams channels switches quotas prompts".split()
]


def _routes(site: AdminSite) -> Iterator[tuple[str, str]]:
    """Every path and method of the pages, as they are served, the files of the package left out."""
    found: object = next(route.app for route in site.app.routes if isinstance(route, Mount))
    while not hasattr(found, "routes"):
        found = found.app  # type: ignore[attr-defined]  # each guard holds the next
    [mount] = [route for route in found.routes if isinstance(route, Mount)]
    for route in mount.routes:
        if isinstance(route, Route):
            path = route.path.replace("{key}", "users").replace("{storage}", "x").replace("{path:path}", "y")
            for method in route.methods or ():
                if method != "HEAD":
                    yield path, method
        else:
            assert route.name == "static"


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AdminSite]:
    """The pages of a full workspace, with every route they can have."""
    async with await open_database(sqlite_url) as database:
        await add_admin(database)
        await settle(database)
        yield AdminSite(database, tmp_path, **OIDC)


async def test_signed_out_every_page_leads_to_the_door(site: AdminSite) -> None:
    seen = 0
    for path, method in _routes(site):
        browser = site.browser()
        answer = await (browser.get(path) if method == "GET" else browser.post(path))
        if path in OPEN:
            assert answer.status_code in (200, 401, 502), path
        else:
            assert answer.status_code == 303, (method, path)
            assert "/admin/login?next=" in answer.headers["location"], (method, path)
        seen += 1
    assert seen > 30


async def test_what_changes_something_needs_our_origin_and_a_token(site: AdminSite) -> None:
    browser = await site.signed_in()
    token = browser.client.cookies["starlette_admin_csrftoken"]
    form = {"csrftoken": token}
    seen = 0
    for path, method in _routes(site):
        if method == "GET":
            continue
        url = f"/admin{path}"
        for origin in ("https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example:8765", ""):
            answer = await browser.client.request(method, url, data=form, headers={"Origin": origin} if origin else {})
            assert answer.status_code == 403, (path, origin)
        for bad in ({}, {"csrftoken": ""}, {"csrftoken": token[:-2]}):
            answer = await browser.client.request(method, url, data=bad, headers={"Origin": ADDRESS})
            assert answer.status_code in (403, 411), (path, bad)
        other = site.browser()
        await other.get("/login")
        bad = {"csrftoken": other.client.cookies["starlette_admin_csrftoken"]}
        answer = await browser.client.request(method, url, data=bad, headers={"Origin": ADDRESS})
        assert answer.status_code == 403, path
        seen += 1
    assert seen >= 12


async def test_every_answer_has_the_strict_headers(site: AdminSite) -> None:
    browser = await site.signed_in()
    answers = [await browser.get(path) for path in (*PAGES, "/nothing", "/static/admin.css", "/users/detail?pk=1")]
    answers.append(await browser.client.get("/admin/", headers={"Host": "evil.example"}))
    answers.append(await browser.client.post("/admin/logout"))
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        assert "unsafe-eval" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        kept = "private, max-age=3600" if "/static/" in str(answer.url) else "no-store"
        assert answer.headers["cache-control"] == kept


async def test_pages_name_no_foreign_host_and_run_only_marked_scripts(site: AdminSite) -> None:
    browser = await site.signed_in()
    rows = ["/users/edit?pk=local,ada", "/channels/edit?pk=local,C1", "/audit/detail?pk=local,1", "/login", "/confirm"]
    for path in (*PAGES, *FORMS, *rows):
        page = await browser.get(path)
        assert page.status_code in (200, 303), path
        nonce = re.search(r"'nonce-([^']+)'", page.headers["content-security-policy"])
        assert nonce
        for address in re.findall(r"""(?:src|href|action)=["']([^"']+)|url\(['"]?([^'")]+)""", page.text):
            assert not re.match(r"(?:https?:)?//(?!127\.0\.0\.1:8765/)", "".join(address)), (path, address)
        assert not re.search(r"<[^>]+\son[a-z]+\s*=", page.text), path
        for tag in re.findall(r"<(?:script|style)\b[^>]*>", page.text):
            assert f'nonce="{nonce[1]}"' in tag, (path, tag)
    first, second = [await browser.get("/") for _ in range(2)]
    assert first.headers["content-security-policy"] != second.headers["content-security-policy"], "a nonce is used once"


async def test_our_files_name_no_foreign_host(site: AdminSite) -> None:
    browser = site.browser()
    used = set()
    page = await browser.get("/login")
    used |= set(re.findall(r'(?:src|href)="http://127\.0\.0\.1:8765/admin(/static/[^"]+)"', page.text))
    assert len(used) >= 6
    for path in used:
        file = await browser.get(path)
        assert file.status_code == 200, path
        assert not re.search(r"@import|url\(['\"]?(?:https?:)?//", file.text), path


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "admin.example.com:80@evil", ""])
async def test_another_host_name_is_refused(site: AdminSite, host: str) -> None:
    answer = await site.browser().client.get("/admin/login", headers={"Host": host})
    assert answer.status_code == 400


async def test_a_host_name_of_the_settings_is_served(database: Database, tmp_path: Path) -> None:
    site = AdminSite(database, tmp_path, TUPPENCE_ADMIN_HOSTS="tuppence.example.com")
    assert (await site.browser("https://tuppence.example.com").get("/login")).status_code == 200
    assert (await site.browser("http://[::1]:8765").get("/login")).status_code == 200


async def test_what_is_too_large_or_does_not_say_how_large_is_not_read(site: AdminSite) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    headers = {"Origin": ADDRESS, "Content-Type": "application/x-www-form-urlencoded"}
    client = site.browser().client
    answer = await client.post("/admin/login", content=endless(), headers=headers)
    assert answer.status_code == 411
    answer = await client.post("/admin/login", content=endless(), headers={**headers, "Content-Length": "3000000"})
    assert answer.status_code == 413


async def test_admins_see_neither_holdings_nor_turns(site: AdminSite) -> None:
    browser = await site.signed_in()
    rows = ["/portfolios/list?q=retirement", "/alerts/list?q=below", "/dead-letters/list", "/feedback/list?q=ada"]
    for path in (*PAGES, *rows):
        page = await browser.get(path)
        for secret in (QUESTION, ANSWER, PAYLOAD, HELD, WATCHED, "123.45"):
            assert secret not in page.text, (path, secret)


async def test_what_people_wrote_is_shown_as_text(site: AdminSite) -> None:
    evil = "<script>alert(1)</script>\" onload='x'"
    browser = await site.signed_in()
    form = {"id": "eve", "display_name": evil, "active": "on"}
    assert (await browser.post("/users/create", form)).status_code == 303
    for path in ("/users/list", "/users/edit?pk=local,eve", "/audit/list"):
        page = await browser.get(path)
        assert "eve" in page.text
        assert "<script>alert" not in page.text, path
    [found] = (await browser.get("/_api/users/relation-lookup?q=eve")).json()["items"]
    assert found["_meta"]["select2"]["result"].startswith("<span>&lt;script&gt;"), "the list to choose from is HTML"
