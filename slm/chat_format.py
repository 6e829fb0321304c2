"""How a conversation becomes text for the built-in model: ChatML with Hermes tool calls.

There is no system prompt and no printed tool list: the model was trained on our tools, so a question costs
20-60 tokens instead of thousands. History is the earlier question and the earlier call; results and answers are
left out. `CHAT_TEMPLATE` says the same in Jinja for the runtime, `GO_TEMPLATE` for older Ollama servers; the tests
hold all three against each other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

START = "<|im_start|>"
END = "<|im_end|>"
CALL_OPEN = "<tool_call>"
CALL_CLOSE = "</tool_call>"

CHAT_TEMPLATE = (
    "{%- for m in messages -%}"
    "{%- if m.role == 'user' -%}"
    "{{ '<|im_start|>user\\n' + m.content + '<|im_end|>\\n' }}"
    "{%- elif m.role == 'assistant' -%}"
    "{{ '<|im_start|>assistant\\n' }}"
    "{%- if m.tool_calls -%}"
    "{%- for c in m.tool_calls -%}"
    "{%- set f = c.function if c.function else c -%}"
    '{{ \'<tool_call>\\n{"name": "\' + f.name + \'", "arguments": \' }}'
    "{{- f.arguments if f.arguments is string else f.arguments | tojson -}}"
    "{{ '}\\n</tool_call>' }}"
    "{%- if not loop.last -%}{{ '\\n' }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- else -%}{{ m.content }}{%- endif -%}"
    "{{ '<|im_end|>\\n' }}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}"
)

GO_TEMPLATE = (
    "{{- range .Messages }}"
    '{{- if eq .Role "user" }}<|im_start|>user\n{{ .Content }}<|im_end|>\n'
    '{{ else if eq .Role "assistant" }}<|im_start|>assistant\n'
    "{{- if .ToolCalls }}\n"
    "{{- range $i, $c := .ToolCalls }}{{ if $i }}\n{{ end }}<tool_call>\n"
    '{"name": "{{ $c.Function.Name }}", "arguments": {{ $c.Function.Arguments }}}\n</tool_call>'
    "{{- end }}{{ else }}\n{{ .Content }}{{ end }}<|im_end|>\n"
    "{{ end }}"
    "{{- end }}<|im_start|>assistant\n"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call as the model writes it."""

    name: str
    arguments: dict[str, Any]


def render_call(call: Call) -> str:
    """One call as text, with Jinja's `tojson` spacing."""
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    return f'{CALL_OPEN}\n{{"name": "{call.name}", "arguments": {arguments}}}\n{CALL_CLOSE}'


def render_reply(reply: str | tuple[Call, ...]) -> str:
    """An assistant turn without its frame: text as it is, calls joined by newlines."""
    return reply if isinstance(reply, str) else "\n".join(render_call(call) for call in reply)


def render_prompt(turns: list[tuple[str, str | tuple[Call, ...]]], question: str) -> str:
    """Earlier (question, reply) turns and the new question, up to where the model starts to write."""
    text = "".join(
        f"{START}user\n{asked}{END}\n{START}assistant\n{render_reply(reply)}{END}\n" for asked, reply in turns
    )
    return f"{text}{START}user\n{question}{END}\n{START}assistant\n"
