"""Fields that may vanish without a word, and why: no answer depends on them.

Each stands for all targets or for those named; the test holds the list both ways.
"""

from __future__ import annotations

from typing import Final

from gateway.core.messages import Dialect

_DEFAULT: Final = "says what is so anyway"
_ABSENT: Final = "asks for nothing"
_LABEL: Final = "a label of the provider's, of an item that stands in the request itself"
_ALWAYS_STRICT: Final = "these hold answers to their schema always"
_SCHEMA_NAME: Final = "a label; these take a schema without a name"
_FILE_NAME: Final = "what a file is called; its content is carried"
_THERE: Final = "the call that it answers says it"

SILENT: Final[dict[tuple[Dialect, str], str]] = {
    ("openai_chat", "custom_tool.custom/text"): _DEFAULT,
    ("openai_chat", "file.file/name"): _FILE_NAME,
    ("openai_chat", "function_definition.strict/off"): _DEFAULT,
    ("openai_chat", "json_schema.name"): _SCHEMA_NAME,
    ("openai_chat", "json_schema.strict"): _ALWAYS_STRICT,
    ("openai_chat", "request.frequency_penalty/zero"): _DEFAULT,
    ("openai_chat", "request.logit_bias/empty"): _ABSENT,
    ("openai_chat", "request.logprobs/off"): _DEFAULT,
    ("openai_chat", "request.modalities/text"): _DEFAULT,
    ("openai_chat", "request.n/one"): _DEFAULT,
    ("openai_chat", "request.parallel_tool_calls/on"): _DEFAULT,
    ("openai_chat", "request.response_format/text"): _DEFAULT,
    ("openai_chat", "request.service_tier/auto"): _DEFAULT,
    ("openai_chat", "request.store/off"): "nothing is stored elsewhere",
    ("openai_chat", "request.stream_options"): "the gateway's own encoder honours it",
    ("openai_chat", "request.top_p/one"): _DEFAULT,
    ("openai_chat", "request.verbosity/medium"): _DEFAULT,
    ("openai_responses", "custom_tool.format/text"): _DEFAULT,
    ("openai_responses", "function_call.id"): _LABEL,
    ("openai_responses", "function_call.status"): _LABEL,
    ("openai_responses", "input_file.filename"): _FILE_NAME,
    ("openai_responses", "json_schema.name"): _SCHEMA_NAME,
    ("openai_responses", "json_schema.strict"): _ALWAYS_STRICT,
    ("openai_responses", "message.id"): _LABEL,
    ("openai_responses", "message.status"): _LABEL,
    ("openai_responses", "output_text.logprobs"): "an echo: models do not read it",
    ("openai_responses", "reasoning_item.status"): _LABEL,
    ("openai_responses", "request.background/off"): _DEFAULT,
    ("openai_responses", "request.include/encrypted"): "state of other providers comes back sealed without being asked",
    ("openai_responses", "request.max_tool_calls"): "bounds tools that the provider runs, which are refused themselves",
    ("openai_responses", "request.store/off"): "nothing is stored elsewhere",
    ("openai_responses", "request.stream_options"): "padding against onlookers of the provider's own stream",
    ("openai_responses", "request.truncation/disabled"): _DEFAULT,
    ("anthropic", "document.citations/off"): _DEFAULT,
    ("anthropic", "document.title"): _FILE_NAME,
    ("anthropic", "request.service_tier/auto"): _DEFAULT,
    ("anthropic", "request.speed/standard"): _DEFAULT,
    ("anthropic", "tool_result.is_error/not"): _DEFAULT,
    ("anthropic", "tool_use.caller/direct"): _DEFAULT,
    ("gemini", "config.candidate_count/one"): _DEFAULT,
    ("gemini", "config.response_mime_type/plain"): _DEFAULT,
    ("gemini", "config.response_modalities/text"): _DEFAULT,
    ("gemini", "config.store/off"): "nothing is stored elsewhere",
    ("gemini", "part.inline_data/name"): _FILE_NAME,
    ("mistral", "document.document_name"): _FILE_NAME,
    ("mistral", "json_schema.name"): _SCHEMA_NAME,
    ("mistral", "json_schema.strict"): _ALWAYS_STRICT,
    ("mistral", "request.prediction/empty"): _ABSENT,
    ("mistral", "request.response_format/text"): _DEFAULT,
    ("mistral", "request.safe_prompt/off"): _DEFAULT,
    ("mistral", "tool.name"): _THERE,
}
