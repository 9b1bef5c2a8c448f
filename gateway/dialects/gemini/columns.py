"""What a request can carry to Gemini: its column of the table in `gateway.dialects.losses`.

Not named, and why: another provider's file ids, server tools and opaque parts mean nothing here; `custom_tool` calls
could not be told apart on the way back; OpenAI's `metadata` breaks the rules of Gemini's `labels`; `tool_strict` would
need the preview mode VALIDATED; Gemini calls tools in parallel as it likes.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.core.messages import Conversation, Media, Opaque, ServerTool, ToolResult
from gateway.dialects.gemini.media import is_own_file
from gateway.dialects.losses import Verdict

CARRIES: dict[str, Verdict] = {
    "system": "carries",
    "system_mid_conversation": "approximates",  # joins systemInstruction: keeps its authority, loses its place
    "image_data": "carries",
    "image_url": "approximates",  # fileData.fileUri: newer models fetch public addresses, older ones refuse
    "audio_input": "carries",
    "video_input": "carries",
    "document_data": "carries",
    "document_url": "approximates",  # as image_url
    "document_text": "carries",
    "tool_calls": "carries",
    "tool_results": "carries",
    "tool_result_media": "carries",
    "tool_result_error": "carries",  # {"error": …}
    "reasoning_replay": "approximates",  # own signatures and unsigned thoughts; what another dialect signed stays out
    "refusal_replay": "approximates",  # as text
    "assistant_prefill": "approximates",  # a last content of the model, which most models continue
    "max_output_tokens": "carries",
    "temperature": "carries",
    "top_p": "carries",
    "top_k": "carries",
    "stop": "carries",
    "seed": "carries",
    "presence_penalty": "carries",
    "frequency_penalty": "carries",
    "candidates": "carries",
    "logprobs": "carries",
    "json_object": "carries",
    "json_schema": "carries",
    "tools": "carries",
    "tool_choice": "carries",
    "tool_choice_named": "carries",
    "tool_choice_allowed": "carries",
    "reasoning": "approximates",  # levels and budgets, see thinking.py
    "service_tier": "approximates",  # flex, priority, standard; other words have no counterpart
}


def column_for(conversation: Conversation) -> Mapping[str, Verdict]:
    """CARRIES, and what only Gemini carries where everything of that kind in the conversation is Gemini's own."""
    features = conversation.features
    own: dict[str, Verdict] = {}
    if "server_tool" in features and all(
        tool.dialect == "gemini" for tool in conversation.tools if isinstance(tool, ServerTool)
    ):
        own["server_tool"] = "carries"
    if features.keys() & {"opaque_part", "image_file", "document_file"}:
        opaque, files = True, True
        for message in conversation.messages:
            for part in message.parts:
                for one in (part, *part.parts) if isinstance(part, ToolResult) else (part,):
                    if isinstance(one, Opaque):
                        opaque = opaque and one.dialect == "gemini"
                    elif isinstance(one, Media) and one.file_id is not None:
                        files = files and is_own_file(one.file_id)
        if opaque:
            own["opaque_part"] = "carries"
        if files:
            own["image_file"] = own["document_file"] = "carries"
    return {**CARRIES, **own} if own else CARRIES
