"""Which worker is given which test next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise


class Deal:
    """`first` comes in groups that use the same fixtures: whoever has begun one goes on with it, and where there is
    none that nobody has begun, helps with the largest. Each worker has a piece of `rest` to itself, so that it mostly
    runs whole files; who has none left takes half of the most that another has, from its end. Tests are numbers.
    """

    def __init__(self, first: Iterable[Iterable[int]], rest: Sequence[int], workers: int) -> None:
        self._given_back = deque[int]()
        self._groups = [deque(group) for group in first]
        self._unbegun = deque(self._groups)
        self._begun = [deque[int]() for _ in range(workers)]
        ends = [len(rest) * worker // workers for worker in range(workers + 1)]
        self._pieces = [deque(rest[begin:end]) for begin, end in pairwise(ends)]

    def __len__(self) -> int:
        return sum(map(len, (self._given_back, *self._groups, *self._pieces)))

    def next_for(self, worker: int) -> int | None:
        """None where nobody has any."""
        if self._given_back:
            return self._given_back.popleft()
        if not self._begun[worker]:
            self._begun[worker] = self._unbegun.popleft() if self._unbegun else max(self._begun, key=len)
        if self._begun[worker]:
            return self._begun[worker].popleft()
        own = self._pieces[worker]
        if not own:
            richest = max(self._pieces, key=len)
            own.extendleft([richest.pop() for _ in range((len(richest) + 1) // 2)])
        return own.popleft() if own else None

    def give_back(self, tests: Sequence[int]) -> None:
        """What was given to a worker that is no more: whoever asks next is given them, in their order."""
        self._given_back.extendleft(reversed(tests))
