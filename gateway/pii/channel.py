"""One channel of an answer: what the model wrote is scanned, then values take their tokens' places.

A channel is a text that a client puts together by itself: the text of a choice, the arguments of one tool call.

Invariants
- Scanned first, restored after: what was restored is never taken for something that the model made up.
- Both hold back only what can still become something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.pii.answer_scan import Scan, Scanner
from gateway.pii.citations import Moves
from gateway.pii.looked_for import Tokens
from gateway.pii.restore import Restorer

Documents = Sequence[tuple[str, str] | None]
"""Of each document of a request its text as the client has it, and as the provider was sent it; None where it is no
text."""


class Channels:
    """Makes the channels of one answer. `tokens` None: none were issued; `scan` None: answers are let through."""

    def __init__(self, tokens: Tokens | None, hosts: tuple[str, ...], scan: Scan | None) -> None:
        self._tokens = tokens
        self._hosts = hosts
        self._scan = scan
        self.restored = 0
        self.unknown = 0
        self.documents: Callable[[], Documents] | None = None
        """Where an answer may quote them."""
        self.lost: set[str] = set()
        """What the answer told of a text that was changed, and cannot be told of what the client sees."""

    def open(self, *, json: bool = False) -> Channel:
        restorer = Restorer(self._tokens, self._hosts, json=json) if self._tokens is not None else None
        return Channel(Scanner(self._scan) if self._scan is not None else None, restorer, self)

    def whole(self, text: str) -> str:
        """A text that came in one piece."""
        if len(text) < _SHORTEST:
            return text
        return self.open().close(text)

    def moves(self, text: str) -> Moves:
        """What the same puts where, in terms of the text."""
        channel = self.open()
        restored, unknown = self.restored, self.unknown
        channel.close(text)
        self.restored, self.unknown = restored, unknown
        return channel.moves


_SHORTEST = 5


class Channel:
    __slots__ = ("_of", "_restorer", "_scanner")

    def __init__(self, scanner: Scanner | None, restorer: Restorer | None, of: Channels) -> None:
        self._scanner = scanner
        self._restorer = restorer
        self._of = of

    @property
    def holds(self) -> bool:
        held = self._scanner is not None and self._scanner.holds
        return held or (self._restorer is not None and self._restorer.holds)

    @property
    def moves(self) -> Moves:
        """Where values have taken tokens' places in what was fed."""
        return self._restorer.moves if self._restorer is not None else ()

    def feed(self, text: str) -> str:
        """The text that can go out now."""
        if self._scanner is not None:
            text = self._scanner.feed(text)
        return text if self._restorer is None else self._restorer.feed(text)

    def close(self, text: str = "") -> str:
        """The rest, since nothing follows `text`."""
        if self._scanner is not None:
            text = self._scanner.feed(text) + self._scanner.flush()
        if self._restorer is None:
            return text
        text = self._restorer.whole(text)
        self._of.restored += self._restorer.restored
        self._of.unknown += self._restorer.unknown
        self._restorer.restored = self._restorer.unknown = 0
        return text
