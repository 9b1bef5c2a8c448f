"""Levels put together: the innermost word counts, and nothing gets wider on the way down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.identity import Principal
from gateway.core.policy import Effective, Grouping, Policy, Rules, TeamPolicy
from gateway.policy.resolve import INHERITED, PER_LEVEL, TIGHTENED, Resolver, levels_over, resolve

TEAM = TeamPolicy(
    name="support",
    models=("fast", "eu/*"),
    regions=frozenset({"eu", "us"}),
    cost_center="1",
    projects={"mail": Grouping(keys=("prod",), cost_center="2", data_class="secret")},
    users={"anna": Rules(models=("fast",), tags=frozenset({"a"}))},
    keys={"prod": Rules(operations=frozenset({"chat"})), "key7": Rules(models=("eu/m",))},
)
POLICY = Policy(
    version="v",
    providers={},
    models={},
    teams={"support": TEAM, "other": TeamPolicy(name="other", models=("*",))},
    organisation=Rules(tags=frozenset({"o"}), operations=frozenset({"chat", "fim"})),
    data_classes={"secret": Rules(regions=frozenset({"eu", "ch"}))},
)


def of(**principal: str) -> Effective:
    effective = Resolver().effective(POLICY, Principal(**{"key_id": "key1", "team": "support", **principal}))
    assert effective is not None
    return effective


def test_every_setting_has_its_way_of_being_put_together() -> None:
    assert set(Rules.__struct_fields__) == {*TIGHTENED, *PER_LEVEL, *INHERITED, "data_class"} & set(
        Rules.__struct_fields__
    )
    assert {"models", "operations", "regions", "operators", "prompts"} == set(TIGHTENED)


def test_a_team_inherits_from_the_organisation() -> None:
    team = of()
    assert (team.cost_center, team.tags, team.operations) == ("1", {"o"}, {"chat", "fim"})
    assert [level.kind for level in team.levels] == ["organisation", "team"]
    assert team.permits("fast")
    assert team.permits("eu/x")
    assert not team.permits("smart")


def test_what_a_key_was_issued_for_narrows_its_team_and_shares_no_scope() -> None:
    confined = Resolver().effective(POLICY, Principal(key_id="k9", team="support", models=("fast", "us/*")))
    assert confined is not None
    assert confined.permits("fast")
    assert not confined.permits("eu/x")
    assert not confined.permits("us/x")
    assert confined.scope != of().scope


def test_a_project_is_told_by_its_keys_and_brings_its_class_of_data() -> None:
    team = of(name="prod")
    assert team.project == "mail"
    assert (team.cost_center, team.data_class, team.regions) == ("2", "secret", {"eu"})
    assert team.operations == {"chat"}
    assert [level.kind for level in team.levels] == ["organisation", "team", "project", "key"]


def test_a_user_and_a_key_narrow_the_models() -> None:
    assert of(user="anna").tags == {"a"}
    assert not of(user="anna").permits("eu/x")
    key = of(key_id="key7")
    assert key.permits("eu/m")
    assert not key.permits("fast")
    assert not of(key_id="key7", user="anna").permits("eu/m")


def test_who_has_no_rules_of_its_own_shares_the_teams_value() -> None:
    resolver = Resolver()
    values = {id(resolver.effective(POLICY, Principal(key_id=str(number), team="other"))) for number in range(100)}
    assert len(values) == 1


def test_what_teams_may_alike_is_one_value_for_all_of_them() -> None:
    """Of ten thousand copies none would be in a cache of the processor when it is asked for."""
    first, other = of(), of(team="other")
    assert first.name != other.name
    assert first.operations == {"chat", "fim"}
    assert first.operations is other.operations


def test_no_name_of_a_user_or_a_key_reads_like_two_levels() -> None:
    users = {"u": Rules(tags=frozenset({"u"})), "u/key:prod": Rules(operations=frozenset({"fim"}))}
    team = TeamPolicy(name="t", models=("*",), users=users, keys={"prod": Rules(operations=frozenset({"chat"}))})
    policy = Policy(version="v", providers={}, models={}, teams={"t": team})
    resolver = Resolver()
    odd = resolver.effective(policy, Principal(key_id="k1", team="t", user="u/key:prod"))
    both = resolver.effective(policy, Principal(key_id="k2", team="t", user="u", name="prod"))
    assert odd is not None
    assert both is not None
    assert (odd.operations, both.operations) == ({"fim"}, {"chat"})


def test_a_key_that_is_confined_anew_is_resolved_anew() -> None:
    resolver = Resolver()
    scopes = []
    for models in (("fast",), ("eu/*",), None, ("fast",)):
        principal = Principal(key_id="k", team="support", models=models)
        effective = resolver.effective(POLICY, principal)
        assert effective is not None
        assert effective.permits("fast") == (models != ("eu/*",))
        assert effective.permits("eu/x") == (models != ("fast",))
        scopes.append(effective.scope)
    assert scopes[0] == scopes[3]
    assert len(set(scopes)) == 3


def test_a_team_that_is_not_there_has_no_value() -> None:
    assert Resolver().effective(POLICY, Principal(key_id="k", team="gone")) is None


def test_policies_are_told_apart_by_identity() -> None:
    resolver = Resolver()
    principal = Principal(key_id="k", team="support")
    policies = [
        Policy(version="v", providers={}, models={}, teams={"support": TeamPolicy(name="support", cost_center=str(n))})
        for n in range(9)
    ]
    for _ in range(2):
        for number, policy in enumerate(policies):
            effective = resolver.effective(policy, principal)
            assert effective is not None
            assert effective.cost_center == str(number)


names = st.sampled_from(["a", "b", "c", "d"])
sets = st.none() | st.frozensets(names, min_size=1)
rules = st.builds(Rules, models=st.none() | st.lists(names, min_size=1).map(tuple), regions=sets, operations=sets)


@given(organisation=rules, team=rules, user=rules, key=rules)
def test_no_level_widens_what_is_around_it(organisation: Rules, team: Rules, user: Rules, key: Rules) -> None:
    def with_levels(**levels: dict[str, Rules]) -> Effective:
        own = {name: getattr(team, name) for name in TIGHTENED}
        policy = Policy(
            version="v",
            providers={},
            models={},
            teams={"t": TeamPolicy(name="t", **own, **levels)},
            organisation=organisation,
        )
        return resolve(policy, levels_over(policy, Principal(key_id="k", team="t", user="u")))

    outer, inner = with_levels(), with_levels(users={"u": user}, keys={"k": key})
    for name in "abcd":
        assert outer.permits(name) or not inner.permits(name)
    for setting in ("regions", "operators", "operations"):
        wide, narrow = getattr(outer, setting), getattr(inner, setting)
        assert wide is None or narrow <= wide
