"""What a Claude model takes, told by its name: where one generation answers 400 to another's requests.

Thinking
- before 3.7: none;
- 3.7 to 4.5: `{"type": "enabled", "budget_tokens"}`;
- from 4.6 on: `{"type": "adaptive"}` with `output_config.effort`; 4.7 and later refuse budgets.

Sampling: from 4.7 on `temperature`, `top_p` and `top_k` are refused.
System text between turns: taken from Opus 4.8 on, but not by Sonnet 5.
An answer begun by the client: until 4.5; from 4.6 on a conversation has to end with a user's turn.

What older models take are closed lists of models that exist; any other Claude, today's or tomorrow's, is of the newest
generation. What has another name is no model of Anthropic's (servers of others speak the dialect, too): it is asked
for what all of them take. All this holds in translation only: a request that came in this dialect goes out as it came.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Generation = Literal["none", "budget", "adaptive"]

_WITHOUT = re.compile(r"claude-(?:instant|[12](?:[.\-]|$)|3-(?:5-)?(?:opus|sonnet|haiku))")
_BUDGET = re.compile(
    r"claude-(?:3-7|4-(?:opus|sonnet)|(?:opus|sonnet|haiku)-4(?:$|[@:]|-latest|-20\d{6}|[-.][015](?!\d)))"
)
_SIX = re.compile(r"claude-(?:opus|sonnet)-4[-.]6(?!\d)")
_SEVEN = re.compile(r"claude-opus-4[-.]7(?!\d)")
_SONNET_5 = re.compile(r"claude-sonnet-5(?![-.]?\d(?!\d))")
_OF_ANTHROPIC: Final = "claude"

LEAST_DEFAULT: Final = 4096
MOST_DEFAULT: Final = 32_000


def generation(model: str) -> Generation:
    if _WITHOUT.search(model):
        return "none"
    return "budget" if _BUDGET.search(model) else "adaptive"


def takes_sampling(model: str) -> bool:
    if _OF_ANTHROPIC not in model or _SIX.search(model):
        return True
    return generation(model) != "adaptive"


def takes_system_turns(model: str) -> bool:
    if _OF_ANTHROPIC not in model or generation(model) != "adaptive":
        return False
    return not any(older.search(model) for older in (_SIX, _SEVEN, _SONNET_5))


def takes_prefill(model: str) -> bool:
    return _OF_ANTHROPIC not in model or generation(model) != "adaptive"


def takes_effort(model: str, effort: str) -> bool:
    """`xhigh` came with 4.7 (platform.claude.com/docs/en/build-with-claude/effort)."""
    return effort != "xhigh" or _SIX.search(model) is None


def default_max_tokens(model: str) -> int:
    """What is written where the client set no limit, for the API demands one: as if there were none.

    32,000 is what every Claude can write from 3.7 on; older ones, and models of others, stop at 4,096 or little above.
    """
    return LEAST_DEFAULT if _OF_ANTHROPIC not in model or generation(model) == "none" else MOST_DEFAULT
