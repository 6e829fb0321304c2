"""`uv run --group check python -m checks`: ruff, mypy strict, import-linter, and generated docs up to date."""

from __future__ import annotations

import subprocess
import sys

COMMANDS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    (sys.executable, "-m", "checks.docs"),
)


def main() -> int:
    """Run all, print each name and verdict, and return how many failed."""
    failed = 0
    for command in COMMANDS:
        result = subprocess.run(command, check=False)  # noqa: S603 (the commands above)
        print(f"{'ok  ' if result.returncode == 0 else 'FAIL'} {' '.join(command[-2:])}", flush=True)  # noqa: T201
        failed += result.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
