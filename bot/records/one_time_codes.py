"""Six-digit codes of an authenticator app (TOTP, RFC 6238), each of which opens the door once."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import pyotp

if TYPE_CHECKING:
    from datetime import datetime

STEP_SECONDS = 30
_WINDOW = 1
"""How many steps a clock may be off, either way."""


def new_secret() -> str:
    """A random secret of 160 bits, as authenticator apps read it."""
    return pyotp.random_base32()


def enrolment_link(secret: str, name: str) -> str:
    """What the QR code of a secret says."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Tuppence")


def code_at(secret: str, at: datetime) -> str:
    """The code that an app shows at that time."""
    return pyotp.TOTP(secret).generate_otp(_step(at))


def matching_step(secret: str, code: str, at: datetime, last_step: int | None) -> int | None:
    """The step whose code it is, or None; a step up to `last_step` was used already."""
    digits = "".join(code.split())
    totp = pyotp.TOTP(secret)
    found = None
    for step in range(_step(at) - _WINDOW, _step(at) + _WINDOW + 1):
        fresh = last_step is None or step > last_step
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode()) and fresh:
            found = step
    return found


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS
