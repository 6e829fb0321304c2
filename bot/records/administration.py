"""Every change an admin can make, with its row in the audit log, in the caller's unit: both are kept, or neither.

Every function stays in the tenant of `by`, raises `AdminRefused` with the fix, and returns whether anything changed;
what was so already leaves no row. Changes of people and of who works for whom are in
`staffing`, those of the policy in `policies`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.errors import AdminRefused
from bot.records import audit, prompts
from bot.records.admin_tables import (
    PLACES,
    SWITCHED,
    Channel,
    KillSwitch,
    PromptVersion,
    Quota,
    ToolSwitch,
)
from bot.records.policies import set_policy
from bot.records.staffing import (
    GRANTED,
    assign_client,
    assign_portfolio,
    grant_role,
    holdings_kept,
    import_holdings,
    join_team,
    leave_team,
    link_identity,
    revoke_role,
    save_user,
    unassign_client,
    unlink_identity,
)
from bot.records.vetting import MAX_WORDS, vet_choice, vet_key, vet_user, vet_words
from tools.catalogue import TOOLS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.audit import Details
    from bot.records.users import Actor

__all__ = [
    "GRANTED",
    "SHARED_PLACES",
    "TOOL_NAMES",
    "activate_prompt",
    "assign_client",
    "assign_portfolio",
    "grant_role",
    "holdings_kept",
    "import_holdings",
    "join_team",
    "leave_team",
    "link_identity",
    "pull_switch",
    "release_switch",
    "revoke_role",
    "save_channel",
    "save_prompt",
    "save_user",
    "set_policy",
    "set_quota",
    "switch_tool",
    "unassign_client",
    "unlink_identity",
]

TOOL_NAMES = tuple(tool.__name__ for tool in TOOLS)
SHARED_PLACES = tuple(kind for kind in PLACES if kind != "direct")
MAX_QUESTIONS = 1_000_000


async def save_channel(
    session: AsyncSession,
    by: Actor,
    channel_id: str,
    *,
    name: str,
    kind: str,
    allowed: bool,
    external: bool,
    at: datetime,
) -> bool:
    """Add or change a shared place; the assistant answers there only when it is `allowed`."""
    vet_key(channel_id, "a channel's id")
    vet_choice(kind, SHARED_PLACES, "kind of channel")
    if len(name) > MAX_WORDS:
        raise AdminRefused(f"A channel's name has at most {MAX_WORDS} characters; shorten it.")
    await audit.take_turns(session, by.tenant)
    channel = await session.get(Channel, (by.tenant, channel_id), populate_existing=True)
    wanted = (name.strip(), kind, allowed, external)
    if channel and (channel.name, channel.kind, channel.allowed, channel.external) == wanted:
        return False
    if channel is None:
        channel = Channel(tenant=by.tenant, id=channel_id)
        session.add(channel)
    channel.name, channel.kind, channel.allowed, channel.external = wanted
    channel.changed_at = at
    details: Details = {"name": channel.name, "kind": kind, "allowed": allowed, "external": external}
    await audit.append(session, by, "channel.save", channel_id, details, at=at)
    return True


async def switch_tool(session: AsyncSession, by: Actor, tool: str, *, enabled: bool, at: datetime) -> bool:
    """Offer a tool in the tenant, or do not."""
    vet_choice(tool, TOOL_NAMES, "tool")
    await audit.take_turns(session, by.tenant)
    switch = await session.get(ToolSwitch, (by.tenant, tool), populate_existing=True)
    if enabled == (switch is None or switch.enabled):
        return False
    if switch is None:
        switch = ToolSwitch(tenant=by.tenant, tool=tool)
        session.add(switch)
    switch.enabled, switch.changed_by, switch.changed_at = enabled, by.user, at
    await audit.append(session, by, "tool.switch", tool, {"enabled": enabled}, at=at)
    return True


async def pull_switch(session: AsyncSession, by: Actor, kind: str, subject: str, *, reason: str, at: datetime) -> bool:
    """Stop the tenant (`subject` ""), a tool, a user or a model at once; a pulled one only gets the new reason."""
    vet_choice(kind, SWITCHED, "kind of switch")
    reason = vet_words(reason, "a reason")
    if kind == "tenant" and subject:
        raise AdminRefused("The switch of the tenant has no subject; leave it out.")
    if kind == "tool":
        vet_choice(subject, TOOL_NAMES, "tool")
    if kind == "model":
        vet_key(subject, "a model's name")
    await audit.take_turns(session, by.tenant)
    if kind == "user":
        await vet_user(session, by.tenant, subject)
    switch = await session.get(KillSwitch, (by.tenant, kind, subject), populate_existing=True)
    if switch and switch.reason == reason:
        return False
    if switch is None:
        switch = KillSwitch(tenant=by.tenant, kind=kind, subject=subject)
        session.add(switch)
    switch.reason, switch.pulled_by, switch.pulled_at = reason, by.user, at
    await audit.append(session, by, "switch.pull", subject or by.tenant, {"kind": kind, "reason": reason}, at=at)
    return True


async def release_switch(
    session: AsyncSession, by: Actor, kind: str, subject: str, *, reason: str, at: datetime
) -> bool:
    """Let go on what a switch had stopped."""
    reason = vet_words(reason, "a reason")
    await audit.take_turns(session, by.tenant)
    switch = await session.get(KillSwitch, (by.tenant, kind, subject), populate_existing=True)
    if switch is None:
        raise AdminRefused(f"No switch of {kind[:50]} {subject[:50] or by.tenant} is pulled; see the list of switches.")
    await session.delete(switch)
    await audit.append(session, by, "switch.release", subject or by.tenant, {"kind": kind, "reason": reason}, at=at)
    return True


async def set_quota(
    session: AsyncSession, by: Actor, user_id: str, *, per_hour: int | None, per_day: int | None, at: datetime
) -> bool:
    """How many questions a user (`user_id` "": each) may ask in an hour and a day; both None: any number."""
    for number in (per_hour, per_day):
        if number is not None and not 1 <= number <= MAX_QUESTIONS:
            raise AdminRefused(
                f"A quota is a whole number from 1 to {MAX_QUESTIONS:,}; to stop somebody, pull the user's switch."
            )
    await audit.take_turns(session, by.tenant)
    if user_id:
        await vet_user(session, by.tenant, user_id)
    quota = await session.get(Quota, (by.tenant, user_id), populate_existing=True)
    if (per_hour, per_day) == ((quota.per_hour, quota.per_day) if quota else (None, None)):
        return False
    if quota and per_hour is None and per_day is None:
        await session.delete(quota)
    else:
        if quota is None:
            quota = Quota(tenant=by.tenant, user_id=user_id)
            session.add(quota)
        quota.per_hour, quota.per_day, quota.changed_by, quota.changed_at = per_hour, per_day, by.user, at
    details = {"per_hour": per_hour or "any", "per_day": per_day or "any"}
    await audit.append(session, by, "quota.set", user_id or "everyone", details, at=at)
    return True


async def save_prompt(session: AsyncSession, by: Actor, name: str, text: str, *, at: datetime) -> int:
    """Keep another version of a prompt, not in use yet; returns its number. A template that would fail is refused."""
    vet_choice(name, prompts.REPLACEABLE, "prompt that can be replaced")
    if problem := prompts.problem_of(name, text):
        raise AdminRefused(problem)
    await audit.take_turns(session, by.tenant)
    of_name = (PromptVersion.tenant == by.tenant, PromptVersion.name == name)
    last = await session.scalar(sa.select(sa.func.max(PromptVersion.version)).where(*of_name))
    version = (last or 0) + 1
    session.add(
        PromptVersion(
            tenant=by.tenant, name=name, version=version, text=text, active=False, changed_by=by.user, changed_at=at
        )
    )
    details: Details = {"version": version, "hash": prompts.hash_of(text)}
    await audit.append(session, by, "prompt.save", name, details, at=at)
    return version


async def activate_prompt(session: AsyncSession, by: Actor, name: str, version: int, *, at: datetime) -> bool:
    """Use one version of a prompt from the next turn on; version 0 is the one Tuppence came with."""
    vet_choice(name, prompts.REPLACEABLE, "prompt that can be replaced")
    await audit.take_turns(session, by.tenant)
    rows = (
        await session.scalars(
            sa.select(PromptVersion)
            .where(PromptVersion.tenant == by.tenant, PromptVersion.name == name)
            .execution_options(populate_existing=True)
        )
    ).all()
    if version and version not in {row.version for row in rows}:
        raise AdminRefused(f"The prompt {name} has no version {version}; see the list of prompts.")
    before = next((row.version for row in rows if row.active), 0)
    if before == version:
        return False
    for row in rows:
        row.active = row.version == version
    details = {"version": version, "version before": before}
    await audit.append(session, by, "prompt.activate", name, details, at=at)
    return True
