"""Which language a text is in, told by its most common small words.

Promise: a text that says too little, or mixes, has no language rather than a guessed one.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.core.routes import LANGUAGES, Language

READ: Final = 4096
"""Characters that are looked at."""
LEAST: Final = 2
"""Small words that a language needs."""
CLEARLY: Final = 1.5
"""Times as many as of the next language."""

_TABLE: Final = """
de: der die das und ist nicht ich sie wir ein eine einen dem den des mit für auf von zu im wie was warum bitte auch
    wird sind kann haben hat bei nach über oder aber wenn dass mir uns ihr schreibe erkläre
fr: le la les et est pas je vous nous un une des du avec pour sur dans que qui quoi comment pourquoi aussi sont peut
    avoir chez après ou mais si ce cette ces mon votre au aux il elle merci écris explique
it: il lo gli e è non io voi noi un una dei della delle con per su nel che chi cosa come perché anche sono può avere
    dopo o ma se questo questa mio vostro al ai di da grazie scrivi spiega
en: the and is not i you we a an of with for on in to how what why please also are can have has at after or but if
    that this my your it be was write explain
es: el los las y es no yo usted nosotros un una unos del con para sobre en que quien qué cómo por también son puede
    haber después o pero si este esta mi su al gracias escribe explica
pt: o os as e é não eu você nós um uma uns do da com para sobre em que quem como por também são pode ter depois ou mas
    se este esta meu seu ao obrigado escreva explique
nl: de het en is niet ik jij wij een van met voor op in te hoe wat waarom ook zijn kan hebben heeft bij na over of
    maar als dat dit mijn uw aan schrijf leg
"""

_word: Final = re.compile(r"[^\W\d_]+")
_found: Final = re.findall(r"^(\w\w):((?:.|\n )+)", _TABLE, re.MULTILINE)
_WORDS: Final[dict[str, frozenset[str]]] = {name: frozenset(words.split()) for name, words in _found}


def language_of(text: str) -> Language | None:
    """None where no language is clearly ahead."""
    words = _word.findall(text[:READ].lower())
    counts = sorted(((sum(word in _WORDS[name] for word in words), name) for name in LANGUAGES), reverse=True)
    (most, language), (next_most, _) = counts[0], counts[1]
    return language if most >= LEAST and most >= CLEARLY * next_most else None
