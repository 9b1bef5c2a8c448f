"""Names behind particles, roles and those who did something, in segments, terms and calls; and what is called after."""

from __future__ import annotations

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine(("person", "phone", "address"))

TOLD = {
    "whoever is written to": ("Réponds gentiment à Snezana que l'échantillon arrive.", ["Snezana"]),
    "whoever is answered": ("Antworte Ivana freundlich, dass wir liefern.", ["Ivana"]),
    "whoever is motivated": ("How can I motivate Teuta, who is often absent?", ["Teuta"]),
    "whoever is told to": ("I told Crawford to fetch the key.", ["Crawford"]),
    "whoever is there": ("Is Tamsin in the office today?", ["Tamsin"]),
    "whoever is replaced": ("Chi sostituisce Elena in agosto?", ["Elena"]),
    "at one table": ("Tavolo 1 Anna, Bruno, Cecilia", ["Anna", "Bruno", "Cecilia"]),
    "of China": ("D'après Zhang Lei le stock est vide.", ["Zhang Lei"]),
    "of Vietnam": ("Le Thi Mai is off tomorrow.", ["Le Thi Mai"]),
    "a particle": ("Sehr geehrte Frau von Arx, vielen Dank.", ["von Arx"]),
    "a particle and a word": ("Herr van der Meer hat den Schlüssel.", ["van der Meer"]),
    "a Spanish one": ("Frau de la Cruz kommt morgen.", ["de la Cruz"]),
    "a French one": ("M. d'Ormesson a appelé.", ["d'Ormesson"]),
    "an English letter": ("Dear Ms van Dijk,", ["van Dijk"]),
    "a colleague, titled": ("Sehr geehrter Herr Kollege Kowalczyk, ich berichte.", ["Kowalczyk"]),
    "a witness": ("Die Zeugin Wyss sagte aus, der Beschuldigte Imhof sei gegangen.", ["Wyss", "Imhof"]),
    "whoever drove": ("gelenkt von Nikola Costa", ["Nikola Costa"]),
    "whoever drove, in Italian": ("guidata da Nikola Costa", ["Nikola Costa"]),
    "whoever hired": ("She was hired by Hazel Pritchard as a bookkeeper.", ["Hazel Pritchard"]),
    "a segment of HL7": ("PID|1||12345^^^HOSP||SMITH^JOHN^A||19600515|M", ["SMITH^JOHN^A"]),
    "a doctor in one": ("PV1|1|I|ICU^2^B||||1234^WELBY^MARCUS^^^^MD", ["WELBY^MARCUS"]),
    "a bank's element": ("<Cdtr><Nm>Gieri Iten</Nm></Cdtr>", ["Gieri Iten"]),
    "a term and what is said of it": (
        "<dl><dt>Guest</dt><dd>Esperanza Sulejmani</dd><dt>Phone</dt><dd>07450 731 957</dd></dl>",
        ["Esperanza Sulejmani", "07450 731 957"],
    ),
    "calls that set": ('$client->setNom("Pasche");\n$client->setPrenom("Isabelle");', ["Pasche", "Isabelle"]),
    "an unusual street": ("Neue Anschrift: Lange Reihe 14, 90402 Nürnberg.", ["Lange Reihe 14, 90402 Nürnberg"]),
    "an initial and a particle": ("Anwesend: L. von Arx, F. El Amrani.", ["L. von Arx", "F. El Amrani"]),
    "an initial and an Irish one": ("Minutes: S. O'Connor saw it.", ["S. O'Connor"]),
    "an initial and a chapter": ("Kapitel A. Von Anfang an, Vitamin C. De plus en plus", []),
    "a painter with a particle": ("Nenne drei Werke von L. da Vinci.", []),
    "parties": ("Le parti Hoxha e Krasniqi convengono di tacere.", ["Hoxha", "Krasniqi"]),
    "parties of a state": ("Die Parteien Grüne und Mitte vereinbaren eine Sperre.", []),
    "who is warned": ("Abmahnung an Gashi. Entretien mené avec Krasniqi.", ["Gashi", "Krasniqi"]),
    "at the bell": ("Bitte abgeben, Klingel «Gashi».", ["Gashi"]),
    "a plan in columns": ("Lu  Loïc / Vjosa\nMa  Favre\n", ["Loïc", "Vjosa", "Favre"]),
    "who is looked for": ("anyone know where lirije is? boss is looking for her", ["lirije"]),
    "a title before bold letters": ("Dear Ms **Clarke-Reid**,\n\nThank you", ["Clarke-Reid"]),
    "over a line's end": ("Que sais-tu de Aleksandr\nKuznetsov, qui vit ici ?", ["Aleksandr", "Kuznetsov"]),
    "a line that begins anew": ("Grüsse an Petra\nProjekt Alpha startet", []),
    "speakers of a chat": ("Mareike: bin morgen weg\nYannik: ok, merci", ["Mareike", "Yannik"]),
    "speakers at their times": ("[14:02] Quentin > rappelle\n[14:03] Zuwena > ok", ["Quentin", "Zuwena"]),
    "small letters in a form": ('{"last_name": "de luca", "first_name": "maria"}', ["de luca", "maria"]),
    "a particle, in small letters": ("Nachname: von xirvander", ["von xirvander"]),
    "whoever is asked": ("Camille, may I ask something?", ["Camille"]),
    "whoever is told": ("Thomas, mark this as done please", ["Thomas"]),
    "a driver behind a car": ("Mit dem Toyota Anna Keller abgeholt", ["Anna Keller"]),
    "by whom an order came": ("The order came in via Anna Keller. Please confirm it.", ["Anna Keller"]),
    "by whom one came, German": ("Die Bestellung kam in via Anna Keller.", ["Anna Keller"]),
    "a bank of a river": ("Thomas Ufer ist krank, Frau Ufer auch.", ["Thomas Ufer", "Ufer"]),
    "a surname that is a word, again": ("Frau Anna Hope kommt. Danach sagte Hope nichts.", ["Anna Hope", "Hope"]),
    "a Portuguese particle": ("| Maria do Carmo Pinto | nettoyage |", ["Maria do Carmo Pinto"]),
    "a particle, turned": ("Cc: van der Berg, Pieter", ["van der Berg, Pieter"]),
    "an initial before a noun": ("Absenzen KW 14: U. Hunziker Militär.", ["U. Hunziker"]),
    "initials in a column": (
        "data;pratica;incaricato\n2025-01-04;B-331;Nadia Ferrazzini\n2025-01-06;B-333;G. Xirvani",
        ["Nadia Ferrazzini", "G. Xirvani"],
    ),
    "whoever handles a case": ("date,case,handler\n2025-01-05,A-332,Nadia Sharif", ["Nadia Sharif"]),
    "a surname of a file in another": (
        "Lies Lebenslauf_Nadine_Baumgartner.pdf und Zeugnis-Baumgartner-2022.docx.",
        ["Nadine_Baumgartner", "Baumgartner"],
    ),
    "a name once more, in small letters": (
        "Merci de voir avec Bertrand Vuilleumier. Ok, je relance bertrand demain.",
        ["Bertrand Vuilleumier", "bertrand"],
    ),
    "an unknown surname in a file's name": (
        "Compare CV_Florian_Deladoey.pdf avec lettre-deladoey-2024.docx",
        ["Florian_Deladoey", "deladoey"],
    ),
    "a given name that is a word": ("Mark Keller's desk is next to Will Smith.", ["Mark Keller", "Will Smith"]),
    "a month": ("Ms April Jones and August Meier signed.", ["April Jones", "August Meier"]),
    "whoever is called": ("@camille peux-tu relire ?", ["camille"]),
    "nicks in small letters": ("<lukas> der build ist rot\n<priya> ich schaue", ["lukas", "priya"]),
    "an owner, near somebody": ("Frau Käslin lobt Severins Lehrmeister.", ["Käslin", "Severin"]),
    "at the head of a sentence": (
        "Je te transmets le dossier de M. Lecomte. Rachid m'a dit que tu le connaissais.",
        ["Lecomte", "Rachid"],
    ),
    "an initial behind a small word": ("Her manager W. Thornbury agrees.", ["W. Thornbury"]),
    "an initial before a verb": ("Austritt per 31.01.2027. O. Wüthrich übernimmt.", ["O. Wüthrich"]),
    "an initial behind a question": ("Ist es frei? L. Ferreira est au courant.", ["L. Ferreira"]),
    "an entry, the surname first": ("1. Gesine Steinmetz\n2. Pfandl, Torsten", ["Gesine Steinmetz", "Pfandl, Torsten"]),
    "whom to write to": (
        "Fragen an Yannik (079 555 01 23) oder Silke (076 555 01 24).",
        ["Yannik", "079 555 01 23", "Silke", "076 555 01 24"],
    ),
    "an Italian number": (
        "Il 3285818673 non è più attivo, o Ornella (347-4583771).",
        ["3285818673", "Ornella", "347-4583771"],
    ),
    "whom to call": ("no, chiama Ornella al bar", ["Ornella"]),
    "a cell, the surname first": ("| Pfandl, Fabienne | 01.03.2018 |", ["Pfandl, Fabienne"]),
    "a particle with a capital": ("PC di Ornella Lo Cascio", ["Ornella Lo Cascio"]),
    "two with whom somebody talked": ("as discussed with Latoya and Darlene", ["Latoya", "Darlene"]),
    "in bold": ("<p>Name: <b>Vreni Quast</b></p>", ["Vreni Quast"]),
    "an Arabic particle": ("Omar al-Khatib wartet auf den Entscheid.", ["Omar al-Khatib"]),
    "an Arabic particle behind a title": ("Frau Samira el-Masri hat angerufen.", ["Samira el-Masri"]),
    "a surname that is a mountain": ("Frau Berg kommt um zehn.", ["Berg"]),
    "a surname that is a lane": ("Good morning Mr Lane, the file is here.", ["Lane"]),
    "particles before a mountain": ("Mr van den Berg arrives at ten.", ["van den Berg"]),
    "a priest": ("Chiama Don Tarcisio Bonetti.", ["Don Tarcisio Bonetti"]),
    "children of parents": ("Liebe Eltern von Lio und Enea, morgen ist Waldtag.", ["Lio", "Enea"]),
    "children of parents, in French": ("Chers parents de Noée, demain sortie.", ["Noée"]),
    "children of parents, in Italian": ("Cari genitori di Marco, domani uscita.", ["Marco"]),
    "whoever is asked after": ("Wie geht es Cornelia nach der Operation?", ["Cornelia"]),
    "whoever is asked after, in French": ("Comment va Corinne depuis l'opération ?", ["Corinne"]),
    "whoever is asked after, in Italian": ("Come sta Corinna dopo l'operazione?", ["Corinna"]),
    "whoever steps in": ("Ist er bis Freitag zurück? Sonst übernimmt Mirjam.", ["Mirjam"]),
    "whoever may go": ("Should we let Jasmin go?", ["Jasmin"]),
    "short names": ("Housi bringt den Anhänger, Fränzi die Bänke.", ["Housi", "Fränzi"]),
    "whoever has to do it": (
        "Beschluss: Ramseier klärt mit dem Amt, Sutter macht den Vertrag.",
        ["Ramseier", "Sutter"],
    ),
    "whoever holds it, and an opponent": ("TOP 3 Budget (Egli): Diskussion, Vontobel dagegen.", ["Egli", "Vontobel"]),
    "whoever agrees, in Italian": ("Ramelli trova l'offerta cara; Pedrini è d'accordo.", ["Ramelli", "Pedrini"]),
    "rooms": ("Zimmerliste: 201 Wenger, 202 Yilmaz, 203 Wenk", ["Wenger", "Yilmaz", "Wenk"]),
    "weeks": ("Woche 12: Hugentobler\nWoche 13: Cavelti", ["Hugentobler", "Cavelti"]),
    "whoever signed": ("Vjosa ha già firmato?", ["Vjosa"]),
    "a chat, in French": ("si filmon vient pas demain faut appeler besnik", ["filmon", "besnik"]),
    "a chat, in dialect": ("chasch em tiziano säge", ["tiziano"]),
    "two that are compared with nothing": ("Gespräch zwischen Pascal und Corinne am Montag.", ["Pascal", "Corinne"]),
    "whoever speaks with a firm": ("Accord entre Michel Rochat et Transports SA.", ["Michel Rochat"]),
    "a founder": ("Hans Huber hat die Muster Transporte GmbH gegründet.", ["Hans Huber"]),
    "whoever is of a firm": ("Anna Keller Novartis AG", ["Anna Keller"]),
    "by way of somebody": ("Schick es bitte via Anna Keller.", ["Anna Keller"]),
    "by way of somebody, in Italian": ("La pratica arriva via Marco Pedrini.", ["Marco Pedrini"]),
    "a British postcode": (
        "of Flat 7, 96 Queen's Gate, London SW7 5JE (the tenant)",
        ["Flat 7, 96 Queen's Gate, London SW7 5JE"],
    ),
    "who can be reached": ("La moglie risponde al 3281404970.", ["3281404970"]),
    "a line that is dead": ("7745299975 is disconnected.", ["7745299975"]),
}


@each_case("form", TOLD)
def test_somebody_is_told(form: str) -> None:
    text, expected = TOLD[form]
    assert [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]] == expected


@each_case(
    "text,name",
    [
        ("Herr Stern sucht einen Stern, und ein stern bleibt.", "Stern"),
        ("Le mur blanc est petit, dit Mme Petit.", "Petit"),
        ("Il signor Bianco vuole un muro bianco.", "Bianco"),
        ("Mr Young is a young client.", "Young"),
        ("Sabine Rose kommt morgen; die Rose ist rot.", "Sabine Rose"),
        ("Mark Keller asked: Mark Row 3, please.", "Mark Keller"),
    ],
)
def test_a_name_that_is_a_word_is_left_where_it_is_written_as_one(text: str, name: str) -> None:
    found = [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]]
    assert set(found) == {name}


@each_case(
    "text",
    [
        "Draft a press release about our new office chair collection with Herman Miller.",
        "Erkläre die Max-Planck-Gesellschaft und das Robert Koch-Institut.",
        "Herr der Ringe und die Frau des Jahres im Kino",
        "Sherlock Holmes and Dr. Watson live in Baker Street. Write a parody.",
        '{"nom": "Lampe de bureau", "prix": 49.9}',
        "The report was approved by Software Engineering.",
        "siehe Kapitel A. Danach folgt Teil B. Planung und z. B. Äpfel",
        "Vitamin C. Dieses Vitamin wirkt.",
        "Variante A. Diese ist teurer. Variante B. Jene ist billiger.",
        "We met the S. Korea team at the N. Carolina fair.",
        "Rust thinks in ownership, I was told.",
        "Python: fast enough\nJulia: faster",
        "Hamlet: To be, or not to be.\nOphelia: My lord?",
        "Note: see below\nTodo: call them",
        "Austin, Texas; Paris, France",
        "Will Young people vote? In May Parker Hannifin reports. Will Baker Street be closed?",
        "Mark Row 3 and 4. May Day. Bill Payment. Art Basel, Hope Springs, Mark Twain.",
        "@property\n@camille/angular and mail@camille.example",
        "<title> Preise\n<table> leer",
        "Die Hans Huber Transporte GmbH hat uns eine Gutschrift zugesagt.",
        "Kooperation zwischen Emil Muster AG und einer Leasingbank",
        "Lavori in via Sandro Pedrini fino a marzo: scrivi l'avviso.",
        "Perché si chiama piazza Sandro Pedrini?",
        "Sehr geehrter Herr Mustermann: passt diese Anrede?",
        "Er gilt als Don Juan der Abteilung. Was heisst das auf Englisch?",
        "Berg, Tal und Park: suche Reime.",
        "8400 Winterthur, 8401 Wil, 8402 Uster",
        "2 Schneider, 1 Wenger, 5 Gerber",
        "Kapitel 1: Einleitung\nKapitel 2: Methode",
        "Band 1: Siemens, 2: Bosch",
        "La Michel Rochat Transports SA augmente ses tarifs, que répondre ?",
        "La Luca Ferrari Trasporti Sagl aumenta le tariffe.",
        "Wie komme ich von der Rudolf-Brun-Brücke zum Grossmünster?",
        "In via Sandro Pedrini c'è la zona 30?",
        "Explique la différence entre Pascal et Delphi.",
        "Bosch bringt eine neue Serie; Roche bestätigte den Preis.",
        "Punkt 2 (Basel): offen. Montag (Winter): zu.",
        "Wolf sagt der Jäger; König macht der Hof.",
        "wenn clio oder megane kommt",
    ],
)
def test_nobody_is(text: str) -> None:
    assert not ENGINE.find([Leaf(text)])[0]
