"""The buttons under an alert and a digest: each is the command that its owner could type, and does no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SNOOZE, DELETE = "alert_snooze", "alert_delete"
DIGEST_PAUSE, DIGEST_AGAIN = "digest_pause", "digest_run"
DIRECTLY = "I answer you in our direct messages."
"""What a press in a shared place comes to at once: what it changes is one person's own, and nobody else's to read."""
_ALERT, _DIGEST = 32, 8
"""How long the id of each is."""
COMMANDS = {
    SNOOZE: ("/alert snooze {id} 1 day", _ALERT),
    DELETE: ("/alert remove {id}", _ALERT),
    DIGEST_PAUSE: ("/digest pause {id}", _DIGEST),
    DIGEST_AGAIN: ("/digest run {id}", _DIGEST),
}


@dataclass(frozen=True, slots=True)
class SendingButton:
    """A button: `id` is the alert's or the digest's; `is_for_good`: what it does can't be taken back."""

    label: str
    action: str
    id: str
    is_for_good: bool = False


def sending_buttons(record: Mapping[str, Any]) -> Iterator[SendingButton]:
    """Those under the message of a record; none where it is neither an alert nor a digest."""
    if alert := record.get("alert"):
        yield SendingButton("Snooze for a day", SNOOZE, alert)
        yield SendingButton("Delete alert", DELETE, alert, is_for_good=True)
    if digest := record.get("digest"):
        yield SendingButton("Pause", DIGEST_PAUSE, digest)
        yield SendingButton("Send it again now", DIGEST_AGAIN, digest)


def command_of(action: Any, of: Any) -> str:
    """The command that a press stands for, "" for none; whose alert or digest it is, the command looks up."""
    command, length = COMMANDS.get(str(action), ("", 0))
    is_id = isinstance(of, str) and len(of) == length and of.isascii() and of.isalnum()
    return command.format(id=of) if command and is_id else ""
