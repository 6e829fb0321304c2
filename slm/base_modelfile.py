"""The Modelfile of a fine-tuned base model, for `ollama create`.

Ollama writes prompts with a template in Go's language. For models with ChatML frames and Hermes tool calls, which are
Qwen's and many others', it is the one below; other models keep what Ollama finds for them in the GGUF file.
"""

from __future__ import annotations

from slm.chat_format import CALL_OPEN, END, START

HERMES_TEMPLATE = (
    "{{- if or .System .Tools }}<|im_start|>system\n"
    "{{ .System }}"
    "{{- if .Tools }}\n\n# Tools\n\n"
    "You may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>"
    '{{- range .Tools }}\n{"type": "function", "function": {{ .Function }}}'
    "{{- end }}\n</tools>\n\n"
    "For each function call, return a json object with function name and arguments within <tool_call></tool_call> "
    'XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
    "{{- end }}<|im_end|>\n"
    "{{ end }}"
    "{{- range $i, $m := .Messages }}"
    '{{- if eq .Role "user" }}<|im_start|>user\n{{ .Content }}<|im_end|>\n'
    '{{ else if eq .Role "assistant" }}<|im_start|>assistant\n'
    "{{- if .Content }}\n{{ .Content }}{{ end }}"
    '{{- range .ToolCalls }}\n<tool_call>\n{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}\n'
    "</tool_call>{{ end }}<|im_end|>\n"
    '{{ else if eq .Role "tool" }}<|im_start|>user\n<tool_response>\n{{ .Content }}\n</tool_response><|im_end|>\n'
    "{{ end }}"
    "{{- end }}<|im_start|>assistant\n"
)


def base_modelfile(gguf_name: str, context: int, chat_template: str, licence: str = "") -> str:
    """The Modelfile for `gguf_name` beside it; `context` is in tokens, `licence` the text of the base model's."""
    lines = [f"FROM ./{gguf_name}"]
    if START in chat_template and CALL_OPEN in chat_template and "<tools>" in chat_template:
        lines += [f'TEMPLATE """{HERMES_TEMPLATE}"""', f"PARAMETER stop {END}"]
    lines += ["PARAMETER temperature 0", "PARAMETER repeat_penalty 1.0", f"PARAMETER num_ctx {context}"]
    if licence:
        quoted = licence.replace('"""', "'''").strip()
        lines.append(f'LICENSE """{quoted}"""')
    return "\n".join(lines) + "\n"
