"""Names of China and Vietnam: the family's first, and behind it what no list of given names has.

`Zhao Xin`, `Chen Jie`, `Tran Van Minh`, `Le Thi Mai`. Families there share few names, and all that
is spoken in China is written in four hundred syllables, so both are known by their form.

Invariants
- Families whose names are words of Europe (`Ma`, `Tang`, `Sun`) are none here.
- Two syllables at most, and nothing large behind them: `Li Ning Sportswear` is a firm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_reading import LOWER, UPPER, lowered
from gateway.pii.detectors.public_figures import is_famous, is_of_learning
from gateway.pii.detectors.words import word_set
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_CHINESE = (
    rb"(?:Wang|Zhang|Liu|Chen|Zhao|Huang|Zhou|Xu|Guo|Luo|Liang|Xie|Deng|Cao|Zeng|Cai|Jiang|Zhu|Li|Wu|Yang|Lin|Zheng"
    rb"|Zhong|Qian|Qiu|Xiong|Shen|Meng|Lei|Xue|Yao|Wei|Lu|Cheng|Ding|Pan|Tian|Dong|Yuan|Fang|Zou|Jia|Cui)"
)
_VIETNAMESE = (
    rb"(?:Nguyen|Tran|Le|Pham|Huynh|Hoang|Phan|Vu|Vo|Dang|Bui|Do|Ho|Ngo|Duong|Ly|Dinh|Trinh|Truong|Doan|Mai|Cao|Lam)"
)
_SYLLABLE = (
    rb"(?:(?:[bpmf]|[dtnlgkh]|[jqx]|zh|ch|sh|[rzcsyw])"
    rb"(?:ai|ao|an|ang|ei|en|eng|ou|ong|ia|iao|ian|iang|ie|iu|in|ing|iong|ua|uai|uan|uang|ui|un|uo|ue|a|e|i|o|u))"
)
_PAIR = rb"\b" + _CHINESE + rb" [" + UPPER + rb"][a-z]{1,9}\b"
_OF_THREE = rb"\b" + _VIETNAMESE + rb" (?:Thi|Van) [" + UPPER + rb"][" + LOWER + rb"]{1,5}\b"
_PAIR_PATTERN, _OF_THREE_PATTERN = compiled(_PAIR), compiled(_OF_THREE)
_SYLLABLES = re.compile(_SYLLABLE + rb"{1,2}")
_LARGE_BEHIND = re.compile(rb"[ \-][" + UPPER + rb"0-9]|[\-'][" + LOWER + rb"]{2}|[0-9_@(/]")
_WORDS = word_set("can fan ban man pan pin pun sun run gun bin win chat she he me we no so to do hi shui")


def _find(view: View) -> Iterator[Found]:
    data = view.data
    places = [*_OF_THREE_PATTERN.spans(data)]
    for start, end in _PAIR_PATTERN.spans(data):
        syllables = lowered(data[start:end]).split(" ")[1]
        if syllables not in _WORDS and _SYLLABLES.fullmatch(syllables.encode()):
            places.append((start, end))
    for start, end in places:
        name = lowered(data[start:end])
        if _LARGE_BEHIND.match(data, end) or is_famous(name.split()) or is_of_learning(view):
            continue
        yield Found(start, end, "person", name, 0.7, "name-eastern")


RULES = (Rule("name-eastern", ("person",), (_PAIR, _OF_THREE), _find),)
