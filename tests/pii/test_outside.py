"""Detectors in other processes, against one on loopback that speaks Presidio's form."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gateway.core.privacy import DetectionFailed, Leaf
from gateway.core.privacy_rules import CLOUD, SOVEREIGN, OutsideDetector, RuleSet
from gateway.pii.detectors_of_rules import DetectorsOfRules
from gateway.pii.engine import Engine
from gateway.pii.outside import Outside
from gateway.policy.load import policy_of_text
from gateway.telemetry import logs
from tests.support.each_case import each_case


class Answering:
    """What the other process does, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = 200
        self.body: bytes | None = None
        self.may_answer = threading.Event()
        self.may_answer.set()

    def answer(self, asked: dict[str, Any]) -> bytes:
        self.asked.append(asked)
        self.may_answer.wait(20)
        if self.body is not None:
            return self.body
        at = asked["text"].find("Qortell")
        entities = [{"entity_type": "PERSON", "start": at, "end": at + 7, "score": 0.9, "analysis_explanation": None}]
        return json.dumps(entities if at >= 0 else []).encode()


@contextmanager
def serving(answering: Answering) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = answering.answer(asked)
            self.send_response(answering.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # who asked may have given up
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/analyze"
    finally:
        answering.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()


def engine(url: str, timeout: float = 5.0) -> Engine:
    return Engine().asking(None, [Outside(OutsideDetector(name="far", url=url, timeout=timeout, language="de"))])


def test_what_it_finds_joins_what_the_rules_find() -> None:
    answering = Answering()
    with serving(answering) as url:
        text = "Gestern rief Qort\u200bell an: 079 123 45 67"
        findings = engine(url).find([Leaf(text), Leaf("  ")])[0]
    assert [(text[f.start : f.end], f.type) for f in findings] == [
        ("Qort\u200bell", "person"),
        ("079 123 45 67", "phone"),
    ]
    assert answering.asked == [{"text": "Gestern rief Qortell an: 079 123 45 67", "language": "de"}]


@each_case(
    "status,body",
    [
        (500, b"Qortell"),
        (200, b"Qortell"),
        (200, b'{"error": "Qortell"}'),
        (200, b'[{"entity_type": "PERSON", "start": 3, "end": 999}]'),
    ],
)
def test_an_answer_that_is_none_fails_the_search_and_tells_nothing(status: int, body: bytes) -> None:
    answering = Answering()
    answering.status, answering.body = status, body
    with serving(answering) as url, pytest.raises(DetectionFailed) as failed:
        engine(url).find([Leaf("Qortell")])
    assert "Qortell" not in f"{failed.value!r}{failed.value.__cause__!r}"


def test_a_late_answer_fails_the_search() -> None:
    answering = Answering()
    answering.may_answer.clear()
    with serving(answering) as url, pytest.raises(DetectionFailed):
        engine(url, timeout=0.05).find([Leaf("Qortell")])


def test_nobody_there_fails_the_search_and_the_log_says_who(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(logs, "warning", lambda name, **fields: told.append((name, fields["detector"])))
    with serving(Answering()) as url:
        pass
    with pytest.raises(DetectionFailed):
        engine(url).find([Leaf("Qortell")])
    assert told == [(logs.DETECTOR_FAILED, "far")]


def test_a_rule_set_names_it() -> None:
    with serving(Answering()) as url:
        far = OutsideDetector(name="far", url=url)
        rules = RuleSet(name="strict", cloud=dict(CLOUD), sovereign=dict(SOVEREIGN), outside=(far,))
        detectors = DetectorsOfRules()
        assert [finding.rule for finding in detectors.thorough(rules).find([Leaf("xx Qortell")])[0]] == ["outside-far"]
        assert detectors(rules).find([Leaf("xx Qortell")]) == [[]]


def test_a_policy_names_it() -> None:
    told = "version: 1\nproviders: {}\nmodels: {}\nteams: {}\npii: {strict: {outside: {far: {%s}}}}\n"
    written = told % "url: http://far/analyze, timeout: 2s, least: 75%"
    (far,) = policy_of_text("p.yaml", written, {}).pii["strict"].outside
    assert far == OutsideDetector(name="far", url="http://far/analyze", timeout=2.0, least=0.75)
