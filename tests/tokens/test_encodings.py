"""The shipped tokenisers are tiktoken's own, and need nothing but the installation."""

import subprocess
import sys
from pathlib import Path

import pytest
import tiktoken_ext.openai_public as published

from gateway.tokens import encodings
from gateway.tokens.encodings import RanksDamaged, encoding, encoding_name

NAMES = ("o200k_base", "cl100k_base")


@pytest.mark.parametrize("name", NAMES)
def test_hash_and_pattern_are_those_that_tiktoken_publishes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected: dict[str, str] = {}

    def record(url: str, expected_hash: str) -> dict[bytes, int]:
        expected["hash"] = expected_hash
        return {}

    monkeypatch.setattr(published, "load_tiktoken_bpe", record)
    description = getattr(published, name)()
    source = encodings._SOURCES[name]
    assert source.pattern == description["pat_str"]
    assert source.sha256 == expected["hash"]


@pytest.mark.parametrize(
    ("name", "size", "tokens"),
    [
        # token numbers as OpenAI's documentation and tiktoken's own tests give them
        ("cl100k_base", 100256, [15339, 1917]),
        ("o200k_base", 199998, [24912, 2375]),
    ],
)
def test_known_tokens(name: str, size: int, tokens: list[int]) -> None:
    tokeniser = encoding(name)
    assert tokeniser.encode_ordinary("hello world") == tokens
    assert tokeniser.n_vocab == size
    assert not tokeniser._mergeable_ranks, "a copy of what the core holds, for pickling: a worker has no 30 MB for it"


@pytest.mark.parametrize("name", NAMES)
def test_every_text_comes_back(name: str) -> None:
    text = "Grüezi mitenand, 1'234.50 CHF 😀\n\n\tdef f(x): return x // 2\r\n 日本語 <|endoftext|>"
    tokeniser = encoding(name)
    assert tokeniser.decode(tokeniser.encode_ordinary(text)) == text


def test_no_network_no_cache_folder_no_settings() -> None:
    """In a process of its own, whose every socket and tiktoken's every download would fail."""
    program = """
import socket, sys
def refused(*args, **kwargs): raise AssertionError("network")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refused
import tiktoken.load
tiktoken.load.read_file = tiktoken.load.read_file_cached = refused
from gateway.tokens.count import count_tokens
sys.stdout.write(str([count_tokens("hello world", model) for model in ("gpt-5", "gpt-4")]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[2, 2]", "")


@pytest.mark.parametrize("content", [b"", b"not gzip", b"\x1f\x8b\x08\x00truncated"])
def test_a_damaged_installation_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    (tmp_path / "ranks").mkdir()
    (tmp_path / "ranks" / "o200k_base.tiktoken.gz").write_bytes(content)
    monkeypatch.setattr(encodings, "files", lambda package: tmp_path)
    with pytest.raises(RanksDamaged, match="install the gateway again"):
        encoding.__wrapped__("o200k_base")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-5-mini", "o200k_base"),
        ("gpt-4o", "o200k_base"),
        ("gpt-4.1", "o200k_base"),
        ("gpt-4.5-preview", "o200k_base"),
        ("o3", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("openai/gpt-4-0613", "cl100k_base"),
        ("ft:gpt-3.5-turbo:acme::id", "cl100k_base"),
        ("ft:gpt-4o-mini:acme::id", "o200k_base"),
        ("text-embedding-3-large", "cl100k_base"),
        ("claude-sonnet-5-5", "o200k_base"),
        ("meta-llama/llama-3.3-70b", "o200k_base"),
        ("", "o200k_base"),
    ],
)
def test_the_nearest_tokeniser(model: str, name: str) -> None:
    assert encoding_name(model) == name
