"""Five real days, word for word; `cases` says how to write them anew."""

from __future__ import annotations

import pytest

from bot.jobs.digests.plan import Kind
from tests.bot.jobs.digests.cases import DAYS, GOLDEN, KINDS, as_file, bundled_parts, digest


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("day", DAYS)
async def test_a_real_day_reads_as_it_was_approved(day: str, kind: Kind) -> None:
    reply = await digest(kind, DAYS[day], bundled_parts())
    assert as_file(reply) == (GOLDEN / f"{day}-{kind}.md").read_text()
    assert reply.withheld == ()


def test_there_is_no_golden_digest_that_nothing_makes() -> None:
    assert {path.stem for path in GOLDEN.glob("*.md")} == {f"{day}-{kind}" for day in DAYS for kind in KINDS}
