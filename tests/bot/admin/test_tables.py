"""Tables and forms: what a form says is done by our records, in the admin's tenant, and is in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records.inbox_tables import InboxEvent
from bot.records.tables import AuditRecord, PortfolioRecord
from tests.fakes.admin_site import text_of
from tests.fakes.workspace import settle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.admin_site import Browser

LISTS = (
    "users identities roles clients teams portfolios channels switches quotas prompts digests alerts feedback "
    "legal-holds accounts audit dead-letters"
).split()


async def _last_act(browser: Browser, tenant: str = "local") -> tuple[str, str, str, Mapping[str, object]]:
    async with browser.site.database.read() as session:
        row = await session.scalar(
            sa.select(AuditRecord).where(AuditRecord.tenant == tenant).order_by(AuditRecord.sequence.desc()).limit(1)
        )
    assert row is not None
    return row.actor, row.action, row.subject, row.details


@pytest.fixture
async def browser(browser: Browser) -> Browser:
    """Grace's browser, over a full workspace."""
    await settle(browser.site.database)
    return browser


@pytest.mark.parametrize(
    ("table", "form", "action", "subject", "details"),
    [
        ("users", {"id": "eve", "display_name": "Eve", "active": "on"}, "user.add", "eve", {"active": True}),
        (
            "identities",
            {"platform": "teams", "external_id": "29:x", "user_id": "local,mary"},
            "identity.link",
            "mary",
            {"external_id": "29:x"},
        ),
        ("roles", {"user_id": "local,ada", "role": "compliance"}, "role.grant", "ada", {"role": "compliance"}),
        ("clients", {"adviser_id": "local,mary", "client_id": "local,charles"}, "client.assign", "charles", {}),
        (
            "channels",
            {"id": "C2", "name": "#x", "kind": "private", "allowed": "on"},
            "channel.save",
            "C2",
            {"allowed": True, "external": False},
        ),
        (
            "switches",
            {"kind": "tool", "subject": "get_news", "reason": "odd headlines"},
            "switch.pull",
            "get_news",
            {"reason": "odd headlines"},
        ),
        ("quotas", {"user_id": "local,ada", "per_day": "5"}, "quota.set", "ada", {"per_day": 5, "per_hour": "any"}),
    ],
)
async def test_a_form_adds_a_row_and_leaves_one_in_the_audit_log(
    browser: Browser, table: str, form: dict[str, str], action: str, subject: str, details: dict[str, object]
) -> None:
    answer = await browser.post(f"/{table}/create", form)
    assert answer.status_code == 303, text_of(answer)
    actor, done, of, said = await _last_act(browser)
    assert (actor, done, of) == ("grace", action, subject)
    assert details.items() <= said.items()
    assert subject in text_of(await browser.get(f"/{table}/list"))


@pytest.mark.parametrize(
    ("table", "form", "problem"),
    [
        ("users", {"id": "", "display_name": "Nobody"}, "required"),
        ("users", {"id": "ada", "display_name": "Another"}, "There is one already"),
        ("users", {"id": "x" * 256}, "1 to 255 printable characters"),
        ("identities", {"platform": "slack", "external_id": "U0", "user_id": "local,mary"}, "There is one already"),
        ("identities", {"platform": "slack", "external_id": "U9", "user_id": "local,nobody"}, "There is no user"),
        ("identities", {"platform": "fax", "external_id": "U9", "user_id": "local,ada"}, "choose one of"),
        ("roles", {"user_id": "local,ada", "role": "king"}, "choose one of"),
        ("clients", {"adviser_id": "local,ada", "client_id": "local,mary"}, "does not have the role adviser"),
        ("teams", {"supervisor_id": "local,mary", "adviser_id": "local,mary"}, "does not have the role supervisor"),
        ("switches", {"kind": "tool", "subject": "get_rich", "reason": "x"}, "choose one of"),
        ("switches", {"kind": "tool", "subject": "get_news", "reason": ""}, "required"),
        ("quotas", {"user_id": "local,ada", "per_day": "0"}, "at least 1"),
        ("prompts", {"name": "advisor", "text": "Be brief."}, "lacks"),
    ],
)
async def test_a_wrong_form_says_what_is_wrong_keeps_what_was_typed_and_changes_nothing(
    browser: Browser, table: str, form: dict[str, str], problem: str
) -> None:
    before = await _last_act(browser)
    answer = await browser.post(f"/{table}/create", form)
    assert answer.status_code == 422
    assert problem in text_of(answer)
    typed = max(form.values(), key=len)
    assert typed.removeprefix("local,") in answer.text
    assert await _last_act(browser) == before


async def test_rows_are_changed_and_taken_away(browser: Browser) -> None:
    form = {"display_name": "The Countess", "active": "on"}
    assert (await browser.post("/users/edit?pk=local,ada", form)).status_code == 303
    assert "The Countess" in (await browser.get("/users/list")).text
    assert (await _last_act(browser))[1:3] == ("user.change", "ada")
    answer = await browser.post("/_api/identities/row-action?pk=local,slack,U0&name=delete")
    assert answer.status_code in (200, 303), answer.text
    assert (await _last_act(browser))[1:3] == ("identity.unlink", "ada")
    assert "No account is linked yet." in text_of(await browser.get("/identities/list"))


async def test_a_portfolio_gets_another_owner(browser: Browser) -> None:
    async with browser.site.database.read() as session:
        portfolio = await session.scalar(sa.select(PortfolioRecord.id).where(PortfolioRecord.user_id == "ada"))
    answer = await browser.post(f"/portfolios/edit?pk=local,{portfolio}", {"user_id": "local,charles"})
    assert answer.status_code == 303, text_of(answer)
    assert (await _last_act(browser))[1:] == ("portfolio.assign", portfolio, {"from": "ada", "to": "charles"})
    assert "Charles Babbage charles" in text_of(await browser.get("/portfolios/list"))


async def test_letting_go_of_a_kill_switch_asks_for_a_reason(browser: Browser) -> None:
    path = "/_api/switches/row-action?pk=local,model,slow&name=release"
    refused = await browser.post(path, {"reason": ""})
    assert refused.status_code == 400
    assert "A reason has" in refused.json()["msg"]
    assert (await browser.post(path, {"reason": "quick again"})).status_code in (200, 303)
    assert (await _last_act(browser))[3]["reason"] == "quick again"
    assert "Nothing is stopped." in text_of(await browser.get("/switches/list"))


async def test_a_prompt_is_kept_used_and_withdrawn(browser: Browser) -> None:
    assert "No" in text_of(await browser.get("/prompts/list"))
    for name, active in (("use", True), ("withdraw", False)):
        answer = await browser.post(f"/_api/prompts/row-action?pk=local,advisor,1&name={name}")
        assert answer.status_code in (200, 303), answer.text
        assert (await _last_act(browser))[3]["version"] == (1 if active else 0)


async def test_a_dead_letter_is_tried_again(browser: Browser) -> None:
    assert "channel not found" in text_of(await browser.get("/dead-letters/list"))
    path = "/_api/dead-letters/row-action?pk=local,ev-dead&name=replay"
    assert (await browser.post(path)).status_code in (200, 303)
    async with browser.site.database.read() as session:
        assert (await session.get_one(InboxEvent, ("local", "ev-dead"))).state == "waiting"
    assert (await _last_act(browser))[1:3] == ("event.replay", "ev-dead")
    again = await browser.post(path)
    assert again.status_code == 400
    assert "not given up any more" in again.json()["msg"]


async def test_the_audit_page_says_whether_the_chain_is_whole(browser: Browser) -> None:
    assert "none altered" in text_of(await browser.get("/audit/list"))
    database = browser.site.database
    async with database.write() as session:
        if database.path:
            await session.execute(sa.text("DROP TRIGGER audit_log_no_update"))
        else:
            await session.execute(sa.text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        await session.execute(sa.update(AuditRecord).where(AuditRecord.sequence == 3).values(actor="mallory"))
    assert "Row 3 does not follow from the one before" in text_of(await browser.get("/audit/list"))


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("users/list?q=lovelace", "ada", "mary"),
        ("users/list?q=MARY", "Mary Somerville", "Ada Lovelace"),
        ("clients/list?q=somerville", "Mary Somerville", "Nothing matches."),
        ("clients/list?q=babbage", "Nothing matches.", "Mary Somerville"),
        ("portfolios/list?q=retire", "Retirement", "Nothing matches."),
        ("portfolios/list?q=100%25", "Nothing matches.", "Retirement"),
        ("feedback/list?q=wrong", "wrong", "Nothing matches."),
        ("audit/list?q=channel.save", "channel.save", "role.grant"),
        ("audit/list?filter=action__contains%3Drole", "role.grant", "channel.save"),
        ("feedback/list?filter=given_at__between%3D2026-11-20..2026-11-20", "wrong", "Nothing matches."),
        ("feedback/list?filter=given_at__between%3D2026-11-21..2026-11-22", "Nothing matches.", "Ada Lovelace"),
    ],
)
async def test_tables_are_searched_and_filtered(browser: Browser, query: str, shown: str, hidden: str) -> None:
    page = await browser.get(f"/{query}")
    assert page.status_code == 200, text_of(page)
    _, _, table = page.text.partition("<tbody>")
    text = text_of(type(page)(200, text=table))
    assert shown in text
    assert hidden not in text


async def test_pages_of_a_table_do_not_overlap(browser: Browser) -> None:
    for number in range(30):
        form = {"id": f"u{number:02}", "display_name": "", "active": "on"}
        await browser.post("/users/create", form)
    first, second = [(await browser.get(f"/users/list?page={page}&sort=active__asc")).text for page in (1, 2)]
    on = [
        {user for user in (f"u{number:02}" for number in range(30)) if f'"local,{user}"' in text}
        for text in (first, second)
    ]
    assert len(on[0]) + len(on[1]) == 30
    assert not on[0] & on[1]


async def test_nothing_of_another_tenant_is_seen_or_touched(browser: Browser) -> None:
    await settle(browser.site.database, "other", "OTHER")
    for path in (*(f"/{table}/list" for table in LISTS), "/", "/models", "/tools", "/policy"):
        page = await browser.get(path)
        assert page.status_code == 200, path
        assert "OTHER" not in page.text, path
    assert "OTHER" not in (await browser.get("/users/list?q=other")).text
    assert "OTHER" not in (await browser.get("/_api/users/relation-lookup?q=a")).text
    assert (await browser.get("/_api/users/relation-lookup?pks=other,ada")).json()["total"] == 0
    assert (await browser.get("/users/edit?pk=other,ada")).status_code == 404
    assert (await browser.post("/users/edit?pk=other,ada", {"display_name": "x"})).status_code == 404
    assert (await browser.get("/audit/detail?pk=other,1")).status_code == 404
    before = await _last_act(browser, "other")
    await browser.post("/_api/identities/row-action?pk=other,slack,U0OTHER&name=delete")
    await browser.post("/_api/dead-letters/row-action?pk=other,ev-dead&name=replay")
    await browser.post("/roles/create", {"user_id": "other,ada", "role": "admin"})
    assert await _last_act(browser, "other") == before


@pytest.mark.parametrize(
    "path", ["/users/edit?pk=", "/users/edit?pk=local", "/audit/detail?pk=local,x", "/users/list?page=x"]
)
async def test_what_names_nothing_is_no_error_of_ours(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status_code in (200, 404)
