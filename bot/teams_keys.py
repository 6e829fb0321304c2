"""What the Microsoft Teams settings must be, each for itself and together."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CREDENTIALS = ("CLIENT_ID", "CLIENT_SECRET", "TENANT_ID")
"""The names by which Microsoft's own Teams SDK knows them; other programs use them, too."""
UNAUTHENTICATED = "TEAMS_ALLOW_UNAUTHENTICATED"
_OWN = ("TEAMS_ALLOWED_TENANTS", "TEAMS_SECRET_EXPIRES", UNAUTHENTICATED)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WHERE = {
    "CLIENT_ID": "copy “Microsoft App ID” from the page of your Azure Bot",
    "TENANT_ID": "copy “App Tenant ID” from the page of your Azure Bot",
}


def read_tenants(text: str) -> tuple[str, ...]:
    """Tenant ids with commas between. Raises ValueError with the fix."""
    tenants = tuple(tenant.strip().lower() for tenant in text.split(",") if tenant.strip())
    for tenant in tenants:
        if not _GUID.fullmatch(tenant):
            raise ValueError(f"“{tenant[:50]}” is no tenant id; write one like 72f988bf-86f1-41af-91ab-2d7cd011db47")
    return tenants


def read_day(text: str) -> date:
    """A day in ISO form. Raises ValueError with the fix."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text[:50]}” is no day; write one like 2027-05-31") from None


def is_id(text: str) -> bool:
    """Whether a text is an id as Microsoft writes them."""
    return bool(_GUID.fullmatch(text))


def is_meant(values: Mapping[str, str]) -> bool:
    """Whether Teams is meant: one of the credentials alone may be there for another program."""
    return any(key in values for key in _OWN) or sum(key in values for key in CREDENTIALS) > 1


def half_set_up(values: Mapping[str, str]) -> list[str]:
    """One "KEY: reason; fix" for each Teams key that is missing, malformed or against another; nothing when all fit."""
    if not is_meant(values):
        return []
    given = [key for key in CREDENTIALS if key in values]
    if values.get(UNAUTHENTICATED, "").lower() in ("true", "1", "yes"):
        return [
            f"{UNAUTHENTICATED}: it is for playing without credentials, and {key} is set; remove one of them"
            for key in given[:1]
        ]
    if not given:
        return [
            f"CLIENT_ID: it is missing, as {key} is set; add CLIENT_ID, CLIENT_SECRET and TENANT_ID, or remove {key}"
            for key in _OWN
            if key in values and key != UNAUTHENTICATED
        ][:1]
    missing = [key for key in CREDENTIALS if key not in values]
    problems = [f"{key}: it is missing, as {given[0]} is set; add it, or remove {given[0]}" for key in missing]
    return problems + [
        f"{key}: it is no id in the form 00000000-0000-0000-0000-000000000000; {where}"
        for key, where in _WHERE.items()
        if key in values and not _GUID.fullmatch(values[key])
    ]
