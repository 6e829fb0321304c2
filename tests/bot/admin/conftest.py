"""Shared by the tests of the admin pages: the pages over each kind of database, and an admin who is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.admin_site import AdminSite, add_admin

if TYPE_CHECKING:
    from pathlib import Path

    from bot.records.database import Database
    from tests.fakes.admin_site import Browser


@pytest.fixture
async def site(database: Database, tmp_path: Path) -> AdminSite:
    """The pages, with the account “grace”, whose app is enrolled."""
    await add_admin(database)
    return AdminSite(database, tmp_path)


@pytest.fixture
async def browser(site: AdminSite) -> Browser:
    """A browser in which grace is signed in."""
    return await site.signed_in()
