"""Every string of a request, with where it stands and what it is.

Promise: whatever the dialect, and whether or not anybody knows the field: a string is read unless it is on the
skip-list, and the skip-list holds only what no provider reads as text (opaque state, the bytes of images).

Invariants
- What grows comes last: tools and settings are visited before the conversation, so that words made in order of
  appearance do not change as a conversation goes on.
- Strings that steer (roles, types, ids, names of models and tools) cannot be replaced; they are read all the same.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

from gateway.core.edits import Path
from gateway.pii import token_ids
from gateway.pii.labels import NAMED, NAMING, NAMING_OTHERWISE, kind_of
from gateway.pii.members import (
    BYTES,
    CALLING,
    DRAWN,
    EXAMPLES,
    FILLED,
    FREE,
    GROWING,
    LISTING,
    OPAQUE,
    SCHEMAS,
    STEERING,
    TELLING,
    TOOLS,
    WORDS_OF_DIALECTS,
)
from gateway.pii.token_ids import TokenIds
from gateway.pii.turns import Turn, runs_of, to_embed

Whose = Literal["api", "client", "schema"]
"""Whose object it is, and so who gave its members their names."""

Kind = Literal["text", "steering", "signed", "number", "name", "key", "document", "ids"]
"""To be replaced · read, refused where it holds data · as steering, since its issuer checks it · a bare number ·
the name of a member, to be replaced as a text is · one that must stay · prose that cannot be written again: of a
file's pages, and where a word should steer · a text that came as a tokeniser's ids."""

FEWEST_OPAQUE: Final = 40
FEWEST, MOST = 10**8, 10**20
"""Between these a number may be somebody's."""

_OPAQUE: Final = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


class Site(msgspec.Struct, frozen=True, gc=False):
    """One string of the request. It is part of no circle, and a request may have a hundred thousand."""

    path: Path
    text: str
    names: tuple[str, ...]
    kind: Kind = "text"
    prefix: str | None = None
    """Of a file's text: the string is this and the text in base64."""

    def __repr__(self) -> str:
        return f"<Site {self.kind} of {len(self.text)}>"


class Attachment(msgspec.Struct, frozen=True):
    """Bytes in base64: `text[start:]` at `path`. `media_type` as the client told it, lower case."""

    path: Path
    text: str
    start: int
    media_type: str

    def __repr__(self) -> str:
        return f"<Attachment {self.media_type} of {len(self.text)}>"


class Sites:
    """What a walk has found. `groups`: runs of texts that a reader joins, as indices of `sites`; `cut_turns`: turns of
    a conversation that somebody has cut in two; `to_embed`: texts to be embedded that may have been cut amid a number.
    """

    __slots__ = ("attachments", "cut_turns", "groups", "sites", "to_embed")

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.attachments: list[Attachment | TokenIds] = []
        """What takes time to open."""
        self.groups: list[list[int]] = []
        self.cut_turns: list[list[int]] = []
        self.to_embed: list[list[int]] = []


def sites_of(tree: dict[str, Any], path_model: str | None = None) -> Sites:
    """Every string of a request. `path_model`: the model, where the URL names it."""
    found = Sites()
    late = []
    for name, value in tree.items():
        if name in GROWING:
            late.append(name)
        else:
            if not _is_word(name):
                found.sites.append(Site((name,), name, (), "key"))
            _member(tree, name, value, (name,), (), found, "api")
    for name in late:
        _member(tree, name, tree[name], (name,), (), found, "api")
    if path_model is not None:
        found.sites.append(Site(("model",), path_model, (), steering_kind(path_model)))
    return found


def sites_of_data(tree: dict[str, Any]) -> Sites:
    """Every string of an object that is no request: all of it is the client's."""
    found = Sites()
    _walk(tree, (), (), found, "client")
    return found


def _walk(node: Any, path: Path, names: tuple[str, ...], found: Sites, whose: Whose) -> None:
    if type(node) is dict:
        for name, value in node.items():
            at = (*path, name)
            if not name.isalpha() or (whose == "client" and not name[0].islower()):
                _name(name, at, found, whose)
            _member(node, name, value, at, names, found, whose)
        return
    joined: list[int] = []
    turns: list[Turn] = []
    of_gemini, of_texts, of_requests = path == ("contents",), path == ("input",), path == ("requests",)
    for number, entry in enumerate(node):
        kind = type(entry)
        if kind is str:
            if whose != "schema" or path[-1] not in LISTING or not _is_word(entry):
                found.sites.append(Site((*path, number), entry, names))
            if of_texts:
                turns.append(((number,), entry))
        elif kind is dict:
            if type(entry.get("text")) is str:
                joined.append(len(found.sites))
            elif joined:
                _close(joined, found.groups)
                joined = []
            before = len(found.sites)
            _walk(entry, (*path, number), names, found, whose)
            if joined and joined[-1] == before:
                joined[-1] = _text_site(found, before, (*path, number, "text"))
            if "role" in entry or of_gemini:
                turns.append(((number,), entry))
            elif of_requests:
                turns += to_embed(number, entry)
        elif kind is list:
            _walk(entry, (*path, number), names, found, whose)
        elif kind is int:
            _number(entry, (*path, number), names, found, whose)
    if joined:
        _close(joined, found.groups)
    if len(turns) > 1 and (runs := runs_of(path, turns)) is not None:
        places = {site.path: number for number, site in enumerate(found.sites)}
        dictated = found.groups if type(turns[0][1]) is dict else found.to_embed
        for group, into in ((runs.dictated, dictated), (runs.cut, found.cut_turns)):
            for run in group:
                _close([places.get(at, -1) for at in run], into)


def _text_site(found: Sites, since: int, path: Path) -> int:
    return next((number for number in range(since, len(found.sites)) if found.sites[number].path == path), -1)


def _close(joined: list[int], groups: list[list[int]]) -> None:
    if len(joined := [number for number in joined if number >= 0]) > 1:
        groups.append(joined)


def _member(
    node: dict[str, Any], name: str, value: Any, path: Path, names: tuple[str, ...], found: Sites, whose: Whose
) -> None:
    kind = type(value)
    if kind is str:
        if whose != "api" or name not in _HANDLED:
            if value.startswith("data:") and ";base64," in value[:200]:
                head = value.index(";base64,")
                found.attachments.append(Attachment(path, value, head + 8, value[5:head].partition(";")[0].lower()))
            else:
                led = names if name in WORDS_OF_DIALECTS else (*names, _called(node, name))
                found.sites.append(Site(path, value, led, _kind_of(node, name, value, path, whose)))
            return
        _handled(node, name, value, path, names, found)
    elif kind is dict or kind is list:
        if kind is list and value and name in token_ids.MEMBERS and whose == "api":
            found.attachments += token_ids.token_ids_in(value, path)
        inside = whose
        if whose == "api" and name in FREE and (kind is dict or name in EXAMPLES):
            inside = "schema" if name in SCHEMAS else "client"
        led = names if name in WORDS_OF_DIALECTS and inside == "api" else (*names, name)
        _walk(value, path, led, found, inside)
    elif kind is int:
        _number(value, path, (*names, name), found, whose)


def _name(name: str, path: Path, found: Sites, whose: Whose) -> None:
    """The name of a member, where it can be more than a word that somebody's program knows it by."""
    if not _is_word(name) or (whose == "client" and not name[0].islower()):
        fixed = len(path) > 1 and path[-2] in FILLED
        found.sites.append(Site(path, name, (), "key" if fixed else "name"))


def _is_word(name: str) -> bool:
    return name.isalpha() or name.replace("_", "").isalpha()


_HANDLED: Final = STEERING | OPAQUE | BYTES


def _called(node: dict[str, Any], name: str) -> str:
    """The name that says most of a member: of `value` it may be what stands beside it."""
    if name in NAMED:
        for naming in (NAMING, NAMING_OTHERWISE):
            told = [text for member, text in node.items() if member in naming and type(text) is str and kind_of(text)]
            if told:
                return next((each for each in told if kind_of(each) == "secret"), told[0])
    return name


def _kind_of(node: dict[str, Any], name: str, value: str, path: Path, whose: Whose) -> Kind:
    if whose != "api":
        return "text"
    if name == "thinking" and node.get("signature", "") != "":
        return "signed"
    if name == "text" and node.get("thought") is True and "thoughtSignature" in node:
        return "signed"
    if name == "name" and node.get("role") is None and " " not in value:
        # A tool's; a person's stands beside a role, or where nothing is of a tool.
        return "text" if CALLING.isdisjoint(node) and TOOLS.isdisjoint(path) else "steering"
    return "text"


def _handled(node: dict[str, Any], name: str, value: str, path: Path, names: tuple[str, ...], found: Sites) -> None:
    opaque = len(value) >= FEWEST_OPAQUE and _OPAQUE.fullmatch(value) is not None
    if name in STEERING and not (name in TELLING and " " in value):
        if value.isalpha() or value.replace("_", "").isalpha():
            return  # words alone are no value whose form leaves no doubt
        found.sites.append(Site(path, value, (), steering_kind(value)))
    elif name in OPAQUE or node.get("type") == "redacted_thinking":
        if not opaque:
            found.sites.append(Site(path, value, names, "document" if " " in value else "signed"))
    elif (media_type := _media_type(node)) is not None:
        start = value.find(",") + 1 if value.startswith("data:") else 0
        found.attachments.append(Attachment(path, value, start, media_type))
    else:
        found.sites.append(Site(path, value, (*names, name)))


def steering_kind(value: str) -> Kind:
    """What steers is read for what leaves no doubt; with a blank it is no word of an API's, and read as prose is."""
    return "document" if " " in value else "steering"


def _media_type(node: dict[str, Any]) -> str | None:
    """What the object beside some bytes says that they are; `text/plain` for a source that is text."""
    for name in ("media_type", "mimeType", "mime_type"):
        if type(told := node.get(name)) is str:
            return None if node.get("type") == "text" else told.partition(";")[0].strip().lower()
    if type(form := node.get("format")) is str:
        return f"audio/{form.lower()}"
    value = node.get("file_data") or node.get("fileData")
    if type(value) is str and value.startswith("data:"):
        return value[5:].partition(";")[0].partition(",")[0].lower()
    if "file_data" in node or "fileData" in node or "b64_json" in node:
        return "application/octet-stream"
    return None


def _number(value: int, path: Path, names: tuple[str, ...], found: Sites, whose: Whose) -> None:
    if FEWEST <= value < MOST and (whose != "api" or path[-1] not in DRAWN):
        found.sites.append(Site(path, str(value), names, "number"))
