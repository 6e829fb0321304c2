"""Every change of an admin: kept with exactly one row in the log or not at all, refused with a sentence, in one tenant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.errors import AdminRefused
from bot.records import administration as admin
from bot.records import audit, portfolios, prompts, users
from bot.records.admin_tables import (
    Channel,
    ClientAssignment,
    Identity,
    KillSwitch,
    Policy,
    PromptVersion,
    Quota,
    RoleAssignment,
    TeamMember,
    ToolSwitch,
)
from bot.records.policies import Terms, terms_of
from bot.records.sample import sample_portfolio
from bot.records.tables import PortfolioRecord, User
from bot.records.users import Actor
from tests.fakes.portfolios import bought
from tools.context import Portfolio

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database

ROOT = Actor("root")
AWAY = Actor("root", "elsewhere")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
PROMPT = "Today is {today}, the data {data}, at most {max_calls} calls."
Act = Callable[["AsyncSession", Actor], Awaitable[Any]]


async def staff(database: Database, *tenants: str) -> None:
    """The same four people in each tenant: an adviser, a client, a supervisor, and ada."""
    async with database.write() as session:
        for tenant in tenants or ("local",):
            for name in ("alan", "cleo", "sue", "ada"):
                await users.ensure_user(session, Actor(name, tenant))
            session.add(RoleAssignment(tenant=tenant, user_id="alan", role="adviser", granted_by="x", granted_at=NOW))
            session.add(RoleAssignment(tenant=tenant, user_id="sue", role="supervisor", granted_by="x", granted_at=NOW))
            session.add(
                PortfolioRecord(
                    tenant=tenant, id="p1", user_id="cleo", name="Main", base_currency="USD", created_at=NOW
                )
            )


ACTS: dict[str, tuple[Act, type, str]] = {
    "user.add": (lambda s, by: admin.save_user(s, by, "zoe", display_name="Zoë", active=True, at=NOW), User, "zoe"),
    "user.change": (lambda s, by: admin.save_user(s, by, "ada", display_name="Ada", active=False, at=NOW), User, "ada"),
    "identity.link": (lambda s, by: admin.link_identity(s, by, "slack", "U1", "ada", at=NOW), Identity, "ada"),
    "role.grant": (lambda s, by: admin.grant_role(s, by, "ada", "compliance", at=NOW), RoleAssignment, "ada"),
    "client.assign": (lambda s, by: admin.assign_client(s, by, "alan", "cleo", at=NOW), ClientAssignment, "cleo"),
    "team.join": (lambda s, by: admin.join_team(s, by, "sue", "alan", at=NOW), TeamMember, "alan"),
    "channel.save": (
        lambda s, by: admin.save_channel(
            s, by, "C1", name="desk", kind="private", allowed=True, external=False, at=NOW
        ),
        Channel,
        "C1",
    ),
    "policy.set": (lambda s, by: admin.set_policy(s, by, {"base_currency": "eur"}, at=NOW), Policy, ""),
    "tool.switch": (lambda s, by: admin.switch_tool(s, by, "get_news", enabled=False, at=NOW), ToolSwitch, "get_news"),
    "switch.pull": (
        lambda s, by: admin.pull_switch(s, by, "model", "qwen3:4b", reason="it lies", at=NOW),
        KillSwitch,
        "qwen3:4b",
    ),
    "quota.set": (lambda s, by: admin.set_quota(s, by, "", per_hour=5, per_day=None, at=NOW), Quota, "everyone"),
    "prompt.save": (lambda s, by: admin.save_prompt(s, by, "advisor", PROMPT, at=NOW), PromptVersion, "advisor"),
    "portfolio.assign": (lambda s, by: admin.assign_portfolio(s, by, "p1", "ada", at=NOW), PortfolioRecord, "p1"),
}


async def rows(database: Database, table: type, tenant: str = "local") -> list[dict[str, Any]]:
    columns = table.__table__.columns.keys()  # type: ignore[attr-defined]
    async with database.read() as session:
        found = await session.scalars(sa.select(table).where(table.tenant == tenant))  # type: ignore[attr-defined]
        return sorted(({name: getattr(row, name) for name in columns} for row in found), key=str)


async def log_of(database: Database, tenant: str = "local") -> list[tuple[str, str]]:
    async with database.read() as session:
        log = await audit.entries(session, tenant)
    assert audit.first_break(log) is None
    return [(row.action, row.subject) for row in log]


@pytest.mark.parametrize("action", ACTS)
async def test_a_change_is_kept_with_one_row_of_the_log_and_said_twice_leaves_no_second(
    database: Database, action: str
) -> None:
    act, table, subject = ACTS[action]
    await staff(database)
    before = await rows(database, table)
    async with database.write() as session:
        assert await act(session, ROOT)
    after = await rows(database, table)
    assert after != before
    assert await log_of(database) == [(action, subject or "local")]
    if action == "prompt.save":
        return  # every version is another
    async with database.write() as session:
        assert not await act(session, ROOT)
    assert await rows(database, table) == after
    assert len(await log_of(database)) == 1


@pytest.mark.parametrize("action", ACTS)
async def test_a_unit_that_fails_keeps_neither_the_change_nor_its_row(database: Database, action: str) -> None:
    act, table, _ = ACTS[action]
    await staff(database)
    before = await rows(database, table)

    async def unit(session: AsyncSession) -> None:
        await act(session, ROOT)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(unit)
    assert await rows(database, table) == before
    assert await log_of(database) == []


@pytest.mark.parametrize("action", ACTS)
async def test_equal_ids_in_two_tenants_never_meet(database: Database, action: str) -> None:
    act, table, subject = ACTS[action]
    await staff(database, "local", "elsewhere")
    here = await rows(database, table)
    async with database.write() as session:
        await act(session, AWAY)
    assert await rows(database, table) == here
    assert await log_of(database) == []
    assert await log_of(database, "elsewhere") == [(action, subject or "elsewhere")]


UNDO: list[tuple[str, Act, str, str]] = [
    ("identity.link", lambda s, by: admin.unlink_identity(s, by, "slack", "U1", at=NOW), "identity.unlink", "ada"),
    ("role.grant", lambda s, by: admin.revoke_role(s, by, "ada", "compliance", at=NOW), "role.revoke", "ada"),
    ("client.assign", lambda s, by: admin.unassign_client(s, by, "alan", "cleo", at=NOW), "client.unassign", "cleo"),
    ("team.join", lambda s, by: admin.leave_team(s, by, "sue", "alan", at=NOW), "team.leave", "alan"),
    (
        "switch.pull",
        lambda s, by: admin.release_switch(s, by, "model", "qwen3:4b", reason="mended", at=NOW),
        "switch.release",
        "qwen3:4b",
    ),
    (
        "quota.set",
        lambda s, by: admin.set_quota(s, by, "", per_hour=None, per_day=None, at=NOW),
        "quota.set",
        "everyone",
    ),
]


@pytest.mark.parametrize(("done", "undo", "action", "subject"), UNDO, ids=[done for done, *_ in UNDO])
async def test_what_was_done_can_be_undone_and_only_where_it_was_done(
    database: Database, done: str, undo: Act, action: str, subject: str
) -> None:
    act, table, _ = ACTS[done]
    await staff(database, "local", "elsewhere")
    before = await rows(database, table)
    async with database.write() as session:
        await act(session, ROOT)
    if done != "quota.set":
        with pytest.raises(AdminRefused):
            async with database.write() as session:
                await undo(session, AWAY)
    async with database.write() as session:
        assert await undo(session, ROOT)
    assert await rows(database, table) == before
    assert (await log_of(database))[1:] == [(action, subject)]
    assert await log_of(database, "elsewhere") == []


def _channel(s: AsyncSession, by: Actor, channel: str = "C1", kind: str = "public", name: str = "x") -> Awaitable[Any]:
    return admin.save_channel(s, by, channel, name=name, kind=kind, allowed=True, external=False, at=NOW)


REFUSED: dict[str, Act] = {
    "no name": lambda s, by: admin.save_user(s, by, "", display_name="", active=True, at=NOW),
    "blanks": lambda s, by: admin.save_user(s, by, " ada", display_name="", active=True, at=NOW),
    "unprintable": lambda s, by: admin.save_user(s, by, "a\x00da", display_name="", active=True, at=NOW),
    "long": lambda s, by: admin.save_user(s, by, "a" * 256, display_name="", active=True, at=NOW),
    "long shown": lambda s, by: admin.save_user(s, by, "ada", display_name="a" * 256, active=True, at=NOW),
    "platform": lambda s, by: admin.link_identity(s, by, "irc", "U1", "ada", at=NOW),
    "no account": lambda s, by: admin.link_identity(s, by, "slack", "", "ada", at=NOW),
    "identity of nobody": lambda s, by: admin.link_identity(s, by, "slack", "U1", "nobody", at=NOW),
    "not linked": lambda s, by: admin.unlink_identity(s, by, "slack", "U1", at=NOW),
    "role": lambda s, by: admin.grant_role(s, by, "ada", "emperor", at=NOW),
    "member": lambda s, by: admin.grant_role(s, by, "ada", "member", at=NOW),
    "role of nobody": lambda s, by: admin.grant_role(s, by, "nobody", "admin", at=NOW),
    "not held": lambda s, by: admin.revoke_role(s, by, "ada", "admin", at=NOW),
    "no adviser": lambda s, by: admin.assign_client(s, by, "ada", "cleo", at=NOW),
    "no client": lambda s, by: admin.assign_client(s, by, "alan", "nobody", at=NOW),
    "own client": lambda s, by: admin.assign_client(s, by, "alan", "alan", at=NOW),
    "not assigned": lambda s, by: admin.unassign_client(s, by, "alan", "cleo", at=NOW),
    "no supervisor": lambda s, by: admin.join_team(s, by, "ada", "alan", at=NOW),
    "no adviser in team": lambda s, by: admin.join_team(s, by, "sue", "ada", at=NOW),
    "not in team": lambda s, by: admin.leave_team(s, by, "sue", "alan", at=NOW),
    "direct channel": lambda s, by: _channel(s, by, kind="direct"),
    "no channel": lambda s, by: _channel(s, by, channel=""),
    "long channel": lambda s, by: _channel(s, by, name="x" * 2001),
    "part of policy": lambda s, by: admin.set_policy(s, by, {"mood": "good"}, at=NOW),
    "mode": lambda s, by: admin.set_policy(s, by, {"advice_mode": "guru"}, at=NOW),
    "currency": lambda s, by: admin.set_policy(s, by, {"base_currency": "EURO"}, at=NOW),
    "zone": lambda s, by: admin.set_policy(s, by, {"time_zone": "Mars/Base"}, at=NOW),
    "language": lambda s, by: admin.set_policy(s, by, {"language": "qq_QQ"}, at=NOW),
    "retention": lambda s, by: admin.set_policy(s, by, {"retention_days": {"turns": 0}}, at=NOW),
    "retention yes": lambda s, by: admin.set_policy(s, by, {"retention_days": {"turns": True}}, at=NOW),
    "disclosure": lambda s, by: admin.set_policy(s, by, {"disclosures": {"First!": "x"}}, at=NOW),
    "empty disclosure": lambda s, by: admin.set_policy(s, by, {"disclosures": {"answer": " "}}, at=NOW),
    "unknown disclosure": lambda s, by: admin.set_policy(s, by, {"disclosures": {"first": "x"}}, at=NOW),
    "advice mode that is not built": lambda s, by: admin.set_policy(
        s, by, {"advice_mode": "supervised_advice"}, at=NOW
    ),
    "hours": lambda s, by: admin.set_policy(s, by, {"quiet_hours": {"from": "25:00", "to": "07:00"}}, at=NOW),
    "one hour": lambda s, by: admin.set_policy(s, by, {"quiet_hours": {"from": "22:00"}}, at=NOW),
    "tool": lambda s, by: admin.switch_tool(s, by, "buy_stock", enabled=False, at=NOW),
    "switch": lambda s, by: admin.pull_switch(s, by, "planet", "", reason="x", at=NOW),
    "no reason": lambda s, by: admin.pull_switch(s, by, "tenant", "", reason=" ", at=NOW),
    "tenant's subject": lambda s, by: admin.pull_switch(s, by, "tenant", "elsewhere", reason="x", at=NOW),
    "switch of a tool": lambda s, by: admin.pull_switch(s, by, "tool", "buy_stock", reason="x", at=NOW),
    "switch of nobody": lambda s, by: admin.pull_switch(s, by, "user", "nobody", reason="x", at=NOW),
    "switch of no model": lambda s, by: admin.pull_switch(s, by, "model", "", reason="x", at=NOW),
    "not pulled": lambda s, by: admin.release_switch(s, by, "tenant", "", reason="x", at=NOW),
    "none an hour": lambda s, by: admin.set_quota(s, by, "", per_hour=0, per_day=None, at=NOW),
    "too many": lambda s, by: admin.set_quota(s, by, "", per_hour=None, per_day=10**7, at=NOW),
    "quota of nobody": lambda s, by: admin.set_quota(s, by, "nobody", per_hour=1, per_day=None, at=NOW),
    "prompt": lambda s, by: admin.save_prompt(s, by, "replies", PROMPT, at=NOW),
    "broken prompt": lambda s, by: admin.save_prompt(s, by, "advisor", PROMPT + "{", at=NOW),
    "no version": lambda s, by: admin.activate_prompt(s, by, "advisor", 7, at=NOW),
    "no portfolio": lambda s, by: admin.assign_portfolio(s, by, "p9", "ada", at=NOW),
    "portfolio to nobody": lambda s, by: admin.assign_portfolio(s, by, "p1", "nobody", at=NOW),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(database: Database, case: str) -> None:
    await staff(database)
    with pytest.raises(AdminRefused, match=r"^[A-Z“].*[;,].*\.$") as refused:
        async with database.write() as session:
            await REFUSED[case](session, ROOT)
    assert "\n" not in str(refused.value)
    assert await log_of(database) == []
    assert await rows(database, Policy) == []


async def test_an_account_of_somebody_is_not_taken_over(database: Database) -> None:
    await staff(database)
    async with database.write() as session:
        await admin.link_identity(session, ROOT, "slack", "U1", "ada", at=NOW)
    with pytest.raises(AdminRefused, match="is “ada”'s; unlink it first"):
        async with database.write() as session:
            await admin.link_identity(session, ROOT, "slack", "U1", "cleo", at=NOW)


async def test_an_adviser_who_is_none_any_more_has_no_clients_even_if_made_one_again(database: Database) -> None:
    await staff(database)
    async with database.write() as session:
        await admin.assign_client(session, ROOT, "alan", "cleo", at=NOW)
        await admin.join_team(session, ROOT, "sue", "alan", at=NOW)
        await admin.revoke_role(session, ROOT, "alan", "adviser", at=NOW)
        await admin.grant_role(session, ROOT, "alan", "adviser", at=NOW)
    assert await rows(database, ClientAssignment) == []
    assert await rows(database, TeamMember) == []
    async with database.read() as session:
        entry = (await audit.entries(session, "local"))[2]
    assert entry.details == {"role": "adviser", "clients": ["cleo"], "advisers": [], "supervisors": ["sue"]}


async def test_a_supervisor_who_is_none_any_more_has_no_team(database: Database) -> None:
    await staff(database)
    async with database.write() as session:
        await admin.join_team(session, ROOT, "sue", "alan", at=NOW)
        await admin.revoke_role(session, ROOT, "sue", "supervisor", at=NOW)
    assert await rows(database, TeamMember) == []


async def test_a_policy_starts_with_the_defaults_and_keeps_what_is_not_changed(database: Database) -> None:
    async with database.read() as session:
        assert await terms_of(session, "local") == Terms()
    changes = {
        "retention_days": {"turns": 2555},
        "disclosures": {"first_contact": "I am a program."},
        "quiet_hours": {"from": "22:00", "to": "07:00"},
        "language": "de-DE",
    }
    async with database.write() as session:
        await admin.set_policy(session, ROOT, changes, at=NOW)
        await admin.set_policy(session, ROOT, {"time_zone": "Europe/Berlin", "quiet_hours": None}, at=NOW)
    async with database.read() as session:
        terms = await terms_of(session, "local")
        last = (await audit.entries(session, "local"))[-1]
    assert terms == Terms(
        disclosures={"first_contact": "I am a program."},
        retention_days={"turns": 2555},
        time_zone="Europe/Berlin",
        language="de_DE",
        is_set=True,
    )
    assert last.details == {
        "time_zone": "Europe/Berlin",
        "time_zone before": "UTC",
        "quiet_hours": "null",
        "quiet_hours before": '{"from": "22:00", "to": "07:00"}',
    }


async def test_prompts_are_numbered_and_one_is_active_at_a_time(database: Database) -> None:
    async with database.write() as session:
        assert await admin.save_prompt(session, ROOT, "advisor", PROMPT, at=NOW) == 1
        assert await admin.save_prompt(session, ROOT, "advisor", f"Be brief. {PROMPT}", at=NOW) == 2
        assert await prompts.active_prompt(session, "local", "advisor") is None
        await admin.activate_prompt(session, ROOT, "advisor", 1, at=NOW)
        await admin.activate_prompt(session, ROOT, "advisor", 2, at=NOW)
        assert await prompts.active_prompt(session, "local", "advisor") == f"Be brief. {PROMPT}"
        assert await prompts.active_prompt(session, "elsewhere", "advisor") is None
        assert not await admin.activate_prompt(session, ROOT, "advisor", 2, at=NOW)
        await admin.activate_prompt(session, ROOT, "advisor", 0, at=NOW)
        assert await prompts.active_prompt(session, "local", "advisor") is None
    assert [action for action, _ in await log_of(database)] == ["prompt.save"] * 2 + ["prompt.activate"] * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1 to 20,000 characters"),
        ("x" * 20_001, "1 to 20,000 characters"),
        (f"{PROMPT} {{mood}}", "“{mood}”, which stands for nothing"),
        (f"{PROMPT} {{}}", "“{}”, which stands for nothing"),
        (f"{PROMPT} {{today.__class__}}", "which stands for nothing"),
        (f"{PROMPT} {{today[0]}}", "which stands for nothing"),
        (f"{PROMPT} {{today!r}}", "which stands for nothing"),
        (f"{PROMPT} {{today:>9999999999}}", "which stands for nothing"),
        (f"{PROMPT} }}", "write a brace that is only a brace twice"),
        (f"{PROMPT} {{today", "write a brace that is only a brace twice"),
        ("Today is {today}.", "lacks {data}, {max_calls}"),
    ],
)
def test_a_template_that_would_fail_or_read_too_much_is_refused(text: str, said: str) -> None:
    assert said in prompts.problem_of("advisor", text)


@pytest.mark.parametrize("text", [PROMPT, f"{PROMPT} A brace: {{{{x}}}}", prompts.file_text("advisor")])
def test_a_template_that_can_be_filled_in_is_taken(text: str) -> None:
    assert prompts.problem_of("advisor", text) == ""


async def test_a_portfolio_given_to_somebody_takes_the_place_of_the_sample(database: Database) -> None:
    await staff(database)
    async with database.write() as session:
        await portfolios.add_portfolio(session, Actor("ada"), sample_portfolio())
        (sample,) = await session.scalars(sa.select(PortfolioRecord.id).where(PortfolioRecord.user_id == "ada"))
        with pytest.raises(AdminRefused, match="sample"):
            await admin.assign_portfolio(session, ROOT, sample, "cleo", at=NOW)
        await admin.assign_portfolio(session, ROOT, "p1", "ada", at=NOW)
        await portfolios.add_portfolio(session, Actor("cleo"), Portfolio("Main", "USD", (), {}, {}))
    assert [(row["id"], row["user_id"]) for row in await rows(database, PortfolioRecord)][-1] == ("p1", "ada")
    assert len(await rows(database, PortfolioRecord)) == 2
    with pytest.raises(AdminRefused, match="has a portfolio “Main” already"):
        async with database.write() as session:
            await admin.assign_portfolio(session, ROOT, "p1", "cleo", at=NOW)


async def test_holdings_are_imported_with_their_row_of_the_log_in_one_tenant(database: Database) -> None:
    await staff(database, "local", "elsewhere")
    rows_read = [bought("KO", "1", "10", "2020-01-02")]

    async def load(by: Actor, user: str) -> None:
        async with database.write() as session:
            await admin.import_holdings(session, by, user, rows_read, base_currency="USD", replace=False, at=NOW)

    await load(AWAY, "ada")
    async with database.read() as session:
        assert await admin.holdings_kept(session, AWAY, "ada", rows_read) == 1
        assert await admin.holdings_kept(session, ROOT, "ada", rows_read) == 0
    assert await log_of(database) == []
    assert await log_of(database, "elsewhere") == [("portfolio.import", "ada")]
    with pytest.raises(AdminRefused, match="no user “nobody”"):
        await load(ROOT, "nobody")
    async with database.write() as session:
        await admin.save_user(session, ROOT, "ada", display_name="", active=False, at=NOW)
    with pytest.raises(AdminRefused, match="is not active"):
        await load(ROOT, "ada")
