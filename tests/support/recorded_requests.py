"""Chat requests between the dialects, by the shortest road and by nothing of the gateway.

`read` says what a body asks, `write` says it in another dialect: texts, images, calls, results, tools and the common
settings. What has no counterpart everywhere (thinking in the history, documents, server tools, caching) is left out.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

Tree = dict[str, Any]


@dataclass
class Asked:
    """`turns` are (role, part); a part is ("text", text), ("image", data URL or address), ("call", id, name, arguments)
    or ("result", id, name, text). `choice` is auto, none, required, or the names of the tools to choose from.
    """

    system: str = ""
    turns: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    tools: list[tuple[str, str, Any]] = field(default_factory=list)
    choice: Any = None
    max_tokens: int | None = None
    temperature: float | None = None
    stop: list[str] = field(default_factory=list)
    schema: Any = None

    def names(self) -> dict[str, str]:
        return {part[1]: part[2] for _, part in self.turns if part[0] == "call"}


def read(dialect: str, body: Tree) -> Asked:
    match dialect:
        case "openai_chat" | "mistral":
            return _read_chat(body)
        case "anthropic":
            return _read_anthropic(body)
        case "gemini":
            return _read_gemini(body)
        case _:
            return _read_responses(body)


def write(dialect: str, asked: Asked, model: str, stream: bool) -> Tree:
    match dialect:
        case "openai_chat" | "mistral":
            return _write_chat(asked, model, stream, dialect)
        case "anthropic":
            return _write_anthropic(asked, model, stream)
        case "gemini":
            return _write_gemini(asked)
        case _:
            return _write_responses(asked, model, stream)


def _present(**members: Any) -> Tree:
    return {name: value for name, value in members.items() if value is not None}


def _texts(content: Any) -> str:
    """Text of a string, a part or a list of parts."""
    if type(content) is str:
        return content
    if type(content) is dict:
        return content.get("text") or ""
    return "".join(_texts(one) for one in content or ())


# --- OpenAI chat, Mistral


def _read_chat(body: Tree) -> Asked:
    asked = Asked(
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        temperature=body.get("temperature"),
        stop=[body["stop"]] if type(body.get("stop")) is str else body.get("stop") or [],
    )
    for message in body["messages"]:
        role, content = message["role"], message.get("content")
        if role in ("system", "developer"):
            asked.system += _texts(content)
        elif role == "tool":
            call_id = message["tool_call_id"]
            asked.turns.append(("tool", ("result", call_id, asked.names().get(call_id, ""), _texts(content))))
        else:
            for part in [{"type": "text", "text": content}] if type(content) is str else content or ():
                if part["type"] == "text":
                    asked.turns.append((role, ("text", part["text"])))
                elif part["type"] == "image_url":
                    url = part["image_url"]
                    asked.turns.append((role, ("image", url if type(url) is str else url["url"])))
            for call in message.get("tool_calls") or ():
                function = call["function"]
                arguments = function["arguments"]
                arguments = json.loads(arguments or "{}") if type(arguments) is str else arguments
                asked.turns.append((role, ("call", call["id"], function["name"], arguments)))
    for tool in body.get("tools") or ():
        function = tool["function"]
        asked.tools.append((function["name"], function.get("description") or "", function.get("parameters")))
    choice = body.get("tool_choice")
    asked.choice = [choice["function"]["name"]] if type(choice) is dict else "required" if choice == "any" else choice
    response_format = body.get("response_format") or {}
    if response_format.get("type") == "json_schema":
        asked.schema = response_format["json_schema"]["schema"]
    return asked


def _write_chat(asked: Asked, model: str, stream: bool, dialect: str) -> Tree:
    messages: list[Tree] = [{"role": "system", "content": asked.system}] if asked.system else []
    for role, part in asked.turns:
        if part[0] == "result":
            messages.append({"role": "tool", "tool_call_id": part[1], "content": part[3]})
            continue
        if not messages or messages[-1]["role"] != role:
            messages.append({"role": role, "content": []})
        message = messages[-1]
        match part:
            case ("text", text):
                message["content"].append({"type": "text", "text": text})
            case ("image", url):
                message["content"].append({"type": "image_url", "image_url": {"url": url}})
            case (_, call_id, name, arguments):
                function = {"name": name, "arguments": json.dumps(arguments)}
                message.setdefault("tool_calls", []).append({"id": call_id, "type": "function", "function": function})
    for message in messages:
        content = message["content"]
        if type(content) is list and all(part["type"] == "text" for part in content):
            message["content"] = _texts(content) or None if message.get("tool_calls") else _texts(content)
    tools = [
        {"type": "function", "function": _present(name=name, description=description or None, parameters=schema or {})}
        for name, description, schema in asked.tools
    ]
    choice = asked.choice
    if type(choice) is list:
        choice = {"type": "function", "function": {"name": choice[0]}} if len(choice) == 1 else "required"
    response_format = None
    if asked.schema:
        response_format = {"type": "json_schema", "json_schema": {"name": "answer", "schema": asked.schema}}
    return _present(
        model=model,
        messages=messages,
        tools=tools or None,
        tool_choice=choice if tools else None,
        max_tokens=asked.max_tokens,
        temperature=asked.temperature,
        stop=asked.stop or None,
        response_format=response_format,
        stream=stream,
        stream_options={"include_usage": True} if stream and dialect == "openai_chat" else None,
    )


# --- Anthropic


def _read_anthropic(body: Tree) -> Asked:
    asked = Asked(
        system=_texts(body.get("system")),
        max_tokens=body.get("max_tokens"),
        temperature=body.get("temperature"),
        stop=body.get("stop_sequences") or [],
    )
    for message in body["messages"]:
        role, content = message["role"], message["content"]
        if role == "system":
            asked.system += _texts(content)
            continue
        for block in [{"type": "text", "text": content}] if type(content) is str else content:
            match block["type"]:
                case "text":
                    asked.turns.append((role, ("text", block["text"])))
                case "image":
                    source = block["source"]
                    url = source.get("url") or f"data:{source['media_type']};base64,{source['data']}"
                    asked.turns.append((role, ("image", url)))
                case "tool_use":
                    asked.turns.append((role, ("call", block["id"], block["name"], block["input"])))
                case "tool_result":
                    call_id = block["tool_use_id"]
                    result = ("result", call_id, asked.names().get(call_id, ""), _texts(block.get("content")))
                    asked.turns.append(("tool", result))
                case _:
                    pass
    for tool in body.get("tools") or ():
        if "input_schema" in tool:
            asked.tools.append((tool["name"], tool.get("description") or "", tool["input_schema"]))
    choice = body.get("tool_choice") or {}
    asked.choice = {"tool": [choice.get("name")], "any": "required"}.get(choice.get("type"), choice.get("type"))
    schema = body.get("output_format") or (body.get("output_config") or {}).get("format") or {}
    asked.schema = schema.get("schema")
    return asked


def _write_anthropic(asked: Asked, model: str, stream: bool) -> Tree:
    messages: list[Tree] = []
    for role, part in asked.turns:
        speaker = "user" if role == "tool" else role
        if not messages or messages[-1]["role"] != speaker:
            messages.append({"role": speaker, "content": []})
        block: Tree
        match part:
            case ("text", text):
                block = {"type": "text", "text": text}
            case ("image", url):
                source = {"type": "url", "url": url}
                if url.startswith("data:"):
                    media_type, _, data = url[5:].partition(";base64,")
                    source = {"type": "base64", "media_type": media_type, "data": data}
                block = {"type": "image", "source": source}
            case ("call", call_id, name, arguments):
                block = {"type": "tool_use", "id": call_id, "name": name, "input": arguments}
            case (_, call_id, _, text):
                block = {"type": "tool_result", "tool_use_id": call_id, "content": text}
        messages[-1]["content"].append(block)
    choice: Any = asked.choice
    if type(choice) is list:
        choice = {"type": "tool", "name": choice[0]} if len(choice) == 1 else {"type": "any"}
    elif choice:
        choice = {"type": "any" if choice == "required" else choice}
    tools = [
        _present(name=name, description=description or None, input_schema=schema or {"type": "object"})
        for name, description, schema in asked.tools
    ]
    return _present(
        model=model,
        max_tokens=asked.max_tokens or 1024,
        system=asked.system or None,
        messages=messages,
        tools=tools or None,
        tool_choice=choice if tools else None,
        temperature=asked.temperature,
        stop_sequences=asked.stop or None,
        output_config={"format": {"type": "json_schema", "schema": asked.schema}} if asked.schema else None,
        stream=stream,
    )


# --- Gemini


def _read_gemini(body: Tree) -> Asked:
    system = body.get("systemInstruction") or body.get("system_instruction") or {}
    config = body.get("generationConfig") or {}
    asked = Asked(
        system=_texts(system.get("parts")),
        max_tokens=config.get("maxOutputTokens"),
        temperature=config.get("temperature"),
        stop=config.get("stopSequences") or [],
        schema=config.get("responseSchema") or config.get("response_schema") or config.get("responseJsonSchema"),
    )
    unanswered: list[tuple[str, str]] = []
    for number, content in enumerate(body["contents"]):
        role = "assistant" if content.get("role") == "model" else "user"
        for place, part in enumerate(content["parts"]):
            blob = part.get("inlineData") or part.get("inline_data")
            call = part.get("functionCall") or part.get("function_call")
            result = part.get("functionResponse") or part.get("function_response")
            if part.get("thought"):
                continue
            if "text" in part:
                asked.turns.append((role, ("text", part["text"])))
            elif blob:
                data = base64.b64encode(base64.urlsafe_b64decode(blob["data"].translate({43: "-", 47: "_"}))).decode()
                media_type = blob.get("mimeType") or blob.get("mime_type")
                asked.turns.append((role, ("image", f"data:{media_type};base64,{data}")))
            elif file := part.get("fileData"):
                asked.turns.append((role, ("image", file["fileUri"])))
            elif call:
                call_id = call.get("id") or f"call_{number}_{place}"
                unanswered.append((call_id, call["name"]))
                asked.turns.append((role, ("call", call_id, call["name"], call.get("args") or {})))
            elif result:
                own = next((one for one in unanswered if one[1] == result["name"]), (f"call_{number}", result["name"]))
                if own in unanswered:
                    unanswered.remove(own)
                response = result["response"]
                plain = next((response[key] for key in ("result", "output") if type(response.get(key)) is str), None)
                asked.turns.append(
                    ("tool", ("result", result.get("id") or own[0], own[1], plain or json.dumps(response)))
                )
    for tool in body.get("tools") or ():
        for function in tool.get("functionDeclarations") or tool.get("function_declarations") or ():
            schema = function.get("parametersJsonSchema") or function.get("parameters")
            asked.tools.append((function["name"], function.get("description") or "", schema))
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    asked.choice = {"ANY": "required", "AUTO": "auto", "NONE": "none"}.get(calling.get("mode"))
    if asked.choice == "required" and calling.get("allowedFunctionNames"):
        asked.choice = calling["allowedFunctionNames"]
    return asked


def _write_gemini(asked: Asked) -> Tree:
    contents: list[Tree] = []
    for role, part in asked.turns:
        speaker = "model" if role == "assistant" else "user"
        if not contents or contents[-1]["role"] != speaker:
            contents.append({"role": speaker, "parts": []})
        made: Tree
        match part:
            case ("text", text):
                made = {"text": text}
            case ("image", url):
                made = {"fileData": {"fileUri": url, "mimeType": "image/png"}}
                if url.startswith("data:"):
                    media_type, _, data = url[5:].partition(";base64,")
                    made = {"inlineData": {"mimeType": media_type, "data": data}}
            case ("call", call_id, name, arguments):
                made = {"functionCall": {"id": call_id, "name": name, "args": arguments}}
            case (_, call_id, name, text):
                made = {"functionResponse": {"id": call_id, "name": name, "response": {"result": text}}}
        contents[-1]["parts"].append(made)
    config = _present(
        maxOutputTokens=asked.max_tokens,
        temperature=asked.temperature,
        stopSequences=asked.stop or None,
        responseMimeType="application/json" if asked.schema else None,
        responseJsonSchema=asked.schema,
    )
    declarations = [
        _present(name=name, description=description or None, parametersJsonSchema=schema)
        for name, description, schema in asked.tools
    ]
    calling = None
    if type(asked.choice) is list:
        calling = {"mode": "ANY", "allowedFunctionNames": asked.choice}
    elif asked.choice:
        calling = {"mode": {"required": "ANY", "auto": "AUTO", "none": "NONE"}[asked.choice]}
    return _present(
        contents=contents,
        systemInstruction={"parts": [{"text": asked.system}]} if asked.system else None,
        tools=[{"functionDeclarations": declarations}] if declarations else None,
        toolConfig={"functionCallingConfig": calling} if calling and declarations else None,
        generationConfig=config or None,
    )


# --- OpenAI Responses


def _read_responses(body: Tree) -> Asked:
    asked = Asked(
        system=body.get("instructions") or "",
        max_tokens=body.get("max_output_tokens"),
        temperature=body.get("temperature"),
    )
    items = body["input"]
    for item in [{"role": "user", "content": items}] if type(items) is str else items:
        match item.get("type", "message"):
            case "message":
                role, content = item["role"], item["content"]
                if role in ("system", "developer"):
                    asked.system += _texts(content)
                    continue
                for part in [{"type": "input_text", "text": content}] if type(content) is str else content:
                    if part["type"] in ("input_text", "output_text"):
                        asked.turns.append((role, ("text", part["text"])))
                    elif part["type"] == "input_image":
                        asked.turns.append((role, ("image", part["image_url"])))
            case "function_call":
                arguments = json.loads(item["arguments"] or "{}")
                arguments = arguments if type(arguments) is dict else {}  # other dialects can say nothing else
                asked.turns.append(("assistant", ("call", item["call_id"], item["name"], arguments)))
            case "function_call_output":
                call_id = item["call_id"]
                result = ("result", call_id, asked.names().get(call_id, ""), _texts(item["output"]))
                asked.turns.append(("tool", result))
            case _:
                pass
    for tool in body.get("tools") or ():
        if tool["type"] == "function":
            asked.tools.append((tool["name"], tool.get("description") or "", tool.get("parameters")))
    choice = body.get("tool_choice")
    if type(choice) is dict:
        choice = [one["name"] for one in choice["tools"]] if "tools" in choice else [choice["name"]]
    asked.choice = choice
    wanted = (body.get("text") or {}).get("format") or {}
    asked.schema = wanted.get("schema")
    return asked


def _write_responses(asked: Asked, model: str, stream: bool) -> Tree:
    items: list[Tree] = []
    for role, part in asked.turns:
        match part:
            case ("text", text):
                kind = "output_text" if role == "assistant" else "input_text"
                items.append({"type": "message", "role": role, "content": [{"type": kind, "text": text}]})
            case ("image", url):
                image = {"type": "input_image", "image_url": url, "detail": "auto"}
                items.append({"type": "message", "role": role, "content": [image]})
            case ("call", call_id, name, arguments):
                call = {"type": "function_call", "call_id": call_id, "name": name, "arguments": json.dumps(arguments)}
                items.append(call)
            case (_, call_id, _, text):
                items.append({"type": "function_call_output", "call_id": call_id, "output": text})
    tools = [
        _present(type="function", name=name, description=description or None, parameters=schema or {}, strict=False)
        for name, description, schema in asked.tools
    ]
    choice = asked.choice
    if type(choice) is list:
        choice = {"type": "function", "name": choice[0]} if len(choice) == 1 else "required"
    text_format = {"format": {"type": "json_schema", "name": "answer", "schema": asked.schema}}
    return _present(
        model=model,
        instructions=asked.system or None,
        input=items,
        tools=tools or None,
        tool_choice=choice if tools else None,
        max_output_tokens=asked.max_tokens,
        temperature=asked.temperature,
        text=text_format if asked.schema else None,
        store=False,
        stream=stream,
    )
