"""What is asked of a gateway beside conversations, with canaries wherever somebody could put one: objects, tools, odd
endpoints, heads, paths and forms, the admin port, and a provider that tells in its errors whatever it was sent.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import json
import secrets
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from tests.support.anchor_places import in_a_thread

CLAUDE: Final = {"anthropic-version": "2023-06-01", "anthropic-beta": "files-api-2025-04-14"}
FORM: Final = {"content-type": "multipart/form-data; boundary=b"}
TOLD: Final = (200, 400, 422, 429, 500, 401)
"""Statuses of the provider that tells all; in the name of its model."""


class _Tell(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        asked = self.path.encode() + body
        status = next((each for each in TOLD if b"told-%d" % each in asked), 500)
        said = f"Incorrect API key provided: {dict(self.headers)}. You said: {body.decode(errors='replace')}"
        error = {"message": said, "type": said, "code": said, "status": said, "param": said}
        told = json.dumps({"type": "error", "error": error, "message": said, "detail": said, "request_id": said})
        streamed = status == 200 and (b'"stream":true' in body.replace(b" ", b"") or "streamGenerate" in self.path)
        sent = f"event: error\ndata: {told}\n\n".encode() if streamed else told.encode()
        self.send_response(status, "See this")
        for name in ("x-request-id", "x-told", "set-cookie", "retry-after", "www-authenticate"):
            self.send_header(name, quote(said[:900]))
        self.send_header("content-type", "text/event-stream" if streamed else "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_PUT = do_POST  # noqa: N815  as the library calls them

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def telling() -> Iterator[str]:
    """The address of a provider that quotes key, head and body of each request in all of its answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tell)
    server.daemon_threads = True
    with in_a_thread(server):
        yield f"http://127.0.0.1:{server.server_address[1]}"


def form(content: bytes, purpose: str, name: str) -> bytes:
    """A file that is uploaded."""
    return (
        f'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    ).encode() + b"".join((content, b"\r\n--b--\r\n"))


class Rarer:
    """`people`: the values; `said`: a sentence with all of them, and with words that are nobody's business.

    `errors`: bodies of what was refused; `quoting`: those in which a provider says to whoever asked what he said.
    `statuses`: how often each status came.
    """

    def __init__(self, url: str, admin: str, key: str, token: str, said: str, people: Sequence[str]) -> None:
        self._url, self._admin, self._key, self._token = url, admin, key, token
        self._said, self._people = said, people
        self.errors: list[bytes] = []
        self.quoting: list[bytes] = []
        self.statuses: dict[int, int] = {}

    async def all_of_it(self, telling: Sequence[str]) -> None:
        """`telling`: names of the providers that tell all."""
        async with httpx.AsyncClient(timeout=120) as client:
            self._client = client
            await asyncio.gather(
                self._objects(), self._batches(), self._tools(), self._other_endpoints(), self._heads(), self._paths()
            )
            before = len(self.errors)
            await asyncio.gather(*(self._told(name) for name in telling))
            self.quoting, self.errors[before:] = self.errors[before:], []
            await self._administered()
        await self._smuggled()

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What is answered, as JSON where it is."""
        sent = {"content": body} if isinstance(body, bytes) else {} if body is None else {"json": body}
        head = {
            "authorization": f"Bearer {self._key}",
            **{name.replace("_", "-"): each for name, each in headers.items()},
        }
        answer = await self._client.request(method, path if "://" in path else self._url + path, headers=head, **sent)
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if answer.status_code >= 400:
            self.errors.append(answer.content + str(answer.headers).encode())
        with contextlib.suppress(ValueError):
            return answer.json()
        return {}

    async def _objects(self) -> None:
        text = self._said.encode()
        for base, purpose, more in (("/v1", "user_data", {}), ("/mistral/v1", "ocr", {}), ("/v1", "", CLAUDE)):
            head = {
                **FORM,
                **more,
                "x-gateway-provider": {"/mistral/v1": "mistral"}.get(base, "claude" if more else "openai"),
            }
            made = await self.ask("POST", f"{base}/files", form(text, purpose, f"{self._people[0]}.txt"), **head)
            name = made.get("id", "none")
            for method, behind in (("GET", ""), ("GET", "/content"), ("GET", f"/{self._people[0]}"), ("DELETE", "")):
                await self.ask(method, f"{base}/files/{name}{behind}", **more)
            await self.ask("GET", f"{base}/files?after={quote(self._people[0])}", **more)
        made = await self.ask("POST", "/v1/responses", {"model": "openai/m", "input": self._said, "store": True})
        kept = made.get("id", "none")
        await self.ask("GET", f"/v1/responses/{kept}/input_items")
        await self.ask("GET", f"/v1/responses/{kept}")
        again = {"model": "openai/m", "input": self._said, "previous_response_id": kept}
        await self.ask("POST", "/v1/responses", again)
        await self.ask("POST", "/v1/responses", {**again, "previous_response_id": self._people[0]})
        await self.ask("DELETE", f"/v1/responses/{kept}")

    async def _batches(self) -> None:
        turn = [{"role": "user", "content": self._said}]
        line = {"custom_id": self._people[0], "method": "POST", "url": "/v1/chat/completions"}
        lines = json.dumps({**line, "body": {"model": "openai/m", "messages": turn}}).encode()
        for content in (lines, lines[:-9], lines.replace(b'"custom_id"', b'"x"')):
            made = await self.ask("POST", "/v1/files", form(content, "batch", "a.jsonl"), **FORM)
            asked = {"input_file_id": made.get("id", "none"), "endpoint": "/v1/chat/completions"}
            made = await self.ask(
                "POST", "/v1/batches", {**asked, "completion_window": "24h", "metadata": {"who": self._people[0]}}
            )
            ended = await self.ask("GET", f"/v1/batches/{made.get('id', 'none')}")
            await self.ask("GET", f"/v1/files/{ended.get('output_file_id', 'none')}/content")
        request = {"custom_id": "c", "params": {"model": "claude/m", "max_tokens": 99, "messages": turn}}
        made = await self.ask("POST", "/v1/messages/batches", {"requests": [request]}, **CLAUDE)
        await self.ask("GET", f"/v1/messages/batches/{made.get('id', 'none')}", **CLAUDE)
        await self.ask("GET", f"/v1/messages/batches/{made.get('id', 'none')}/results", **CLAUDE)
        contents = {"contents": [{"role": "user", "parts": [{"text": self._said}]}]}
        inline = {"requests": {"requests": [{"request": contents, "metadata": {"key": "k"}}]}}
        batch = {"batch": {"displayName": self._people[0], "inputConfig": inline}}
        made = await self.ask("POST", "/v1beta/models/gemini/m:batchGenerateContent", batch)
        await self.ask("GET", f"/v1beta/{made.get('name', 'batches/none')}")

    async def _tools(self) -> None:
        arguments = {"to": self._people[0], "note": self._said}
        call = {"id": "call_12345", "type": "function", "function": {"name": "f", "arguments": json.dumps(arguments)}}
        turns = [
            {"role": "user", "content": self._said},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_12345", "name": "f", "content": json.dumps(arguments)},
        ]
        tool = {"name": "f", "description": self._said, "parameters": {"type": "object", "properties": {}}}
        offered = [{"type": "function", "function": tool}]
        for stream in (False, True):
            for model in ("openai/m", "mistral/m", "claude/m", "gemini/m", "grok/m"):
                body = {"model": model, "messages": turns, "tools": offered, "stream": stream}
                await self.ask("POST", "/v1/chat/completions", body)
                await self.ask("POST", "/v1/chat/completions", {**body, "messages": turns[:1]})
        document = base64.b64encode(self._said.encode()).decode()
        parts = [
            {
                "type": "file",
                "file": {"filename": f"{self._people[0]}.txt", "file_data": f"data:text/plain;base64,{document}"},
            },
            {"type": "text", "text": document},
            {"type": "image_url", "image_url": {"url": f"https://example.com/{quote(self._people[0])}.png"}},
        ]
        for part in parts:
            await self.ask(
                "POST", "/v1/chat/completions", {"model": "openai/m", "messages": [{**turns[0], "content": [part]}]}
            )

    async def _other_endpoints(self) -> None:
        said, content = self._said, {"parts": [{"text": self._said}]}
        for path, body in (
            ("/v1/completions", {"model": "openai/m", "prompt": said, "suffix": said}),
            ("/mistral/v1/fim/completions", {"model": "mistral/m", "prompt": said, "suffix": said}),
            ("/v1/moderations", {"model": "openai/m", "input": [said]}),
            ("/mistral/v1/moderations", {"model": "mistral/m", "input": [said]}),
            ("/v1/responses/input_tokens", {"model": "openai/m", "input": said}),
            ("/v1/responses/compact", {"model": "openai/m", "input": said}),
            ("/mistral/v1/embeddings", {"model": "mistral/m", "input": [said]}),
            ("/v1beta/models/gemini/m:countTokens", {"contents": [content]}),
            ("/v1beta/models/gemini/m:embedContent", {"content": content, "title": said}),
            ("/v1beta/models/gemini/m:batchEmbedContents", {"requests": [{"model": "models/m", "content": content}]}),
            ("/v1beta/models/gemini/m:streamGenerateContent", {"contents": [content]}),
            ("/v1beta/models/gemini/m:predict", {"contents": [content]}),
            ("/v1/fine_tuning/jobs", {"model": "openai/m", "training_file": "none", "suffix": said}),
            ("/v1/images/generations", {"prompt": said}),
            ("/v1/audio/speech", {"input": said}),
            ("/v1/chat/completions", {"model": said, "messages": [{"role": said, "content": said}]}),
            ("/v1/chat/completions", [said]),
            ("/v1/chat/completions", said),
            ("/v1/chat/completions", {said: said}),
            ("/v1/messages", {"model": "claude/m", "max_tokens": said, said: said}),
        ):
            await self.ask("POST", path, body)
            await self.ask("POST", path, json.dumps(body).encode()[:-5], content_type="application/json")

    async def _heads(self) -> None:
        chat = {"model": "openai/m", "messages": [{"role": "user", "content": self._said}]}
        mail, key = self._people[0], self._key
        for name, value in (
            ("user-agent", f"curl/8 ({mail})"),
            ("baggage", f"user={quote(mail)},key={key}"),
            ("traceparent", f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"),
            ("tracestate", f"who={mail}"),
            ("referer", f"https://intra/?key={key}&mail={mail}"),
            ("cookie", f"gateway_session={key}; mail={mail}"),
            ("idempotency-key", f"{mail} {key}"),
            ("openai-organization", mail),
            ("openai-project", key),
            ("x-request-id", f"{mail} {key}"),
            ("x-client-request-id", mail),
            ("x-forwarded-for", mail),
            ("accept-language", mail),
            ("content-encoding", mail),
            ("expect", mail),
            ("proxy-authorization", f"Bearer {key}"),
            *(
                (f"x-gateway-{each}", f"{mail} {key}")
                for each in ("tags", "prompt", "prompt-variables", "provider", "timeout", "strict", "priority", "cache")
            ),
            ("anthropic-version", mail),
            ("anthropic-beta", key),
            ("accept", mail),
            ("x-api-key", f"{key}x"),
            ("x-goog-api-key", f"{key}{mail}"),
            ("authorization", f"Basic {base64.b64encode(f'{mail}:{key}'.encode()).decode()}"),
            ("authorization", f"{key} {mail}"),
            ("authorization", f"Bearer {key[:-1]}"),
        ):
            with contextlib.suppress(httpx.HTTPError):  # a connection that is closed is an answer, too
                await self.ask("POST", "/v1/chat/completions", chat, **{name: value})
        packed = gzip.compress(json.dumps(chat).encode())
        for coding in ("gzip", "deflate", "br"):
            await self.ask("POST", "/v1/chat/completions", packed, content_encoding=coding)
        for query in (f"key={key}", f"key={key}&alt=sse", f"api_key={key}&user={quote(mail)}"):
            contents = {"contents": [{"parts": [{"text": self._said}]}]}
            await self.ask("POST", f"/v1beta/models/gemini/m:generateContent?{query}", contents, authorization="")
            await self.ask("GET", f"/v1/models?{query}", authorization="")
            await self.ask("GET", f"/me?{query}", authorization="Bearer wrong")

    async def _paths(self) -> None:
        for told in (self._people[0], self._key, self._said):
            for path in (
                "/{}",
                "/v1/{}",
                "/v1/models/{}",
                "/v1/files/{}",
                "/v1beta/models/{}:generateContent",
                "/metrics/{}",
            ):
                for method in ("GET", "POST", "DELETE", "TRACE"):
                    await self.ask(method, path.format(quote(told)), {} if method == "POST" else None)

    async def _told(self, provider: str) -> None:
        turn, contents = [{"role": "user", "content": self._said}], [{"role": "user", "parts": [{"text": self._said}]}]
        for status in TOLD:
            model = f"{provider}/told-{status}"
            for stream in (False, True):
                verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
                for path, body in (
                    ("/v1/chat/completions", {"model": model, "messages": turn, "stream": stream}),
                    ("/v1/responses", {"model": model, "input": self._said, "stream": stream}),
                    ("/v1/messages", {"model": model, "max_tokens": 99, "messages": turn, "stream": stream}),
                    (f"/v1beta/models/{model}:{verb}", {"contents": contents}),
                    ("/mistral/v1/chat/completions", {"model": model, "messages": turn, "stream": stream}),
                ):
                    with contextlib.suppress(httpx.HTTPError):
                        await self.ask("POST", path, body)

    async def _administered(self) -> None:
        said, mail, at = self._said, self._people[0], f"{self._admin}/admin/v1"
        bearer = {"authorization": f"Bearer {self._token}"}
        made = await self.ask("POST", f"{at}/keys", {"team": "demo", "name": "chatbot"}, **bearer)
        name = made.get("id", "none")
        assert made.get("key"), "the admin port gave no key"
        await self.ask("POST", f"{at}/keys/{name}/rotate", {}, **bearer)
        await self.ask("POST", f"{at}/keys/{name}/revoke", {}, **bearer)
        for path, body in (
            ("/keys", {"team": mail, "name": said}),
            ("/keys", {"team": "demo", said: said}),
            ("/keys", [said]),
            ("/keys", {"team": "demo", "expires": said}),
            (f"/keys/{quote(mail)}/rotate", {"grace": said}),
            (f"/keys/{self._key}/revoke", {"why": said}),
            ("/pii/try", {"text": said, "rules": "rules"}),
            ("/pii/try", {"text": said, "rules": mail}),
            ("/policy/rollout", {"share": said}),
            ("/policy/rollback", {said: said}),
            ("/sessions/end", {"subject": "nobody"}),  # whose sessions were ended stands in the administrators' log
            (f"/{quote(mail)}", {}),
        ):
            for head in (bearer, {"authorization": f"Bearer {self._token}x"}, {"authorization": f"Bearer {self._key}"}):
                await self.ask("POST", at + path, body, **head)
            await self.ask("POST", at + path, json.dumps(body).encode()[:-3], **bearer)
        for path in ("keys", "teams", "policy", "replicas", "engines", "log", "usage", "costs", "me", "openapi.json"):
            await self.ask("GET", f"{at}/{path}?team={quote(mail)}&q={quote(said)}&token={self._token}", **bearer)
            await self.ask("GET", f"{at}/{path}", authorization="", cookie=f"gateway_session={self._token}")
        await self.ask("GET", f"{at}/login", authorization="")
        await self.ask(
            "GET", f"{at}/callback?code={self._token}&state={quote(mail)}&error={quote(said)}", authorization=""
        )

    async def _smuggled(self) -> None:
        """Heads that no client writes."""
        place = urlsplit(self._url)
        for told in (
            f"GET /?key={self._key}&who={self._people[0]} HTTP/9.9\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: {self._people[0]}\r\nHost: {self._key}\r\n\r\n",
            f"{self._key} {self._people[0]} HTTP/1.1\r\n\r\n",
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{self._key}: {self._people[0]}\r\n bad\r\n\r\n",
            (
                f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._key}\r\n"
                f"Content-Length: 999\r\n\r\n{self._said}"
            ),
            (
                f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._key}\r\n"
                f"Transfer-Encoding: chunked\r\n\r\n{self._people[0]}\r\n"
            ),
            f"GET / HTTP/1.1\r\nHost: x\r\nX: {self._said * 900}\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            with contextlib.suppress(ConnectionError):
                writer.write(told.encode())
                writer.write_eof()
                self.errors.append(await reader.read())
            writer.close()
