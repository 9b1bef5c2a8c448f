"""Capitals and numbers that look like somebody's and are nobody's; and the same where they are."""

from __future__ import annotations

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine()


def found(text: str) -> list[str]:
    return [text[one.start : one.end] for one in ENGINE.find([Leaf(text)])[0]]


@each_case(
    "text",
    [
        "Import data from Active Directory and from Raspberry Pi cameras.",
        "This is Bilingual Lemmatizer for two languages.",
        'user="Power User" author="Google Chrome"; Tokyo, Japan, DOB format',
        "Leonardo CMS, SAM Platform and the ESI API: compare them.",
        "Rocket League's rules and Apache Spark's scheduler",
        "San Miguel Piedras, Santa Caterina Valfurva, Lake Louise Inn",
        "Is the Elizabeth Line longer than the Victoria Line?",
        "Explain Brown v. Board of Education.",
        "Compare Hugo Boss, Ralph Lauren and Calvin Klein.",
        "Florence, the capital of Tuscany, and Vitamin C Serum, Plan B Option, Hepatitis B Virus",
        "Write a dialogue between Alice and Bob; Open sesame from Ali Baba; Mother Teresa and Nelson Mandela",
        "Meeting 10:30: Agenda, 11:15 - Lunch: soup, 12.00 Review:",
        "The birthday party is on June 12, 2026; L'association est née en 1987; L'azienda è nata nel 1987.",
        "My PIN pad model is VX520; postgres://user:password@localhost:5432/app",
        "Sherlock Holmes lived at 221B Baker Street; 10 Downing Street; 1600 Pennsylvania Avenue",
        "John F. Kennedy wurde am 22. November 1963 ermordet; Robert C. Martin's SOLID principles",
        "Martin Luther King gave his speech on August 28, 1963.",
        "Queen Elizabeth II, Kaiser Franz Joseph, Mother Teresa",
        "Friedrich der Grosse und Maria Theresia",
        "Connect MS Teams to MS Fabric.",
        "Chi sono Renzo e Lucia?",
        "the IUPAC name of CH3-CH(OH)-COOH, files in HDF5 format",
        "Peer-to-peer Networks and Per-project Settings",
        "FraudDetector 1, Scream Tracker 3, spring 2027, Spark 3",
        "Speicherplatz 250 MB, Parkplatz 212, Arbeitsmarkt 2025",
        "BP 142/91 mmHg, HR 88",
        "docker run -p 6379:6379 redis; tool [-p PROMPT]",
        "ssh deploy@staging.example.com and root@10-0-0-1.example.com",
        "Welche Opern schrieb er?",
        "Vittorio Gassini e Alberto Moretti: consigliami tre film.",
        "Which novels did Marian Whitlock write in the 19th century?",
        "Nadal beat Federer 6-4 6-4 3-6 6-7 9-7 in the final.",
        "Apply Porter's five forces.",
        "The office is at Level 12; we lived in Terminal 3, and meet me at Gate 14.",
        "the method of Ogata 2005; see Figure 12, Table, 2020",
        "the token limit of this model: 128k",
        "Numéro de commande ? 0240539432",
        "NATO-Beitritte:\n- 04.04.1949\n- 18.02.1952",
        "1,Leeds,1999-05-01,3456\n2,Reims,1999-05-02,3457",
        "INSERT INTO films VALUES (1,'The Third Man','1949-08-31'),(2,'Vertigo','1958-05-09');",
        "10001;Blue mug;12.50;4006381333931\n10002;Red mug;13.50;4006381333948",
        "Paris;Rome;1980-05-04\nLondon;Berlin;1979-03-02",
        "* 3 May 1951 was a Thursday\n  * 4 May 1951 was a Friday",
        'password = input("Enter your password: ")',
        "the number plate of 2024 has letters; @app.route on a line of its own\n@app.get",
        "idempotency_key: 12b0cf46d2d1faa871ff9195b2b0fd9257ad7d69",
        "Top 10 in 2023 Schweiz, Formel 1 in 2024 Monaco, Apollo 11 in 1969 Neil",
        "The part AB-123-CD costs 14.20 and AB-124-CD costs 15.80.",
        "00000010  03 00 3e 00 01 00 00 00  40 10 00 00 00 00 00 00  |..>.....@.......|",
    ],
)
def test_nobody_is_found(text: str) -> None:
    assert found(text) == []


@each_case(
    "text,values",
    [
        ("Elizabeth Brunner's desk", ["Elizabeth Brunner"]),
        ("https://portal.example.de/?nachname=Stucki&vorname=Matteo&id=1", ["Stucki", "Matteo"]),
        ("NAME Häring VORNAME Carsten GEB. 25.11.75", ["Häring", "Carsten", "25.11.75"]),
        ("{'surname': 'Blaxx', 'givenName': 'Zora'}", ["Blaxx", "Zora"]),
        ("References: Jennifer Parker, 617.300.7021", ["Jennifer Parker", "617.300.7021"]),
        ('[("Jackie Donovan", "3126311569")]', ["Jackie Donovan", "3126311569"]),
        ("Vorname(n): Simona\nGeburtsdatum (TT.MM.JJJJ): 15.02.1984", ["Simona", "15.02.1984"]),
        ("[09:14] Lya Kuhnert: wer ruft an?", ["Lya Kuhnert"]),
        ("Désirée Speer 10:03\nja, mache ich", ["Désirée Speer"]),
        ("Lizenzen:\n- Moulin Hélène, 0612345678", ["Moulin Hélène", "0612345678"]),
        ("Delegato al ritiro: Piergiuseppe Avogadri, 06 6871 8313", ["Piergiuseppe Avogadri", "06 6871 8313"]),
        ("BEGIN:VCARD\nN:Schlattner;Alicja;;;\nFN:Otfried Blocher", ["Schlattner;Alicja", "Otfried Blocher"]),
        ("PID|1||4455||Knight^Heather||19991209|F|||", ["Knight^Heather", "19991209"]),
        ("Mme Roy, née Hoareau, à l'âge de 84 ans", ["Roy", "Hoareau"]),
        ("a talk by Zinovy S Gorshkov and others", ["Zinovy S Gorshkov"]),
        ("Dossier suivi par F. Beuchat.", ["F. Beuchat"]),
        ("Spoke to spouse John today", ["John"]),
        ("Danielle, quick one - is it signed?", ["Danielle"]),
        ("Contact Kwabena Asante about it", ["Kwabena Asante"]),
        ("Dr Delèze and Prof Nakamura", ["Delèze", "Nakamura"]),
        ("Pat. Jäggi, Hans-Ulrich, *19.12.1944", ["Jäggi, Hans-Ulrich", "19.12.1944"]),
        ("die Mutter heisst Elyas Unger.", ["Elyas Unger"]),
        ("Name: Roger Moore", ["Roger Moore"]),
        (
            "die Unterlagen an Johann Brandstätter, und tutto a Giuliana Quattrini",
            ["Johann Brandstätter", "Giuliana Quattrini"],
        ),
        ("To verify your identity, Theodore, please wait", ["Theodore"]),
        ("Marian Whitlock, novelist, 079 445 66 77", ["Marian Whitlock", "079 445 66 77"]),
        ("Austin, TX 78701 | 2066642836 | l.moor@corp.ch", ["Austin, TX 78701", "2066642836", "l.moor@corp.ch"]),
        ("Kundendienst\nu_vonarx@sunrise.ch | (021) 721 40 75", ["u_vonarx@sunrise.ch", "(021) 721 40 75"]),
        ("2305598707 e.moor@corp.ch", ["2305598707", "e.moor@corp.ch"]),
        ("Agent: Best number?\nCustomer: 07980 408278\nSummarise.", ["07980 408278"]),
        ("tu peux rappeler le client ? 0240539432, il attend", ["0240539432"]),
        ("change the phone number on my account from 6391308423 please", ["6391308423"]),
        ("Tel.0615818388/AHV:756.7213.9634.38", ["0615818388", "756.7213.9634.38"]),
        ("cust waits, dob4th April 1998 ph07533 028 584", ["4th April 1998", "07533 028 584"]),
        ("pt in ward 3, nhs475-668-0410 since tue", ["475-668-0410"]),
        ("mini mueter isch am 05.06.1948 gebore", ["05.06.1948"]),
        ("ne le 1.11.1972, habite ici", ["1.11.1972"]),
        ("né le 05 08 2004; data di nascita: 10  marzo  2004", ["05 08 2004", "10  marzo  2004"]),
        ("call me 🎂 14 May 1951", ["14 May 1951"]),
        ("IBAN:GB76LOYD96483547885274BIC:ZKBKCHZZ80A", ["GB76LOYD96483547885274"]),
        ("la mia carta 5268  7150  4131  4104 e bloccata", ["5268  7150  4131  4104"]),
        ("Dacia Duster NW-730-BF, joint demain", ["NW-730-BF"]),
        ("la targa ze 219 wj e il Kontrollschild be477954", ["ze 219 wj", "be477954"]),
        ("die Praemie fuer das Fahrzeug HH HZ 8416 steigt", ["HH HZ 8416"]),
        ("Hr. von Arx, 07.05.1975, wartet", ["von Arx", "07.05.1975"]),
        ("I add Marisa A Rocha and ms. Vakha", ["Marisa A Rocha", "Vakha"]),
        ("What's your last name? Kuivanen", ["Kuivanen"]),
        ("It is under my partner's name Christoffe Bergman", ["Christoffe Bergman"]),
        ("Her maiden name is Romppanen", ["Romppanen"]),
        ("Mitarbeiter/in: Zäch Trudi", ["Zäch Trudi"]),
        ('msg="profile updated" user="Tiffany MacGregor" id=4', ["Tiffany MacGregor"]),
        ("Pt Castillo, Harry, DOB 7th October 1934, seen", ["Castillo, Harry", "7th October 1934"]),
        ("BEGIN:VCARD\nFN:Mariana Park\nEND:VCARD", ["Mariana Park"]),
        ("Er wohnt Lindenhof 3", ["Lindenhof 3"]),
        ("Lindenhof 3, 8400 Winterthur", ["Lindenhof 3, 8400 Winterthur"]),
        ('stripe_key = "12b0cf46d2d1faa871ff9195b2b0fd9257ad7d69"', ["12b0cf46d2d1faa871ff9195b2b0fd9257ad7d69"]),
        ("the admin login is root / Krokus%569zz", ["Krokus%569zz"]),
        ("la password è Velvet#081zz, quella del NAS invece Pigna-376Q", ["Velvet#081zz", "Pigna-376Q"]),
        ('Password WiFi ospiti: Lichen-456Q\ndb password "Tundra_714Q"', ["Lichen-456Q", "Tundra_714Q"]),
    ],
)
def test_somebody_is(text: str, values: list[str]) -> None:
    assert found(text) == values
