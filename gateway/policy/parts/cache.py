"""Kept answers in the policy: the keys, and their value."""

from __future__ import annotations

from typing import Any, Final, get_args

from gateway.core.caching import CachePace, CachePolicy, SemanticPolicy
from gateway.core.edits import Path
from gateway.policy.read import Reading
from gateway.policy.shapes import MODEL, Boolean, Choice, Duration, Key, Percent, Table

LONGEST: Final = 30 * 86400.0
LEAST_FLOOR: Final = 80
"""Percent; below it texts are taken for alike that are about the same thing."""

SEMANTIC: Final = Table(
    {
        "model": Key(MODEL, "makes vectors of texts: an alias, or `provider/model`", required=True),
        "floor": Key(Percent(), "how alike two texts have to be, 80% at least; left out: 95%"),
        "checked": Key(Percent(), "of the answers given so, how many are asked for anew and compared; left out: 5%"),
        "anywhere": Key(Boolean(), "the model may be one that is not served in the house; left out: it may not"),
    }
)
CACHE: Final = Table(
    {
        "enabled": Key(Boolean(), "keep answers, and give them to equal requests of the same team", required=True),
        "ttl": Key(Duration(1.0, LONGEST), "how long an answer is kept; left out: 1h"),
        "pace": Key(Choice(get_args(CachePace)), "of a kept stream: `instant`, or `natural`, event by event"),
        "sampled": Key(Boolean(), "also where a request asks for variety by a temperature above 0"),
        "semantic": Key(SEMANTIC, "also for texts that mean the same, where no personal data was found"),
    }
)


def check_cache(reading: Reading, path: Path, tree: dict[str, Any]) -> None:
    """The model that makes vectors exists, and is served in the house unless said otherwise. `path`: the level's."""
    semantic = tree.get("semantic")
    if not semantic:
        return
    at = (*path, "cache", "semantic")
    if (floor := semantic.get("floor")) is not None and floor < LEAST_FLOOR:
        reading.complaints.add(
            reading.mark((*at, "floor")),
            "must be 80% or more: below that, texts share a subject and ask different things",
        )
    if (model := semantic.get("model")) is None:
        return
    mark, providers = reading.mark((*at, "model")), reading.tree.get("providers") or {}
    alias = (reading.tree.get("models") or {}).get(model)
    named, slash, _ = model.partition("/")
    if alias is None and not (slash and named in providers):
        known = (*(reading.tree.get("models") or {}), *(f"{name}/…" for name in providers))
        reading.complaints.add_unknown(mark, f"there is no model '{model}'", model, known)
        return
    used = [named] if alias is None else [target.get("provider") for target in (alias or {}).get("targets") or []]
    away = [name for name in used if not _at_home(providers.get(name) or {})]
    if away and not semantic.get("anywhere"):
        reading.complaints.add(
            mark,
            f"'{model}' is served by {away[0]}, not in the house: texts of requests would go there; "
            "`anywhere: true` permits it, within the level's regions",
        )


def _at_home(provider: dict[str, Any]) -> bool:
    return provider.get("kind") == "local" or provider.get("region") == "on_prem"


def build_cache(tree: dict[str, Any]) -> CachePolicy:
    semantic = tree.get("semantic")
    return CachePolicy(**{**tree, **({} if semantic is None else {"semantic": _semantic(semantic)})})


def _semantic(tree: dict[str, Any]) -> SemanticPolicy:
    parts = {name: float(tree[name]) for name in ("floor", "checked") if name in tree}
    return SemanticPolicy(model=tree["model"], **parts)
