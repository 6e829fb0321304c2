"""The file with the built-in model: where it is, and whether it is whole."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from bot.errors import WeightsDamaged

_FOLDER = Path(__file__).parents[2] / "slm" / "weights"
BUILT_IN = _FOLDER / "tuppence.gguf"
READER = _FOLDER / "reader.gguf"
"""What gives the second opinion; its head lies beside it."""
MAGIC = b"GGUF"
_HEADER_BYTES = 24
_CHUNK_BYTES = 1 << 20


def sidecar(weights: Path) -> Path:
    """Where the published SHA-256 lies, as `sha256sum` writes it: "tuppence.gguf.sha256"."""
    return weights.with_name(f"{weights.name}.sha256")


def check_weights(weights: Path) -> str:
    """The file's SHA-256 in hexadecimal. Raises `WeightsDamaged` if it is missing, cut short or altered."""
    try:
        size = weights.stat().st_size
        with weights.open("rb") as file:
            head = file.read(_HEADER_BYTES)
            digest = hashlib.sha256(head)
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
        published = sidecar(weights).read_text("ascii", "replace") if sidecar(weights).exists() else ""
    except FileNotFoundError:
        raise WeightsDamaged(str(weights), "it is missing") from None
    except OSError as error:
        raise WeightsDamaged(str(weights), f"it can't be read: {error.strerror or error}") from None
    if size < _HEADER_BYTES:
        raise WeightsDamaged(str(weights), "it is empty" if size == 0 else f"it is cut short at {size} bytes")
    if not head.startswith(MAGIC):
        raise WeightsDamaged(str(weights), "it is not a GGUF file")
    found = digest.hexdigest()
    expected = re.match(r"\s*([0-9a-fA-F]{64})\b", published)
    if published and (expected is None or expected[1].lower() != found):
        reason = f"it is cut short or altered: its SHA-256 differs from {sidecar(weights).name}"
        raise WeightsDamaged(str(weights), reason)
    return found
