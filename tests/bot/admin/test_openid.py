"""Signing in with an OpenID Connect provider: a real one on this machine, and what must not get through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from joserfc.jwk import RSAKey

from bot.records.database import open_database
from tests.fakes.admin_site import AdminSite, add_admin, text_of
from tests.fakes.openid_provider import OpenIdProvider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.admin_site import Browser


@pytest.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    """A provider that signs everybody in as grace."""
    async with OpenIdProvider().running() as provider:
        yield provider


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, provider: OpenIdProvider) -> AsyncIterator[AdminSite]:
    """The pages, with the provider, and grace, who has no passphrase."""
    async with await open_database(sqlite_url) as database:
        await add_admin(database, passphrase=False, enrolled=False)
        settings = {
            "TUPPENCE_OIDC_ISSUER": provider.issuer,
            "TUPPENCE_OIDC_CLIENT_ID": provider.client_id,
            "TUPPENCE_OIDC_CLIENT_SECRET": provider.client_secret,
        }
        yield AdminSite(database, tmp_path, **settings)


async def _through_the_provider(browser: Browser, start: str = "/openid") -> httpx.Response:
    """What a browser does: to the provider, and back to us with what it says."""
    there = await browser.get(start)
    assert there.status_code == 303
    async with httpx.AsyncClient(trust_env=False) as outside:
        back = await outside.get(there.headers["location"])
    return await browser.client.get(back.headers["location"])


async def test_the_provider_lets_in_whom_it_names(site: AdminSite, provider: OpenIdProvider) -> None:
    browser = site.browser()
    page = await browser.get("/login?next=/admin/tools")
    assert "Sign in with 127.0.0.1" in text_of(page)
    answer = await _through_the_provider(browser, "/openid?next=/admin/tools")
    assert answer.headers["location"].endswith("/admin/tools")
    assert "grace" in text_of(await browser.get("/"))
    [asked] = provider.asked
    assert (asked["scope"], asked["code_challenge_method"], asked["client_id"]) == ("openid", "S256", "tuppence")
    assert "prompt" not in asked
    await _through_the_provider(browser)
    assert provider.asked[-1]["prompt"] == "login", "to confirm, one signs in there again"


@pytest.mark.parametrize("subject", ["mallory", "GRACE", ""])
async def test_a_subject_without_an_account_stays_out(site: AdminSite, provider: OpenIdProvider, subject: str) -> None:
    provider.subject = subject
    answer = await _through_the_provider(site.browser())
    assert answer.status_code == 401
    assert "tuppence" not in answer.headers.get("set-cookie", "").replace("tuppence_openid", "").replace(
        "starlette", ""
    )


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another"},
        {"exp": 1_000_000_000},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_us_or_not_of_now_is_refused(
    site: AdminSite, provider: OpenIdProvider, claims: dict[str, object]
) -> None:
    provider.claims = claims
    browser = site.browser()
    assert (await _through_the_provider(browser)).status_code == 401
    assert (await browser.get("/")).status_code == 303


async def test_a_token_with_a_foreign_signature_is_refused(site: AdminSite, provider: OpenIdProvider) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "k1"})
    answer = await _through_the_provider(site.browser())
    assert answer.status_code == 401
    assert "did not work" in text_of(answer)


async def test_an_answer_to_another_browser_is_refused(site: AdminSite) -> None:
    there = await site.browser().get("/openid")
    async with httpx.AsyncClient(trust_env=False) as outside:
        back = await outside.get(there.headers["location"])
    victim = site.browser()
    assert (await victim.client.get(back.headers["location"])).status_code == 401, "it asked for nothing"
    await victim.get("/openid")
    assert (await victim.client.get(back.headers["location"])).status_code == 401, "it asked for something else"


async def test_a_code_is_used_once_and_an_error_is_told(site: AdminSite) -> None:
    browser = site.browser()
    there = await browser.get("/openid")
    async with httpx.AsyncClient(trust_env=False) as outside:
        back = await outside.get(there.headers["location"])
    assert (await browser.client.get(back.headers["location"])).status_code == 303
    assert (await browser.client.get(back.headers["location"])).status_code == 401
    state = back.headers["location"].partition("state=")[2]
    refused = await browser.get(f"/openid/back?error=access_denied&state={state}")
    assert "access_denied" in text_of(refused)


async def test_a_provider_that_is_away_is_told(site: AdminSite, provider: OpenIdProvider) -> None:
    provider.issuer = "http://127.0.0.1:1"  # it says that it is another one now
    answer = await site.browser().get("/openid")
    assert answer.status_code == 502
    assert "did not work" in text_of(answer)


async def test_an_account_without_a_passphrase_has_no_other_way_in(site: AdminSite) -> None:
    for passphrase in ("", "seven lamps by the river"):
        assert (await site.browser().sign_in(passphrase=passphrase, code="")).status_code == 401
