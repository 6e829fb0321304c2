"""Docs that are written from code: `python -m checks.docs` compares, with `--write` it rewrites them."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.settings_docs import render_env_example, render_settings_page
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

ROOT = Path(__file__).resolve().parents[1]


def render_tools_page() -> str:
    """`docs/tools.md`: what a model is offered, as it reads it."""
    lines = [
        "# Tools",
        "",
        "Written from the code; `uv run tuppence tools --json` prints the schemas. A `?` marks an optional argument.",
        "",
    ]
    for tool in Toolbox(TOOLS).tools.values():
        lines += [f"## {tool.name}", "", tool.description, ""]
        for parameter in tool.parameters:
            form = " or ".join(f"`{choice}`" for choice in parameter.choices) or parameter.description
            name = parameter.name if parameter.required else f"{parameter.name}?"
            lines.append(f"- `{name}`{' (one or more)' if parameter.is_list else ''}: {form}")
        lines += [""] if tool.parameters else []
    return "\n".join(lines)


GENERATED = {
    ".env.example": render_env_example,
    "docs/settings.md": render_settings_page,
    "docs/tools.md": render_tools_page,
}


def main() -> int:
    """0 when every generated file is up to date."""
    stale = []
    for name, render in GENERATED.items():
        path, text = ROOT / name, render()
        if "--write" in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    for name in stale:
        print(f"{name} is out of date; run: uv run python -m checks.docs --write")  # noqa: T201
    return len(stale)


if __name__ == "__main__":
    sys.exit(main())
