"""`x-gateway-tags`: what is kept is allowed and well formed; everything else is refused, with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.tags import parted, read_tags, written
from gateway.errors import BadParameter

ALLOWED = {"project", "feature"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("project=apollo", "project=apollo"),
        (" project=apollo , feature=search v2 ", "feature=search v2,project=apollo"),
        ("", None),
        (",,", None),
    ],
)
def test_what_is_allowed_is_kept_in_one_order(text: str, kept: str | None) -> None:
    assert written(read_tags(text, ALLOWED)) == kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("team=x", "does not allow the tag 'team': it allows feature, project"),
        ("project", "takes name=value"),
        ("project=", "takes name=value"),
        ("Project=x", "takes name=value"),
        ("project==cmd", "takes name=value"),
        ("project=-1", "with a letter or digit first"),
        ("project=a\x1b[0m", "takes name=value"),
        ("project=a,project=b", "names 'project' twice"),
        ("project=" + "x" * 65, "takes name=value"),
        ("project=x," * 60, "at most 512 characters"),
    ],
)
def test_the_rest_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadParameter, match=reason):
        read_tags(text, ALLOWED)


def test_where_policy_allows_none_it_says_so() -> None:
    with pytest.raises(BadParameter, match="it allows none"):
        read_tags("project=x", ())


@given(st.text(max_size=600))
def test_whatever_comes_is_refused_or_comes_back(text: str) -> None:
    try:
        tags = read_tags(text, ALLOWED)
    except BadParameter:
        return
    assert parted(written(tags)) == tags
