"""What people dictate, type in haste, copy out of sheets or scan: each form with its value, and others with none."""

from __future__ import annotations

from tests.pii.test_engine import found
from tests.support.each_case import each_case

TOLD: dict[str, tuple[str, list[tuple[str, str]]]] = {
    # telephones
    "tabs": ("Tel. 044\t512\t33\t72 (vormittags)", [("044\t512\t33\t72", "phone")]),
    "tabs, abroad": ("Handy:\t+41\t78\t640\t19\t56", [("+41\t78\t640\t19\t56", "phone")]),
    "a small o": ("Sie erreichen mich unter o79 / 332 oo 25.", [("o79 / 332 oo 25", "phone")]),
    "tens in German": (
        "Telefon plus einundvierzig achtundsiebzig dreihundertzwölf siebzehn neunzig",
        [("plus einundvierzig achtundsiebzig dreihundertzwölf siebzehn neunzig", "phone")],
    ),
    "tens in French": (
        "appelez le zéro six, treize, quarante-cinq, soixante-dix-huit, quatre-vingt-douze.",
        [("zéro six, treize, quarante-cinq, soixante-dix-huit, quatre-vingt-douze", "phone")],
    ),
    "tens in Italian": (
        "il numero è zero settantanove quattrocentododici trentatré ottantotto",
        [("zero settantanove quattrocentododici trentatré ottantotto", "phone")],
    ),
    "doubles in English": (
        "call me on oh seven seven double oh, nine hundred, one two four",
        [("oh seven seven double oh, nine hundred, one two four", "phone")],
    ),
    # other numbers
    "an account with tabs": ("IBAN\tCH93\t0076\t2011\t6238\t5295\t7", [("CH93\t0076\t2011\t6238\t5295\t7", "iban")]),
    "an AHV number with tabs": ("AHV 756\t9217\t0769\t85", [("756\t9217\t0769\t85", "ch_ahv")]),
    # births
    "a Roman month": ("Die Patientin kam am 6. IX. 1991 zur Welt.", [("6. IX. 1991", "date_of_birth")]),
    "a Roman month in French": ("Date naiss. 13.IV.1976 ; sexe F", [("13.IV.1976", "date_of_birth")]),
    "an ordinal": ("hab am 13ten Mai 1990 geburtstag", [("13ten Mai 1990", "date_of_birth")]),
    "in a role at a firm": ("Kundin der Bank, geb. 22.08.1966, wünscht", [("22.08.1966", "date_of_birth")]),
    "in a role in French": ("Cheffe de projet, née le 3.12.1979 à Sion", [("3.12.1979", "date_of_birth")]),
    "in a role in English": ("The project manager, born 3 May 1981, left", [("3 May 1981", "date_of_birth")]),
    "a year before another day": (
        "Der Beschuldigte, Jg. 1994, wurde am 3.10.2026 einvernommen.",
        [("1994", "date_of_birth")],
    ),
    "before a civil status": ("CV\n30.11.1987, Neuchâtel, célibataire", [("30.11.1987", "date_of_birth")]),
    "put right": (
        "Geb-Datum (steht 24.10.1972, richtig wäre 24.10.1973)",
        [("24.10.1972", "date_of_birth"), ("24.10.1973", "date_of_birth")],
    ),
    # mail
    "hyphens and blanks": ("Kontakt: f.stoll -at- treuhand-stoll.ch", [("f.stoll -at- treuhand-stoll.ch", "email")]),
    "a scanned sign": ("Mail w.hug©swissonline.ch", [("w.hug©swissonline.ch", "email")]),
    "a blank before the dot": ("E-Mail: p.gut @ kanton-sg .ch", [("p.gut @ kanton-sg .ch", "email")]),
    "a comma for the dot": ("my addr: nina_p@hotmail,com", [("nina_p@hotmail,com", "email")]),
    "at a provider": ("tom.hard at gmail.com works too", [("tom.hard at gmail.com", "email")]),
    "in angle brackets": ("Jan Ruud <jr at example.org>", [("Jan Ruud", "person"), ("jr at example.org", "email")]),
    "chez a provider": ("écris à julie.pont chez wanadoo.fr", [("julie.pont chez wanadoo.fr", "email")]),
    "a hyphen in French": (
        "contact arobase atelier trait d'union bois point ch",
        [("contact arobase atelier trait d'union bois point ch", "email")],
    ),
    # names
    "behind a preposition": (
        "Kaffee mit Annegret, Vorbereitung durch Tamara",
        [("Annegret", "person"), ("Tamara", "person")],
    ),
    "parties": ("In Sachen Hofmann gegen Baumann", [("Hofmann", "person"), ("Baumann", "person")]),
    "a chat in small letters": (
        "ist tobias heute da? sonst frag melanie huber",
        [("tobias", "person"), ("melanie huber", "person")],
    ),
    "a chat in small letters in English": (
        "is rachel in today? steve wants the deck",
        [("rachel", "person"), ("steve", "person")],
    ),
    "surname first": ("Strafanzeige gegen Tschudi Melchior", [("Tschudi Melchior", "person")]),
    "speakers by surname": (
        "Egger: Das reicht nicht.\nLustenberger: Doch.",
        [("Egger", "person"), ("Lustenberger", "person")],
    ),
    "what is to be done, by whom": (
        "- [ ] Nadja: Offerte\n- [x] Silvan: Anruf",
        [("Nadja", "person"), ("Silvan", "person")],
    ),
    "left to somebody": ("// FIXME(lukas) Timeout erhöhen", [("lukas", "person")]),
    "an initial and an office": ("Paul KT hat das Ticket übernommen", [("Paul", "person")]),
    # harmless
    "a provider's account": ("sign up for an account at outlook.com", []),
    "a car": ("Compare la Renault Clio et la Mégane, avec Zoé", []),
    "a model's form": ("for BERT-style tokens, with TensorFlow", []),
    "a place": ("Le match contre Monaco est annulé.", []),
    "seasons": ("Winter: kalt und lang.\nSommer: heiss und kurz.", []),
    "names of programs": ("install jenkins with maven and run make lint", []),
    "small words": ("die rosen blühen, der mai ist da und es wird warm", []),
    "married on a day": ("Hired: Joan Miller, contract of 12/05/1999, married 3 May 2001", [("Joan Miller", "person")]),
    "a firm's merger": ("Née de la fusion de deux sociétés le 1er août 2001.", []),
    "a firm's founding": ("Die Bank, geboren 12.3.1971 aus einer Idee", []),
    "columns": ("Umsatz\t044\t512\t33\t71", []),
    "a chapter": ("Kap. III. 1990 überarbeitet, Kap. IV. unverändert", []),
    "counted in words": ("dix-huit mille francs, vingt pages, trente chapitres et quarante notes", []),
    "a right": ("Copyright©example.com, all rights reserved", []),
    "a site in words": ("Check the logs at example dot com today", []),
}


@each_case("form", TOLD)
def test_each_form_is_told(form: str) -> None:
    text, values = TOLD[form]
    assert found(text) == values
