"""What must be the same in two texts, word for word, before anybody asks how alike they are.

Vectors place "is allowed" beside "is not allowed", and Bern beside Basel. So a text is also reduced to what turns a
question into another one: numbers, negations, directions, names, what stands in quotes or is code. Two texts that
differ in any of these are never compared. This is a guard and no proof: texts that differ in a plain word (`cats`,
`dogs`) pass it, which is why answers are sampled and compared (`stages.answers.recall_similar`).
"""

from __future__ import annotations

import re
from typing import Any, Final

_NUMBER_WORDS: Final = """
    zero one two three four five six seven eight nine ten eleven twelve hundred thousand million first second third half
    null ein eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf hundert tausend erste zweite dritte halb
    un une deux trois quatre cinq sept huit neuf dix onze douze cent mille premier première deuxième moitié
    uno una due tre quattro cinque sette otto nove dieci undici dodici cento mila primo seconda metà
"""
_NEGATIONS: Final = """
    no not nor none never neither nobody nothing nowhere cannot without except unless hardly
    nicht nein kein keine keinen keinem keiner keines nie niemals niemand nichts weder ohne außer ausser kaum
    ne pas non jamais aucun aucune rien personne sans sauf ni
    no nessun nessuno nessuna mai niente nulla senza né tranne
"""
_DIRECTIONS: Final = """
    more less most least before after above below over under on off in out up down left right from to into with between
    increase decrease minimum maximum min max all any every only some first last next previous open close start stop
    enable disable allow deny add remove create delete win lose buy sell true false yes
    mehr weniger vor nach über unter auf ab ein aus links rechts von zu mit alle jeder nur letzte nächste öffnen
    schliessen schließen erlauben verbieten hinzufügen entfernen löschen kaufen verkaufen wahr falsch ja
    plus moins avant après dessus dessous gauche droite de à vers avec tous toutes seulement dernier prochain oui vrai
    più meno prima dopo sopra sotto sinistra destra da per con tutti solo ultimo prossimo sì vero falso
"""
TURNING: Final = frozenset(f"{_NUMBER_WORDS} {_NEGATIONS} {_DIRECTIONS}".split())

_QUOTED: Final = re.compile(
    r"```.*?```|https?://\S+|`[^`]*`|\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|\u2039[^\u203a]*\u203a|(?<!\w)'[^'\n]*'(?!\w)",
    re.DOTALL,
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+(?:[.,:/\-]\d+)*|[^\w\s]")
_PLAIN_MARKS: Final = frozenset(".,;:!?¿¡…-\u2013\u2014()'\u2019")
_SENTENCE_ENDS: Final = frozenset(".!?¿¡:\n")


def fixed_part(text: str) -> tuple[str, ...]:
    """Of a text: what another must have in the same order to be compared with it."""
    fixed = _QUOTED.findall(text)
    begins = True
    for match in _WORD.finditer(_QUOTED.sub(" ", text)):
        word = match[0]
        lower = word.lower().replace("\u2019", "'")
        if word[0].isdigit() or lower in TURNING or lower.endswith("n't"):
            fixed.append(lower)
        elif word[0].isalpha():
            if word[1:] != word[1:].lower() or (word[0].isupper() and not begins):
                fixed.append(word)  # a name, an abbreviation, an identifier
        elif word not in _PLAIN_MARKS:
            fixed.append(word)  # an operator, a currency, an emoji
        begins = word in _SENTENCE_ENDS
    return tuple(fixed)


def without(tree: Any, text: str) -> tuple[Any, int]:
    """The tree with None for every string that is `text`, and how many there were; the tree itself is left alone."""
    if isinstance(tree, str):
        return (None, 1) if tree == text else (tree, 0)
    if isinstance(tree, dict):
        pairs = {name: without(value, text) for name, value in tree.items()}
        return {name: value for name, (value, _) in pairs.items()}, sum(count for _, count in pairs.values())
    if isinstance(tree, list):
        items = [without(value, text) for value in tree]
        return [value for value, _ in items], sum(count for _, count in items)
    return tree, 0
