"""The one door to client data: nobody else queries it, and it opens for those alone whom the roles allow, at each read."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

import bot
from bot.records import administration as admin
from bot.records import permissions, portfolios, users
from bot.records.access import LOST, READ_ONLY, ClientAccess
from bot.records.admin_tables import ClientAssignment, RoleAssignment
from bot.records.users import Actor
from tests.fakes.portfolios import bought
from tools.context import Portfolio
from tools.errors import AccessRefused

if TYPE_CHECKING:
    from bot.records.database import Database

ROOT = Path(bot.__file__).parents[1]
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
CHIEF = Actor("root")
PEOPLE = ("cleo", "dan", "eve", "adviser", "other adviser", "supervisor", "compliance", "admin")

CLIENT_TABLES = {"PortfolioRecord", "Account", "TransactionRecord", "CashBalance", "TargetWeight", "WatchlistItem"}
CLIENT_MODULES = {"bot.records.portfolios", "bot.records.targets"}
CLIENT_SQL = re.compile(
    r"\b(?:FROM|INTO|UPDATE|JOIN|TABLE)\s+"
    r"(?:portfolios|accounts|transactions|cash_balances|target_weights|watchlist_items)\b",
    re.IGNORECASE,
)
ALLOWED = {
    "bot/records/tables.py": "defines them",
    "bot/records/access.py": "the door",
    "bot/records/portfolios.py": "what the door is built of",
    "bot/records/targets.py": "what the door is built of",
    "bot/records/sample.py": "gives a newcomer the sample",
    "bot/records/staffing.py": "an admin assigns a portfolio or imports a file, and sees a name or a count",
    "bot/records/listings.py": "an admin lists which portfolio is whose, not what is in it",
    "bot/records/personal_data.py": "tells people everything that is kept about them, or deletes it, and logs that",
    "bot/admin/people.py": "an admin sees which portfolio is whose, not what is in it",
}
"""Every other module has to go through the door. A new line here needs a reason that holds before an auditor."""


def uses_of_client_data(source: str) -> set[str]:
    """What of the client tables, and of the modules that query them, a source names."""
    used = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            imported = {f"{node.module}.{alias.name}" for alias in node.names}
            used |= {name for name in imported if name.removeprefix("bot.records.tables.") in CLIENT_TABLES}
            used |= {name for name in {*imported, node.module} if name in CLIENT_MODULES}
        elif isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names if alias.name in CLIENT_MODULES}
        elif isinstance(node, ast.Attribute) and node.attr in CLIENT_TABLES:
            used.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and CLIENT_SQL.search(node.value):
            used.add(node.value)
    return used


@pytest.mark.parametrize(
    "source",
    [
        "from bot.records.tables import WatchlistItem",
        "from bot.records import portfolios",
        "from bot.records.targets import targets_of",
        "import bot.records.portfolios",
        "import bot.records.tables as t\nt.CashBalance",
        "sa.text('SELECT * FROM  transactions')",
        "def f():\n    from bot.records import targets",
    ],
)
def test_a_way_round_the_door_is_seen(source: str) -> None:
    assert uses_of_client_data(source)


def test_nobody_goes_round_the_door() -> None:
    found = {
        str(path.relative_to(ROOT)): uses_of_client_data(path.read_text())
        for package in ("bot", "tools", "bench", "checks")
        for path in (ROOT / package).rglob("*.py")
    }
    users_of_it = {name: used for name, used in found.items() if used}
    assert {name: used for name, used in users_of_it.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) - {"bot/records/tables.py"} <= set(users_of_it), "a line of ALLOWED is not needed any more"


async def firm(database: Database) -> None:
    """An adviser of cleo, another one of dan, a supervisor of the first, and eve whom nobody advises."""
    async with database.write() as session:
        for name in PEOPLE:
            await users.ensure_user(session, Actor(name), name.title())
            await portfolios.add_portfolio(
                session, Actor(name), Portfolio(f"{name}'s", "USD", (bought("KO", "1", "10", "2020-01-02"),), {}, {})
            )
            await portfolios.set_watchlist(session, Actor(name), [name[:3].upper()])
        for name, role in (
            ("adviser", "adviser"),
            ("other adviser", "adviser"),
            ("supervisor", "supervisor"),
            ("compliance", "compliance"),
            ("admin", "admin"),
        ):
            await admin.grant_role(session, CHIEF, name, role, at=NOW)
        await admin.assign_client(session, CHIEF, "adviser", "cleo", at=NOW)
        await admin.assign_client(session, CHIEF, "other adviser", "dan", at=NOW)
        await admin.join_team(session, CHIEF, "supervisor", "adviser", at=NOW)


MAY_READ = {("adviser", "cleo"), ("other adviser", "dan"), ("supervisor", "cleo")}
MAY_WRITE = {("adviser", "cleo"), ("other adviser", "dan")}


async def opens(database: Database, actor: str, subject: str, *, write: bool = False) -> bool:
    access = ClientAccess(database, Actor(actor), subject=subject)
    try:
        if write:
            async with access.writing() as book:
                await book.set_watchlist([*await book.watchlist(), "NEW"])
        else:
            assert (await access.portfolio()).name == f"{subject}'s"
            assert await access.watchlist() == (subject[:3].upper(),)
    except AccessRefused:
        return False
    return True


async def test_everybody_reads_their_own_and_what_the_roles_say_and_nothing_else(database: Database) -> None:
    await firm(database)
    opened = {(a, s) for a in PEOPLE for s in PEOPLE if await opens(database, a, s)}
    assert opened == MAY_READ | {(name, name) for name in PEOPLE}


async def test_everybody_changes_their_own_and_advisers_their_clients_and_nobody_else_anything(
    database: Database,
) -> None:
    await firm(database)
    opened = {(a, s) for a in PEOPLE for s in PEOPLE if await opens(database, a, s, write=True)}
    assert opened == MAY_WRITE | {(name, name) for name in PEOPLE}
    async with database.read() as session:
        changed = [
            name for name in PEOPLE if "NEW" in await portfolios.watchlist_of(session, Actor(name))
        ]  # a refused unit left nothing behind
    assert changed == list(PEOPLE)


async def test_the_door_closes_the_moment_the_assignment_ends(database: Database) -> None:
    await firm(database)
    access = ClientAccess(database, Actor("adviser"), subject="cleo")
    overseer = ClientAccess(database, Actor("supervisor"), subject="cleo")
    assert await access.watchlist() == ("CLE",)
    assert await overseer.watchlist() == ("CLE",)
    async with database.write() as session:
        await admin.unassign_client(session, CHIEF, "adviser", "cleo", at=NOW)
    for reader in (access, overseer):
        with pytest.raises(AccessRefused, match=re.escape(LOST)):
            await reader.watchlist()
        with pytest.raises(AccessRefused, match=re.escape(READ_ONLY)):
            async with reader.writing():
                pass
        assert not await reader.is_allowed()


@pytest.mark.parametrize(
    ("actor", "ends"),
    [
        ("adviser", lambda s: admin.revoke_role(s, CHIEF, "adviser", "adviser", at=NOW)),
        ("adviser", lambda s: admin.save_user(s, CHIEF, "cleo", display_name="Cleo", active=False, at=NOW)),
        ("supervisor", lambda s: admin.revoke_role(s, CHIEF, "supervisor", "supervisor", at=NOW)),
        ("supervisor", lambda s: admin.leave_team(s, CHIEF, "supervisor", "adviser", at=NOW)),
        ("supervisor", lambda s: admin.revoke_role(s, CHIEF, "adviser", "adviser", at=NOW)),
    ],
)
async def test_whatever_ends_the_relation_closes_the_door(database: Database, actor: str, ends: object) -> None:
    await firm(database)
    assert await opens(database, actor, "cleo")
    async with database.write() as session:
        await ends(session)  # type: ignore[operator]
    assert not await opens(database, actor, "cleo")


async def test_an_assignment_counts_only_with_the_role(database: Database) -> None:
    """As a row left by an older version, or written past the administration, must open nothing."""
    await firm(database)
    async with database.write() as session:
        session.add(ClientAssignment(tenant="local", adviser_id="compliance", client_id="eve", assigned_at=NOW))
        await session.execute(sa.delete(RoleAssignment).where(RoleAssignment.user_id == "adviser"))
    assert not await opens(database, "compliance", "eve")
    assert not await opens(database, "adviser", "cleo")
    assert not await opens(database, "supervisor", "cleo")


async def test_a_user_of_another_tenant_is_nobody_here(database: Database) -> None:
    await firm(database)
    twin = Actor("adviser", "elsewhere")
    async with database.write() as session:
        await users.ensure_user(session, twin)
        await users.ensure_user(session, Actor("cleo", "elsewhere"))
        await admin.grant_role(session, Actor("x", "elsewhere"), "adviser", "adviser", at=NOW)
    with pytest.raises(AccessRefused):
        await ClientAccess(database, twin, subject="cleo").portfolio()
    async with database.read() as session:
        assert await permissions.clients_of(session, twin) == ()
        assert await permissions.roles_of(session, twin) == {"member", "adviser"}
        assert await permissions.roles_of(session, Actor("nobody")) == frozenset()


async def test_a_reason_to_refuse_closes_even_the_own_book(database: Database) -> None:
    await firm(database)
    access = ClientAccess(database, Actor("cleo"), refusal="Guests see markets only.")
    with pytest.raises(AccessRefused, match="Guests see markets only"):
        await access.watchlist()
    assert (access.was_asked, access.was_opened) == (True, False)
    assert not await access.is_allowed()


async def test_clients_are_listed_by_name_with_what_may_be_done(database: Database) -> None:
    await firm(database)
    async with database.write() as session:
        await admin.grant_role(session, CHIEF, "supervisor", "adviser", at=NOW)
        await admin.assign_client(session, CHIEF, "supervisor", "eve", at=NOW)
        assert await permissions.clients_of(session, Actor("supervisor")) == (
            permissions.Client("cleo", "Cleo", may_write=False),
            permissions.Client("eve", "Eve", may_write=True),
        )


async def test_rows_are_imported_for_a_client_by_the_adviser_alone(database: Database) -> None:
    await firm(database)
    rows = [bought("MSFT", "2", "100", "2021-05-03")]
    async with ClientAccess(database, Actor("adviser"), subject="cleo").writing() as book:
        await book.add_transactions(rows)
        assert await book.already_kept(rows) == 1
        (portfolio, *_) = [await book.only_portfolio()]
        assert portfolio is None  # two by now
    kept = await ClientAccess(database, Actor("cleo")).portfolio()
    assert [(row.symbol, row.quantity) for row in kept.transactions] == [("KO", Decimal(1)), ("MSFT", Decimal(2))]
