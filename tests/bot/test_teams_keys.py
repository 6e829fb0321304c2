"""The Teams settings: all or none, no credentials in local play, and each fault with its fix."""

from __future__ import annotations

import pytest

from bot.errors import SettingsError, UnauthenticatedElsewhere
from bot.serving import serve
from bot.settings import load_settings
from bot.surfaces.platforms import open_surfaces
from tests.fakes.teams_payloads import APP, OTHER_TENANT, SECRET, TENANT

KEYS = {"CLIENT_ID": APP, "CLIENT_SECRET": SECRET, "TENANT_ID": TENANT}


def test_all_three_credentials_switch_teams_on() -> None:
    settings = load_settings(KEYS, None)
    assert settings.has_teams
    assert SECRET not in repr(settings)
    assert [surface.name for surface in open_surfaces(settings)] == ["teams"]
    assert not load_settings({}, None).has_teams


@pytest.mark.parametrize("key", list(KEYS))
def test_one_credential_alone_may_be_another_programs(key: str) -> None:
    assert not load_settings({key: "anything"}, None).has_teams


@pytest.mark.parametrize(("values", "told"), [
    ({"CLIENT_ID": APP, "CLIENT_SECRET": SECRET}, "TENANT_ID: it is missing, as CLIENT_ID is set"),
    ({"CLIENT_SECRET": SECRET, "TENANT_ID": TENANT}, "CLIENT_ID: it is missing, as CLIENT_SECRET is set"),
    ({**KEYS, "CLIENT_ID": "tuppence"}, "CLIENT_ID: it is no id in the form 00000000-"),
    ({**KEYS, "TENANT_ID": "contoso.com"}, "TENANT_ID: it is no id in the form 00000000-"),
    ({"TEAMS_ALLOWED_TENANTS": TENANT}, "CLIENT_ID: it is missing, as TEAMS_ALLOWED_TENANTS is set"),
    ({**KEYS, "TEAMS_ALLOWED_TENANTS": "contoso"}, "“contoso” is no tenant id"),
    ({**KEYS, "TEAMS_SECRET_EXPIRES": "May 2027"}, "“May 2027” is no day"),
    ({**KEYS, "TEAMS_ALLOW_UNAUTHENTICATED": "true"}, "without credentials, and CLIENT_ID is set"),
    ({"TEAMS_ALLOW_UNAUTHENTICATED": "true", "CLIENT_SECRET": SECRET}, "without credentials, and CLIENT_SECRET is set"),
    ({"TEAMS_ALLOW_UNAUTHENTICATED": "maybe"}, "neither true nor false"),
])  # fmt: skip
def test_half_a_set_up_is_refused_with_the_key_and_the_fix(values: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(values, None)
    assert told in str(refused.value)
    assert SECRET not in str(refused.value)


def test_several_tenants_may_be_allowed() -> None:
    settings = load_settings({**KEYS, "TEAMS_ALLOWED_TENANTS": f"{TENANT.upper()}, {OTHER_TENANT}"}, None)
    assert settings.teams_allowed_tenants == (TENANT, OTHER_TENANT)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "fin.example.com"])
async def test_local_play_is_refused_where_others_could_reach_it(host: str) -> None:
    settings = load_settings({"TEAMS_ALLOW_UNAUTHENTICATED": "true"}, None)
    with pytest.raises(UnauthenticatedElsewhere, match=r"127\.0\.0\.1"):
        await serve(settings, host, 0)
