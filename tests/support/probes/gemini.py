"""Probes of generateContent requests, field by field after the types of Google's SDK.

The settings are named as in `GenerateContentConfig`, whichever member of the body the SDK writes them to.
"""

from __future__ import annotations

from typing import Any, Final

from google.genai import types
from pydantic import BaseModel

from tests.support.probes.openai_chat import SCHEMA
from tests.support.probes.probe import Probe, Schema, Tree

USER: Final[Tree] = {"role": "user", "parts": [{"text": "hi"}]}
FUNCTION: Final[Tree] = {"name": "weather", "parametersJsonSchema": SCHEMA}
OTHER: Final[Tree] = {"name": "clock", "parametersJsonSchema": SCHEMA}

BASE: Final[Tree] = {"contents": [USER]}
WITH_TOOLS: Final[Tree] = {**BASE, "tools": [{"functionDeclarations": [FUNCTION, OTHER]}]}


def _config(field: str, base: Tree = BASE, /, **settings: Any) -> Probe:
    """Members of `generationConfig`."""
    before = base.get("generationConfig", {})
    return Probe(f"config.{field}", {**base, "generationConfig": {**before, **settings}}, base)


def _body(field: str, base: Tree = BASE, /, **told: Any) -> Probe:
    """Members beside `generationConfig`."""
    return Probe(f"config.{field}", {**base, **told}, base)


def _said(*contents: Tree) -> Tree:
    return {"contents": list(contents)}


def _part(name: str, part: Tree, plain: Tree | None = None, role: str = "user") -> Probe:
    """A part beside a text; `plain`: the same part without the field."""
    text = {"text": "hi"}
    full, bare = [text, part], [text] if plain is None else [text, plain]
    if role == "user":
        return Probe(f"part.{name}", _said({"role": role, "parts": full}), _said({"role": role, "parts": bare}))
    return Probe(
        f"part.{name}",
        _said(USER, {"role": role, "parts": full}, USER),
        _said(USER, {"role": role, "parts": bare}, USER),
    )


def _tool(name: str, **setting: Any) -> Probe:
    return Probe(f"tool.{name}", {**BASE, "tools": [setting]}, BASE)


def _declared(name: str, base: Tree = FUNCTION, /, **more: Any) -> Probe:
    return Probe(
        f"declaration.{name}",
        {**BASE, "tools": [{"functionDeclarations": [{**base, **more}]}]},
        {**BASE, "tools": [{"functionDeclarations": [base]}]},
    )


def _calling(name: str, base: Tree = WITH_TOOLS, /, **told: Any) -> Probe:
    return Probe(f"calling.{name}", {**WITH_TOOLS, "toolConfig": {"functionCallingConfig": told}}, base)


_CALL: Final[Tree] = {"id": "call_1", "name": "weather", "args": {"city": "Bern"}}
_RESPONSE: Final[Tree] = {"id": "call_1", "name": "weather", "response": {"output": "sunny"}}


def _turn(call: Tree = _CALL, response: Tree = _RESPONSE) -> Tree:
    return _said(
        USER,
        {"role": "model", "parts": [{"functionCall": call}]},
        {"role": "user", "parts": [{"functionResponse": response}]},
    )


def _called(name: str, **more: Any) -> Probe:
    return Probe(f"call.{name}", _turn(call={**_CALL, **more}), _turn())


def _answered(name: str, **more: Any) -> Probe:
    return Probe(f"response.{name}", _turn(response={**_RESPONSE, **more}), _turn())


_PNG: Final[Tree] = {"mimeType": "image/png", "data": "iVBORw0KGgo="}
_FILM: Final[Tree] = {"fileData": {"fileUri": "https://a.example/a.mp4", "mimeType": "video/mp4"}}
_JSON: Final[Tree] = {**BASE, "generationConfig": {"responseMimeType": "application/json"}}
_GOOGLE_SCHEMA: Final[Tree] = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}
_AUTO: Final[Tree] = {**WITH_TOOLS, "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}}}
_OWN_FILE: Final = "https://generativelanguage.googleapis.com/v1beta/files/abc"

PROBES: Final = [
    _config("audio_timestamp", audioTimestamp=True),
    _config("audio_transcription_config", audioTranscriptionConfig={"languageCode": "de"}),
    _config("candidate_count", candidateCount=2),
    _config("candidate_count/one", candidateCount=1),
    _config("enable_affective_dialog", enableAffectiveDialog=True),
    _config("enable_enhanced_civic_answers", enableEnhancedCivicAnswers=True),
    _config("frequency_penalty", frequencyPenalty=0.5),
    _config("image_config", imageConfig={"aspectRatio": "1:1"}),
    _config("logprobs", {**BASE, "generationConfig": {"responseLogprobs": True}}, logprobs=3),
    _config("max_output_tokens", maxOutputTokens=50),
    _config("media_resolution", mediaResolution="MEDIA_RESOLUTION_LOW"),
    _config("model_selection_config", modelSelectionConfig={"featureSelectionPreference": "PRIORITIZE_COST"}),
    _config("presence_penalty", presencePenalty=0.5),
    _config("response_format", responseFormat=[{"text": {"mimeType": "application/json", "schema": SCHEMA}}]),
    _config("response_json_schema", _JSON, responseJsonSchema=SCHEMA),
    _config("response_logprobs", responseLogprobs=True),
    _config("response_mime_type", responseMimeType="application/json"),
    _config("response_mime_type/plain", responseMimeType="text/plain"),
    _config("response_mime_type/enum", responseMimeType="text/x.enum", responseSchema={"type": "STRING",
                                                                                       "enum": ["a", "b"]}),
    _config("response_modalities", responseModalities=["TEXT", "IMAGE"]),
    _config("response_modalities/text", responseModalities=["TEXT"]),
    _config("response_schema", _JSON, responseSchema=_GOOGLE_SCHEMA),
    _config("routing_config", routingConfig={"autoMode": {"modelRoutingPreference": "BALANCED"}}),
    _config("seed", seed=7),
    _config("speech_config", speechConfig={"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}),
    _config("stop_sequences", stopSequences=["END"]),
    _config("temperature", temperature=0.5),
    _config("temperature/high", temperature=1.7),
    _config("thinking_config", thinkingConfig={"thinkingBudget": 3000}),
    _config("thinking_config/off", thinkingConfig={"thinkingBudget": 0}),
    _config("thinking_config/level", thinkingConfig={"thinkingLevel": "HIGH"}),
    _config("thinking_config/thoughts", thinkingConfig={"includeThoughts": True}),
    _config("top_k", topK=5),
    _config("top_p", topP=0.5),
    _config("translation_config", translationConfig={"targetLanguageCode": "de"}),
    _config("of_a_later_day", holograms=True),
    _body("cached_content", cachedContent="cachedContents/1"),
    _body("continuation_token", continuationToken="t"),
    _body("generation_output_config", generationOutputConfig={"destination": "gs://b"}),
    _body("labels", labels={"ticket": "7"}),
    _body("model_armor_config", modelArmorConfig={"promptTemplateName": "t"}),
    _body("safety_settings", safetySettings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]),
    _body("service_tier", serviceTier="flex"),
    _body("service_tier/priority", serviceTier="priority"),
    _body("store", store=True),
    _body("store/off", store=False),
    _body("system_instruction", systemInstruction={"parts": [{"text": "brief"}]}),
    _body("tool_config", WITH_TOOLS, toolConfig={"retrievalConfig": {"languageCode": "de"}}),
    _body("tools", tools=[{"functionDeclarations": [FUNCTION]}]),
    _tool("code_execution", codeExecution={}),
    _tool("computer_use", computerUse={"environment": "ENVIRONMENT_BROWSER"}),
    _tool("enterprise_web_search", enterpriseWebSearch={}),
    _tool("exa_ai_search", exaAiSearch={"apiKey": "none"}),
    _tool("file_search", fileSearch={"fileSearchStoreNames": ["s"]}),
    _tool("google_maps", googleMaps={}),
    _tool("google_search", googleSearch={}),
    _tool("google_search_retrieval", googleSearchRetrieval={}),
    _tool("mcp_servers", mcpServers=[{"name": "s"}]),
    _tool("parallel_ai_search", parallelAiSearch={}),
    _tool("retrieval", retrieval={}),
    _tool("url_context", urlContext={}),
    _declared("behavior", behavior="NON_BLOCKING"),
    _declared("description", description="Tells it."),
    _declared("parameters", {"name": "weather"}, parameters=_GOOGLE_SCHEMA),
    _declared("parameters_json_schema", {"name": "weather"}, parametersJsonSchema=SCHEMA),
    _declared("response", response=_GOOGLE_SCHEMA),
    _declared("response_json_schema", responseJsonSchema=SCHEMA),
    _calling("mode", mode="ANY"),
    _calling("mode/none", mode="NONE"),
    _calling("mode/auto", mode="AUTO"),
    _calling("mode/validated", mode="VALIDATED"),
    _calling("allowed_function_names", mode="ANY", allowedFunctionNames=["weather"]),
    _calling("allowed_function_names/two", mode="ANY", allowedFunctionNames=["weather", "clock"]),
    _calling("stream_function_call_arguments", _AUTO, mode="AUTO", streamFunctionCallArguments=True),
    Probe("tool_config.include_server_side_tool_invocations",
          {**WITH_TOOLS, "toolConfig": {"includeServerSideToolInvocations": True}}, WITH_TOOLS),
    Probe("content.prefill", _said(USER, {"role": "model", "parts": [{"text": "ye"}]}), BASE),
    _part("audio_metadata", {"text": "ho", "audioMetadata": {}}, {"text": "ho"}),
    _part("audio_transcription", {"text": "ho", "audioTranscription": {"text": "x"}}, {"text": "ho"}),
    _part("code_execution_result", {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}, role="model"),
    _part("document_metadata", {"text": "ho", "documentMetadata": {"title": "A"}}, {"text": "ho"}),
    _part("executable_code", {"executableCode": {"language": "PYTHON", "code": "1"}}, role="model"),
    _part("file_data", {"fileData": {"fileUri": "https://a.example/a.pdf", "mimeType": "application/pdf"}}),
    _part("file_data/image", {"fileData": {"fileUri": "https://a.example/a.png", "mimeType": "image/png"}}),
    _part("file_data/own", {"fileData": {"fileUri": _OWN_FILE, "mimeType": "image/png"}}),
    _part("file_data/film", _FILM),
    _part("inline_data", {"inlineData": _PNG}),
    _part("inline_data/pdf", {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0xLjQ="}}),
    _part("inline_data/sound", {"inlineData": {"mimeType": "audio/wav", "data": "UklGRg=="}}),
    _part("inline_data/film", {"inlineData": {"mimeType": "video/mp4", "data": "AAAA"}}),
    _part("inline_data/name", {"inlineData": {**_PNG, "displayName": "a"}}, {"inlineData": _PNG}),
    _part("media_processing", {"inlineData": _PNG, "mediaProcessing": {}}, {"inlineData": _PNG}),
    _part("media_resolution", {"inlineData": _PNG, "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"}},
          {"inlineData": _PNG}),
    _part("part_metadata", {"text": "ho", "partMetadata": {"a": 1}}, {"text": "ho"}),
    _part("speech_metadata", {"text": "ho", "speechMetadata": {"speaker": "A"}}, {"text": "ho"}),
    _part("spreadsheet_metadata", {"text": "ho", "spreadsheetMetadata": {"sheet": "A"}}, {"text": "ho"}),
    _part("thought", {"text": "hmm", "thought": True}, role="model"),
    _part("thought_signature", {"text": "ho", "thoughtSignature": "c2ln"}, {"text": "ho"}, role="model"),
    _part("thought_signature/thought", {"text": "hmm", "thought": True, "thoughtSignature": "c2ln"},
          role="model"),
    _part("tool_call", {"toolCall": {"id": "1", "toolType": "GOOGLE_SEARCH"}}, role="model"),
    _part("tool_response", {"toolResponse": {"id": "1", "toolType": "GOOGLE_SEARCH"}}),
    _part("video_metadata", {**_FILM, "videoMetadata": {"fps": 1}}, _FILM),
    _part("of_a_later_day", {"hologram": {}}),
    Probe("part.function_call", _turn(), _said(USER)),
    Probe("part.function_call/signature", _said(
        USER, {"role": "model", "parts": [{"functionCall": _CALL, "thoughtSignature": "c2ln"}]},
        {"role": "user", "parts": [{"functionResponse": _RESPONSE}]}), _turn()),
    _called("partial_args", partialArgs=[{"jsonPath": "$.city"}]),
    _called("will_continue", willContinue=True),
    _answered("response", response={"output": "rain"}),
    _answered("response/error", response={"error": "sunny"}),
    _answered("parts", parts=[{"inlineData": _PNG}]),
    _answered("scheduling", scheduling="SILENT"),
    _answered("will_continue", willContinue=True),
]  # fmt: skip


def _names(*of: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for one in of for name in one.model_fields)


_STRUCTURE: Final = "what makes it the thing it is; in every probe of its group"
_OF_SDK: Final = "the SDK's own business, which it does not send"
_GROUP: Final = "a group of its own"
SCHEMA_OF_SDK: Final = Schema(
    groups={
        "config": _names(types.GenerateContentConfig, types.GenerationConfig),
        "part": _names(types.Part),
        "tool": _names(types.Tool),
        "declaration": _names(types.FunctionDeclaration),
        "calling": _names(types.FunctionCallingConfig),
        "tool_config": _names(types.ToolConfig),
        "call": _names(types.FunctionCall),
        "response": _names(types.FunctionResponse),
    },
    without_probe={
        "config.automatic_continuation": _OF_SDK,
        "config.automatic_function_calling": _OF_SDK,
        "config.http_options": _OF_SDK,
        "config.should_return_http_response": _OF_SDK,
        "part.text": "the base",
        "part.function_response": _GROUP,
        "tool.function_declarations": _GROUP,
        "tool_config.function_calling_config": _GROUP,
        "tool_config.retrieval_config": "config.tool_config",
        "declaration.name": _STRUCTURE,
        "call.id": _STRUCTURE,
        "call.name": _STRUCTURE,
        "call.args": _STRUCTURE,
        "response.id": _STRUCTURE,
        "response.name": _STRUCTURE,
    },
)
