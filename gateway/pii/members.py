"""Members of requests and answers by their names, in all dialects: whose they are, and which are no text."""

from __future__ import annotations

from typing import Final

GROWING: Final = frozenset({"messages", "input", "contents"})

SCHEMAS: Final = frozenset(
    {
        "parameters",
        "input_schema",
        "schema",
        "json_schema",
        "parametersJsonSchema",
        "responseSchema",
        "responseJsonSchema",
    }
)
"""Members whose objects describe others: a name in them is most often a word for what is asked for."""

EXAMPLES: Final = frozenset({"input_examples"})
"""Lists of the client's own objects."""

FREE: Final = SCHEMAS | EXAMPLES | {"args", "arguments", "input", "response", "metadata", "variables", "labels"}
"""Members whose objects are the client's own: no key in them has a meaning of the API's."""

DRAWN: Final = frozenset({"seed"})
"""Numbers of the API's that are long and say nothing."""

LISTING: Final = frozenset({"required", "propertyOrdering", "property_ordering"})
"""Members of a schema that list names of others: what holds for those holds for them."""

FILLED: Final = frozenset({"variables"})
"""Members whose names are asked for by something that the provider keeps: of a prompt of Responses, its gaps."""

STEERING: Final = frozenset(
    {
        "id",
        "type",
        "role",
        "model",
        "status",
        "object",
        "call_id",
        "tool_call_id",
        "tool_use_id",
        "item_id",
        "previous_response_id",
        "file_id",
        "vector_store_ids",
        "service_tier",
        "encoding_format",
        "media_type",
        "mimeType",
        "mime_type",
        "detail",
        "effort",
        "tool_choice",
        "toolChoice",
    }
)

TELLING: Final = frozenset({"status", "object", "detail"})
"""Of those the ones that other programs write sentences in; no word of an API's has a blank."""

TOOLS: Final = frozenset(
    {
        "tools",
        "tool_choice",
        "toolChoice",
        "allowed_tools",
        "tool_calls",
        "function",
        "functions",
        "function_call",
        "functionCall",
        "function_declarations",
        "functionDeclarations",
        "functionResponse",
        "function_response",
        "mcp_servers",
        "json_schema",
    }
)
"""Members in which a `name` is a tool's."""

CALLING: Final = frozenset({"arguments", "input", "args", "response", "tool_use_id", "call_id", "server_label", "type"})
"""Beside one of these it is a tool's, too."""

REQUESTS: Final = frozenset({"messages", "contents", "body", "request", "params", "prompt", "input"})
"""By one of these an object is a request or an example of one, and not a program's own data."""

OPAQUE: Final = frozenset(
    {
        "signature",
        "encrypted_content",
        "encrypted_index",
        "encrypted_stdout",
        "thoughtSignature",
        "thought_signature",
    }
)
"""State that only its issuer can read. `data` of a `redacted_thinking` block is another."""

BYTES: Final = frozenset({"data", "file_data", "b64_json", "fileData"})

WORDS_OF_DIALECTS: Final = frozenset(
    {
        "messages",
        "content",
        "contents",
        "parts",
        "text",
        "input",
        "system",
        "instructions",
        "prompt",
        "refusal",
        "systemInstruction",
    }
)
"""Members that say nothing of what stands in them: they lead to text that people wrote."""
