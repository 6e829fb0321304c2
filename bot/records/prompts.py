"""Prompts that a tenant may replace: the file each came with, what a replacement may hold, and which one is in use."""

from __future__ import annotations

import hashlib
import string
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.admin_tables import PromptVersion

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

REPLACEABLE = ("advisor",)
"""`advisor` is what a model that writes is told; what code says itself is not a tenant's to change."""
MAX_PROMPT = 20_000


@cache
def file_text(name: str) -> str:
    """`prompts/<name>.md` as it came."""
    return (resources.files("prompts") / f"{name}.md").read_text(encoding="utf-8")


def hash_of(text: str) -> str:
    """Which wording it is: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def problem_of(name: str, text: str) -> str:
    """Why `text` can't replace the prompt `name`, with the fix; "" when it can.

    It has the variables of the file, each as a plain "{name}": an attribute or index would read what is no word.
    """
    if not text.strip() or len(text) > MAX_PROMPT:
        return f"A prompt has 1 to {MAX_PROMPT:,} characters; write it again."
    known = {field for _, field, _, _ in string.Formatter().parse(file_text(name)) if field is not None}
    listed = ", ".join(f"{{{field}}}" for field in sorted(known))
    used = set()
    try:
        for _, field, layout, conversion in string.Formatter().parse(text):
            if field is None:
                continue
            if field not in known or layout or conversion:
                return (
                    f"The prompt has “{{{field[:50]}}}”, which stands for nothing; use {listed}, and {{{{ for a brace."
                )
            used.add(field)
    except ValueError as error:
        return f"The prompt can't be filled in ({error}); write a brace that is only a brace twice."
    if missing := sorted(known - used):
        return f"The prompt lacks {', '.join(f'{{{field}}}' for field in missing)}; it needs all of {listed}."
    return ""


async def active_prompt(session: AsyncSession, tenant: str, name: str) -> str | None:
    """The active version of a tenant's prompt; None where the file is in use."""
    text: str | None = await session.scalar(
        sa.select(PromptVersion.text).where(
            PromptVersion.tenant == tenant, PromptVersion.name == name, PromptVersion.active
        )
    )
    return text or None
