"""The tokenisers themselves, from ranks that ship with the gateway.

Promise: a tokeniser is there without network, cache folder or settings, and it is exactly tiktoken's: the ranks are
checked against the SHA-256 that tiktoken publishes before they are used.

Where the data is from: `ranks/*.tiktoken.gz`, see NOTICE. Each line is the base64 of a token's bytes and its rank.
The patterns are those of tiktoken 0.14, `tiktoken_ext/openai_public.py`.
"""

from __future__ import annotations

import gzip
import hashlib
from binascii import a2b_base64
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec
import tiktoken

EncodingName = Literal["o200k_base", "cl100k_base"]


class _Source(msgspec.Struct, frozen=True):
    sha256: str
    pattern: str


_SOURCES: Final[dict[EncodingName, _Source]] = {
    "o200k_base": _Source(
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    "cl100k_base": _Source(
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    ),
}

_CL100K_PREFIXES: Final = (
    "gpt-4-",
    "gpt-3.5",
    "gpt-35-turbo",
    "text-embedding-3-",
    "text-embedding-ada-002",
    "davinci-002",
    "babbage-002",
)


class RanksDamaged(Exception):
    """The installation is broken: a file of ranks is not the one that was shipped."""


def encoding_name(model: str) -> EncodingName:
    """The tokeniser nearest to `model`, whoever serves it: exact for OpenAI's, OpenAI's newest for all others."""
    name = model.rpartition("/")[2]
    if name.startswith("ft:"):
        name = name.split(":")[1]
    return "cl100k_base" if name == "gpt-4" or name.startswith(_CL100K_PREFIXES) else "o200k_base"


@cache
def encoding(name: EncodingName) -> tiktoken.Encoding:
    """The tokeniser; takes about half a second the first time. Raises RanksDamaged.

    It knows no special tokens: `<|endoftext|>` in a text is text.
    """
    source = _SOURCES[name]
    packed = (files("gateway.tokens") / "ranks" / f"{name}.tiktoken.gz").read_bytes()
    try:
        data = gzip.decompress(packed)
    except (OSError, EOFError) as error:
        raise RanksDamaged(f"{name}.tiktoken.gz cannot be unpacked; install the gateway again") from error
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise RanksDamaged(f"{name}.tiktoken.gz is not the file that was shipped; install the gateway again")
    ranks = {a2b_base64(token): int(rank) for token, rank in map(bytes.split, data.splitlines())}
    made = tiktoken.Encoding(name, pat_str=source.pattern, mergeable_ranks=ranks, special_tokens={})
    made._mergeable_ranks = {}  # noqa: SLF001 - its core has copied them; kept for pickling alone, in 30 MB
    return made
