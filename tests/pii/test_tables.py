"""Tables as programs print them: what stands below a head, or beside a label, is what that says."""

from __future__ import annotations

import json
import re

import pytest

from tests.pii.serving import policy_with
from tests.support.echoing import MARK, Echo
from tests.support.fakes import AsgiCall, Stand

pytestmark = pytest.mark.anyio

TABLES = {
    "several blanks": (
        "Pers.-Nr.  Nachname     Geb.-Datum    Passwort\n"
        "331999     Brönnimann   07.10.1987    falco080wi!\n"
        "331998     Zgraggen     1948-08-28    Kirsche-9908\n"
        "Total 2"
    ),
    "gaps": (
        "Nachname     Geburtsdatum  Passwort\n-----------  ------------  ------------\n"
        "Brönnimann   07.10.1987    falco080wi!\n             1948-08-28    Kirsche-9908"
    ),
    "pandas": (
        ">>> df\n     nachname   geb_datum      passwort\n0  Brönnimann  07.10.1987   falco080wi!\n"
        "1    Zgraggen  1948-08-28  Kirsche-9908"
    ),
    "psql": (
        " nachname   | geboren_am | passwort\n------------+------------+--------------\n"
        " Brönnimann | 07.10.1987 | falco080wi!\n Zgraggen   | 1948-08-28 | Kirsche-9908\n(2 rows)"
    ),
    "LaTeX": (
        "\\begin{tabular}{lll}\nNachname & Geburtsdatum & Passwort \\\\\n\\hline\n"
        "Brönnimann & 07.10.1987 & falco080wi! \\\\\nZgraggen & 1948-08-28 & Kirsche-9908 \\\\\n\\end{tabular}"
    ),
    "MediaWiki": (
        '{| class="wikitable"\n! Nachname !! Geburtsdatum !! Passwort\n|-\n| Brönnimann || 07.10.1987 || falco080wi!\n'
        "|-\n| Zgraggen\n| 1948-08-28\n| Kirsche-9908\n|}"
    ),
    "a dump": (
        "COPY public.person (nachname, geb_datum, passwort) FROM stdin;\n"
        "Brönnimann\t07.10.1987\tfalco080wi!\nZgraggen\t1948-08-28\tKirsche-9908\n\\.\nSELECT 1;"
    ),
    "rows of arrays": (
        'Sort this:\n{"columns": ["nachname", "geb_datum", "passwort"], "rows": [["Brönnimann", "07.10.1987", '
        '"falco080wi!"],\n ["Zgraggen", "1948-08-28", "Kirsche-9908"]]}'
    ),
    "JSON": (
        '[["nachname", "menge", "geb_datum", "passwort"], ["Brönnimann", 3, "07.10.1987", "falco080wi!"], '
        '["Zgraggen", 4, "1948-08-28", "Kirsche-9908"]]'
    ),
    "vectors": (
        'df <- data.frame(\n  menge = c(3, 4),\n  nachname = c("Brönnimann", "Zgraggen"),\n'
        '  geb_datum = c("07.10.1987",\n    "1948-08-28")\n)\npasswort <- c("falco080wi!", "Kirsche-9908")'
    ),
    "arrays of a dict": (
        "df = DataFrame({'nachname': ['Brönnimann', 'Zgraggen'], 'geb_datum': ['07.10.1987', '1948-08-28'],\n"
        "    'passwort': ['falco080wi!', 'Kirsche-9908']})"
    ),
    "labels at the left": (
        "| | A | B |\n|---|---|---|\n| **Nachname** | Brönnimann | Zgraggen |\n"
        "| **Geburtsdatum** | 07.10.1987 | 1948-08-28 |\n| **Passwort** | falco080wi! | Kirsche-9908 |"
    ),
}
VALUES = ("Brönnimann", "Zgraggen", "07.10.1987", "1948-08-28", "falco080wi!", "Kirsche-9908")


async def seen(text: str) -> str:
    echo = Echo()
    body = {"model": "chat/m", "messages": [{"role": "user", "content": f"{MARK}\n{text}"}]}
    call = AsgiCall("/v1/chat/completions", json.dumps(body).encode())
    await call.run(Stand(policy_with("{hint: false, actions: {secret: redact}}"), echo).edge)
    assert call.status == 200, call.body
    [request] = echo.requests
    return str(json.loads(request.body)["messages"][0]["content"]).removeprefix(f"{MARK}\n")


@pytest.mark.parametrize("form", TABLES)
async def test_what_stands_below_a_head(form: str) -> None:
    text = TABLES[form]
    told = await seen(text)
    assert not [value for value in VALUES if value in told]
    words = r"(?:\[SECRET\]|(?:PERSON|BIRTHDATE)_\w{6})"
    shape = "".join(words if part in VALUES else re.escape(part) for part in re.split(f"({'|'.join(VALUES)})", text))
    assert re.fullmatch(shape, told), "nothing else was touched"


@pytest.mark.parametrize(
    "text",
    [
        "Artikel    Menge    Preis\n7610-B        48    14.95\n7612-C        12    18.70",
        "x = 1     # the first\nname = 2  # the second\nreturn x  # 1948-08-28",
        "Station  Höhe  Bus\nThun      560  12\nSpiez     604  07.10.1987",
        "\\begin{tabular}{ll}\nArtikel & Preis \\\\\n7610-B & 14.95 \\\\\n\\end{tabular}",
        "! Artikel !! Preis\n|-\n| 7610-B || 14.95\n|}",
        '{"required": ["name", "email"], "enum": ["Open", "Closed"], "x": [["Thun", "Spiez"], ["560", "604"]]}',
        'names = ["Thun", "Spiez"]\ndates = ["07.10.1987", "1948-08-28"]\nrow["name"] = rows[0]["email"]',
        "Name  Version  Build\nnginx  1.27.2  4711\nredis  7.4.1  20260110",
    ],
)
async def test_tables_of_things_stay(text: str) -> None:
    assert await seen(text) == text
