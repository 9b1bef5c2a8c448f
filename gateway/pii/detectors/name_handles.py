"""Names as people are addressed in machines: `CC: petra.schaub`, `assignee=luca.bernasconi`.

Invariants
- Two words with a dot between them, in a place where only persons stand; the first is a given name of the lists and
  means nothing else, the second is no word of a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.name_mentions import SAFE_GIVEN, is_word
from gateway.pii.detectors.name_reading import is_surname, lowered
from gateway.pii.detectors.shapes import shape
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_PLACES = (
    "b?cc|kopie|copie|copia|username|user[_ ]?id|login|benutzer(?:name)?|utilisateur|utente"
    "|author|autore?|auteur|assignee|assigned[_ ]?to|zugewiesen(?: an)?|assigné à|assegnat[oa] a|owner|reporter"
    "|reviewers?|approvers?|created[_ ]by|modified[_ ]by|updated[_ ]by|erstellt[_ ]von|visum|zuständig|responsable"
    "|responsabile"
)
_HANDLE = r"[<L>]{2,20}(?:-[<L>]{2,20})?\.[<L>]{3,24}(?:-[<L>]{2,24})?"
_ADDRESSED = shape(rf"(?:^|[^<U><L>0-9_])(?i:{_PLACES})[\"']?[ ]?[:=][ ]?[\"']?{_HANDLE}")
# The head of a mail: `An: petra.schaub`
_HEAD = shape(rf"\n(?:To|From|An|Von|À|De|A|Da)[ ]?:[ ]{_HANDLE}[ ]?(?:[,;]|\r?\n|$)")
_PATTERNS = (compiled(_ADDRESSED), compiled(_HEAD))
_FIRST = re.compile(shape(rf"[:=][ ]?[\"']?({_HANDLE})"))
_NEXT = re.compile(shape(rf"[\"']?[ ]?[,;/][ ]?[\"']?({_HANDLE})"))
_GOES_ON = re.compile(shape(r"[<U><L>0-9_@(\[/]|[.\-][<U><L>0-9]"))


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for pattern in _PATTERNS:
        for start, end in pattern.spans(data):
            handle = _FIRST.search(data, start, end)
            while handle is not None and not _GOES_ON.match(data, handle.end()):
                if _is_somebodys(handle[1]):
                    yield Found(*handle.span(1), "person", lowered(handle[1]), 0.7, "name-handle")
                handle = _NEXT.match(data, handle.end())


def _is_somebodys(handle: bytes) -> bool:
    given, _, surname = handle.partition(b".")
    last = lowered(surname)
    return given.partition(b"-")[0] in SAFE_GIVEN and (is_surname(last) or not is_word(last))


RULES = (Rule("name-handle", ("person",), (_ADDRESSED,), _find, over_lines=(_HEAD,)),)
