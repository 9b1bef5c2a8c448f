"""Which worker is given which test next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise


class Deal:
    """`first` goes to whoever asks; each worker has a piece of `rest` to itself, so that it mostly runs whole files.

    Who has none left takes half of the most that another has, from its end. Tests are numbers.
    """

    def __init__(self, first: Iterable[int], rest: Sequence[int], workers: int) -> None:
        self._first = deque(first)
        ends = [len(rest) * worker // workers for worker in range(workers + 1)]
        self._pieces = [deque(rest[begin:end]) for begin, end in pairwise(ends)]

    def __len__(self) -> int:
        return len(self._first) + sum(map(len, self._pieces))

    def next_for(self, worker: int) -> int | None:
        """None where nobody has any."""
        if self._first:
            return self._first.popleft()
        own = self._pieces[worker]
        if not own:
            richest = max(self._pieces, key=len)
            own.extendleft([richest.pop() for _ in range((len(richest) + 1) // 2)])
        return own.popleft() if own else None

    def give_back(self, tests: Sequence[int]) -> None:
        """What was given to a worker that is no more: whoever asks next is given them, in their order."""
        self._first.extendleft(reversed(tests))
