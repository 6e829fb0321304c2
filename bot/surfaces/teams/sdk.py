"""The one door to Microsoft's Teams SDK, which is imported when Teams is switched on and not before."""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _quiet_import() -> Iterator[None]:
    """Without what the import does besides: it reads a `.env` of its own finding, and warns of its own previews."""
    name = "PYTHON_DOTENV_DISABLED"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


with _quiet_import():
    from microsoft_teams.api.activities.message import MessageActivityInput
    from microsoft_teams.api.activities.typing import TypingActivityInput
    from microsoft_teams.api.clients.conversation import ConversationClient, CreateConversationParams
    from microsoft_teams.api.models import Account, ChannelData, ConversationAccount
    from microsoft_teams.apps.auth.token_validator import JwtValidationOptions, TokenValidator
    from microsoft_teams.common import Client, ClientOptions

# It tells of each refused token as an error of its own, in the words of whoever sent it: `Door` does that better.
logging.getLogger("microsoft_teams.apps.auth").setLevel(logging.CRITICAL)

__all__ = [
    "Account",
    "ChannelData",
    "Client",
    "ClientOptions",
    "ConversationAccount",
    "ConversationClient",
    "CreateConversationParams",
    "JwtValidationOptions",
    "MessageActivityInput",
    "TokenValidator",
    "TypingActivityInput",
]
