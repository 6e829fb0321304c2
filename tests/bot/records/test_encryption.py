"""Client fields at rest: nothing readable in the database, the right key or no start, and rotation that survives."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot
from bot.encryption_keys import EncryptionKey, new_key, read_keys, write_keys
from bot.errors import KeyMissing, KeysUnreadable, KeyWrong, ValueAltered
from bot.records import audit, portfolios, turns, users
from bot.records.database import open_database
from bot.records.encryption import KeyRing, key_of
from bot.records.inbox_tables import InboxConversation, InboxEvent
from bot.records.key_file import load_keys, make_keys, replace_keys
from bot.records.keys import used_keys
from bot.records.opening import open_records
from bot.records.rotation import PLAIN, rotate, usage
from bot.records.tables import PortfolioRecord, ToolCallRecord, TransactionRecord, Turn, User
from bot.records.turns import Outcome, SavedToolCall
from bot.records.users import Actor
from bot.settings import load_settings
from tools.context import Portfolio, Transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database
    from bot.settings import Settings

ADA = Actor("ada")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FIRST, SECOND = EncryptionKey("k1", b"1" * 32), EncryptionKey("k2", b"2" * 32)
NAME, QUESTION, ANSWER, AMOUNT = (
    "Ada Lovelace-Byron",
    "how much is my yacht fund worth",
    "A secret fortune",
    "73914.625",
)
SECRETS = (NAME, QUESTION, ANSWER, AMOUNT, "Yacht fund", "Numbered account", "because of the yacht")


async def fill(database: Database) -> None:
    """One person with a portfolio, a turn with a call, and an event."""
    async with database.write() as session:
        await users.ensure_user(session, ADA, NAME)
        lot = Transaction("AAPL", Decimal(AMOUNT), Decimal("1.5"), "USD", date(2024, 2, 29), "Numbered account")
        held = Portfolio("Yacht fund", "USD", (lot,), {"USD": Decimal(AMOUNT)}, {"AAPL": Decimal("0.25")})
        await portfolios.add_portfolio(session, ADA, held)
        turn = await turns.start_turn(session, ADA, "c1", QUESTION, now=NOW, budget=timedelta(seconds=60))
    call = SavedToolCall("get_portfolio", {"why": "because of the yacht"}, result=[AMOUNT], error=ANSWER)
    outcome = Outcome("answered", ANSWER, (call,), failure=ANSWER, evidence={"figures": [AMOUNT]})
    async with database.write() as session:
        await turns.finish_turn(session, ADA, turn, outcome, now=NOW)
        session.add(InboxConversation(tenant="local", id="c1"))
        await session.flush()
        session.add(
            InboxEvent(
                tenant="local", id="e1", conversation="c1", user_id="ada", surface="slack", kind="question",
                payload={"text": QUESTION}, state="done", steps=[ANSWER], sent_at=NOW, received_at=NOW,
            )
        )  # fmt: skip


async def assert_readable(database: Database) -> None:
    async with database.read() as session:
        held = await portfolios.portfolio_of(session, ADA)
        assert (held.name, held.cash, held.targets) == (
            "Yacht fund",
            {"USD": Decimal(AMOUNT)},
            {"AAPL": Decimal("0.25")},
        )
        (lot,) = held.transactions
        assert (lot.quantity, lot.price, lot.account) == (Decimal(AMOUNT), Decimal("1.5"), "Numbered account")
        turn = (await session.scalars(sa.select(Turn))).one()
        assert (turn.question, turn.answer, turn.failure, turn.evidence) == (
            QUESTION,
            ANSWER,
            ANSWER,
            {"figures": [AMOUNT]},
        )
        call = (await session.scalars(sa.select(ToolCallRecord))).one()
        assert (call.arguments, call.result, call.resolved) == ({"why": "because of the yacht"}, [AMOUNT], None)
        event = (await session.scalars(sa.select(InboxEvent))).one()
        assert (event.payload, event.steps) == ({"text": QUESTION}, [ANSWER])
        assert await session.scalar(sa.select(User.display_name)) == NAME


async def stored(database: Database) -> str:
    """Everything the database keeps, as it is kept."""
    async with database.read() as session:
        tables = ("users", "portfolios", "accounts", "transactions", "cash_balances", "target_weights", "turns")
        found = [
            (await session.execute(sa.text(f"SELECT * FROM {table}"))).all()
            for table in (*tables, "tool_calls", "inbox_events")
        ]
    return repr(found)


def bytes_of(database: Database) -> bytes:
    """The SQLite file with its write-ahead log."""
    assert database.path is not None
    beside = Path(f"{database.path}-wal")
    return database.path.read_bytes() + (beside.read_bytes() if beside.exists() else b"")


def installed(url: str, tmp_path: Path, **more: str) -> Settings:
    return load_settings(
        {
            "TUPPENCE_HOME": str(tmp_path / "home"),
            "TUPPENCE_USER": "ada",
            "TUPPENCE_DATABASE_URL": _public(url),
            **more,
        },
        None,
    )


def _public(url: str) -> str:
    return url.replace("+psycopg", "").replace("+aiosqlite", "")


async def test_client_fields_are_unreadable_in_the_database_and_plain_for_us(database_url: str) -> None:
    async with await open_database(database_url, KeyRing([FIRST])) as database:
        await fill(database)
        await assert_readable(database)
        kept = await stored(database)
        assert "AAPL" in kept  # symbols stay plain
        assert [secret for secret in SECRETS if secret in kept] == []
        if database.path:
            raw = bytes_of(database)
            assert b"AAPL" in raw
            assert [secret for secret in SECRETS if secret.encode() in raw] == []


async def test_large_amounts_are_no_longer_than_small_ones(database_url: str) -> None:
    async with await open_database(database_url, KeyRing([FIRST])) as database:
        async with database.write() as session:
            await users.ensure_user(session, ADA)
            lots = [
                Transaction("A", Decimal(amount), None, "USD", date(2024, 1, 1), "") for amount in ("1", "123456789.25")
            ]
            await portfolios.add_portfolio(session, ADA, Portfolio("p", "USD", tuple(lots), {}, {}))
        async with database.read() as session:
            sizes = await session.scalars(
                sa.select(sa.func.length(sa.type_coerce(TransactionRecord.quantity, sa.Text())))
            )
            assert len(set(sizes)) == 1


async def test_a_name_is_unique_though_encrypted_and_texts_differ_each_time(database_url: str) -> None:
    async with await open_database(database_url, KeyRing([FIRST])) as database:
        await fill(database)
        with pytest.raises(sa.exc.IntegrityError):
            async with database.write() as session:
                session.add(
                    PortfolioRecord(tenant="local", id="p2", user_id="ada", name="Yacht fund", base_currency="USD")
                )
    ring = KeyRing([FIRST])
    assert ring.encrypt("x") != ring.encrypt("x")
    assert ring.encrypt_alike("x") == ring.encrypt_alike("x") != ring.encrypt_alike("y")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    ring = KeyRing([SECOND, FIRST])
    assert ring.decrypt(ring.encrypt(text)) == ring.decrypt(ring.encrypt_alike(text)) == text
    assert key_of(ring.encrypt(text)) == "k2"


@pytest.mark.parametrize("alike", [False, True])
def test_an_altered_value_is_refused_and_not_shown(alike: bool) -> None:
    ring = KeyRing([FIRST])
    value = ring.encrypt_alike("text") if alike else ring.encrypt("text")
    for altered in (
        value[:-6],
        f"{value[:-6]}AAAAAA",
        value.replace("gcm1", "siv1").replace("siv1", "gcm1", alike),
        "gcm1:k1:%",
    ):
        with pytest.raises(ValueAltered) as refused:
            ring.decrypt(altered)
        assert value[8:] not in str(refused.value)


def test_no_key_shows_in_words(caplog: pytest.LogCaptureFixture) -> None:
    key = new_key()
    assert write_keys([key]).partition(":")[2] not in f"{key!r} {KeyRing([key])!r}"


@pytest.mark.parametrize(
    ("ring", "error"),
    [
        (KeyRing([SECOND]), KeyMissing),
        (KeyRing([EncryptionKey("k1", b"3" * 32)]), KeyWrong),
        (KeyRing([SECOND, EncryptionKey("k1", b"3" * 32)]), KeyWrong),
    ],
)
async def test_a_missing_or_wrong_key_refuses_the_start(
    database_url: str, ring: KeyRing, error: type[Exception]
) -> None:
    async with await open_database(database_url, KeyRing([FIRST])) as database:
        await fill(database)
    with pytest.raises(error, match=r"encryption key k1 .*start again") as refused:
        await open_database(database_url, ring)
    assert "gcm1" not in str(refused.value)
    async with await open_database(database_url, KeyRing([FIRST])) as database:  # and nothing was harmed
        await assert_readable(database)
        assert list(await used_keys(database)) == ["k1"]


async def test_without_keys_what_is_encrypted_is_neither_read_nor_mixed_with_plain(database_url: str) -> None:
    async with await open_database(database_url, KeyRing([FIRST])) as database:
        await fill(database)
    async with await open_database(database_url) as database:
        with pytest.raises(KeyMissing):
            async with database.read() as session:
                await session.scalar(sa.select(Turn.question))
        with pytest.raises(KeyMissing):
            async with database.write() as session:
                await users.ensure_user(session, Actor("ben"), "Ben")
        async with database.read() as session:  # what is plain can be read
            assert list(await session.scalars(sa.select(User.id))) == ["ada"]


async def test_rows_of_the_time_before_keys_are_read_and_then_encrypted(database_url: str) -> None:
    async with await open_database(database_url) as database:
        await fill(database)
        assert QUESTION in await stored(database)
    async with await open_database(database_url, KeyRing([FIRST])) as database:
        await assert_readable(database)
        async with database.read() as session:
            before = await usage(session)
        assert set(before) == {PLAIN}
        assert await rotate(database, ADA, at=NOW, batch=1) == before[PLAIN]
        await assert_readable(database)
        kept = await stored(database)
        assert [secret for secret in SECRETS if secret in kept] == []
        if database.path:
            assert [secret for secret in SECRETS if secret.encode() in bytes_of(database)] == []


async def test_rotation_leaves_the_old_key_without_use(database_url: str) -> None:
    async with await open_database(database_url, KeyRing([FIRST])) as database:
        await fill(database)
    async with await open_database(database_url, KeyRing([SECOND, FIRST])) as database:
        await assert_readable(database)
        async with database.write() as session:  # while both are in use, a name is still found
            again = Transaction("MSFT", Decimal(1), None, "USD", date(2024, 3, 1), "Numbered account")
            await portfolios.add_transactions(session, ADA, [again], base_currency="USD", name="Yacht fund")
            assert await session.scalar(sa.select(sa.func.count()).select_from(PortfolioRecord)) == 1
            await session.execute(sa.delete(TransactionRecord).where(TransactionRecord.symbol == "MSFT"))
        assert list(await used_keys(database)) == ["k1", "k2"]
        assert await rotate(database, ADA, at=NOW, batch=1) > 10
        assert await rotate(database, ADA, at=NOW) == 0
        async with database.read() as session:
            assert set(await usage(session)) == {"k2"}
            assert [row.action for row in await audit.entries(session, "local") if row.action.startswith("keys")] == [
                "keys.rotate"
            ] * 2
    async with await open_database(database_url, KeyRing([SECOND])) as database:
        await assert_readable(database)


class Stopped(Exception):
    """Stands for kill -9: nothing of the running unit is kept."""


async def test_a_rotation_that_is_stopped_anywhere_leaves_everything_readable(database_url: str) -> None:
    async with await open_database(database_url, KeyRing([FIRST])) as database:
        await fill(database)
    async with await open_database(database_url, KeyRing([SECOND, FIRST])) as database:
        units, run = 0, database.run

        async def until(unit: Any) -> Any:
            async def stopping(session: AsyncSession) -> Any:
                nonlocal units
                done = await unit(session)
                units -= 1
                if units < 0:
                    raise Stopped  # at the end of a unit, before it is kept
                return done

            return await run(stopping)

        database.run = until  # type: ignore[method-assign]
        for stop_after in range(8):
            units = stop_after
            with pytest.raises(Stopped):
                await rotate(database, ADA, at=NOW, batch=1)
            await assert_readable(database)
        units = 1000
        await rotate(database, ADA, at=NOW)
    async with await open_database(database_url, KeyRing([SECOND])) as database:
        await assert_readable(database)


async def test_a_first_start_makes_a_private_key_file_and_the_next_ones_use_it(
    database_url: str, tmp_path: Path
) -> None:
    mine = installed(database_url, tmp_path)
    async with await open_records(mine) as database:
        await fill(database)
    path = mine.home / "keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    async with await open_records(mine) as database:
        await assert_readable(database)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    moved = installed(database_url, tmp_path, TUPPENCE_ENCRYPTION_KEYS=write_keys(load_keys(path)))
    path.unlink()
    async with await open_records(moved) as database:
        await assert_readable(database)


async def test_a_lost_key_file_is_not_made_anew(database_url: str, tmp_path: Path) -> None:
    mine = installed(database_url, tmp_path)
    async with await open_records(mine) as database:
        await fill(database)
    (mine.home / "keys").unlink()
    with pytest.raises(KeyMissing):
        await open_records(mine)
    assert not (mine.home / "keys").exists()


async def test_a_running_program_reads_what_another_wrote_with_a_new_key(database_url: str, tmp_path: Path) -> None:
    mine = installed(database_url, tmp_path)
    async with await open_records(mine) as running:
        await fill(running)
        path = mine.home / "keys"
        replace_keys(path, [SECOND, *load_keys(path)])
        async with await open_records(mine) as other:
            await rotate(other, ADA, at=NOW)
        await assert_readable(running)


def test_two_first_starts_share_one_key_file(tmp_path: Path) -> None:
    path = tmp_path / "home" / "keys"
    assert make_keys(path) == make_keys(path) == load_keys(path)
    assert [child.name for child in path.parent.iterdir()] == ["keys"]


@pytest.mark.parametrize("content", [b"k1", b"k1:QUJD", b"\xff", b"k1:!!!!", write_keys([FIRST, FIRST]).encode()])
def test_a_damaged_key_file_is_named_with_the_fix_and_shows_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys"
    path.write_bytes(content)
    with pytest.raises(KeysUnreadable) as refused:
        load_keys(path)
    assert str(path) in str(refused.value)
    assert "QUJD" not in str(refused.value)
    assert path.read_bytes() == content


def test_every_command_opens_the_database_with_its_keys() -> None:
    """Without keys a new database would be kept plain, so nobody but `open_records` opens one."""
    package = Path(bot.__file__).parent
    opening = [path for path in package.rglob("*.py") if "open_database(" in path.read_text(encoding="utf-8")]
    assert {path.relative_to(package).as_posix() for path in opening} == {"records/database.py", "records/opening.py"}


def test_keys_are_read_as_they_are_written() -> None:
    assert read_keys(write_keys([FIRST, SECOND])) == (FIRST, SECOND)
    assert read_keys(f" {write_keys([FIRST])} , {write_keys([SECOND])} ") == (FIRST, SECOND)
