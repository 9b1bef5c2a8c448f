"""Dates of birth by what stands around them, and the dates beside them that are none."""

from __future__ import annotations

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine
from tests.support.each_case import each_case

ENGINE = Engine(("date_of_birth",))


def births(text: str) -> list[str]:
    return [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]]


TOLD = {
    "January, as French shortens it": ("né le 4 janv. 1960 à Sion", ["4 janv. 1960"]),
    "February, as French shortens it": ("nom;naissance\nMorvan;4 févr. 1960", ["4 févr. 1960"]),
    "two letters, Italian": ("Paziente, d.n. 05/10/91, ricovero", ["05/10/91"]),
    "a child": ("Kind: Anna-Lena, 2.8.1979", ["2.8.1979"]),
    "a small child": ("Enfant : Léa, 3.4.2014", ["3.4.2014"]),
    "a word behind": ("Please confirm that 1948-08-30 is your date of birth.", ["1948-08-30"]),
    "in brackets behind": ("Mme Roy, 19/08/1946 (date de naissance), opérée le 12/01/2026", ["19/08/1946"]),
    "a word between two": ("Is 1948-08-30 your date of birth, not 1984-08-30?", ["1948-08-30", "1984-08-30"]),
    "a letter and a month": ("The patient, b. August 4, 2002, came", ["August 4, 2002"]),
    "a namesake": ("Franz Schubert, wohnhaft Seeweg 4, 2502 Biel, geboren am 23.02.1944", ["23.02.1944"]),
    "in small talk": ("zodiac sign for 02/11/1988, thats my birthday", ["02/11/1988"]),
    "a correction": ("My DOB is March 12th, 1985, not March 21st, 1985.", ["March 12th, 1985", "March 21st, 1985"]),
    "brother and sister": ("né le 6 mai 2017 et mon fils le 19/01/2020", ["6 mai 2017", "19/01/2020"]),
    "a list": ("Geburtstag: Ida Roth (12.05.1980), Jan Moor (19.05.1994)", ["12.05.1980", "19.05.1994"]),
    "two documents": ("Geburtsdatum 12.03.1985, im Ausweis 13. März 1985", ["12.03.1985", "13. März 1985"]),
    "a letter": ("Patient 4471, b. 12 Oct 1939, allergic", ["12 Oct 1939"]),
    "an Italian letter": ("il sig. Tamburi (n. 11.06.1947), residente", ["11.06.1947"]),
    "a French form": ("DDN 11/11/1951, hospitalisé le 03/02/2026", ["11/11/1951"]),
    "an age that is reached": ("as you turned 40 on 05 June 1985", ["05 June 1985"]),
    "years that are completed": ("compio gli anni il 21/03/1997", ["21/03/1997"]),
    "the world": ("kam am 9. Juli 1995 in Linz auf die Welt", ["9. Juli 1995"]),
    "the day": ("a vu le jour le 2 octobre 1931", ["2 octobre 1931"]),
    "a month": ("il est né en juin 1991, habite Sion", ["juin 1991"]),
    "a year": ("Jahrgang ist 1987, Wohnort Olten", ["1987"]),
    "one wrong and one right": ("Geburtsdatum 03.08.1974 statt 08.03.1974", ["03.08.1974", "08.03.1974"]),
    "two birthdays": (
        "ich hab am 14.02.1990 geburtstag und meine freundin am 15.02.1991",
        ["14.02.1990", "15.02.1991"],
    ),
    "twins": ("mes jumeaux sont nés le 8 mars 2021", ["8 mars 2021"]),
    "a short message": ("mon anniv c le 23/11/2001", ["23/11/2001"]),
    "an age and a date": ("Mme Riou, 78 ans (04/03/1948), suivie", ["04/03/1948"]),
    "one of the family": ("mein bruder ist vom 5. august 1998", ["5. august 1998"]),
    "a grandfather": ("mio nonno era del 12 giugno 1930", ["12 giugno 1930"]),
    "a deed": ("born in Cardiff on the 3rd day of June 1946", ["3rd day of June 1946"]),
    "a list with dashes": ("Birthdays: Ann Lee – 4 May 1986; Sam Roy – 19 May 1991.", ["4 May 1986", "19 May 1991"]),
    "a daughter": ("meine tochter (8.8.2012) braucht einen pass", ["8.8.2012"]),
    "numbered": (
        "1) Joel Bayer, 11.9.1975, jb@example.org\n2) Ida Lang, 3.5.1990, il@example.org",
        ["11.9.1975", "3.5.1990"],
    ),
    "a title before": ("CR - Mme Petitjean (16-05-1978) - IPP 8812004", ["16-05-1978"]),
    "a register": ("Ajouter : Bernard Grenier - 1960-05-04 - CDI", ["1960-05-04"]),
    "a sex behind": ("wiedervorgestellt 13.2.1970, w, stationär", ["13.2.1970"]),
    "several": (
        "Geburtsdaten: Mia 20. November 1959, Jan 09.09.1942, Ida 3.4.51.",
        ["20. November 1959", "09.09.1942", "3.4.51"],
    ),
    "a son": ("can my son (03/27/2019) start kindergarten?", ["03/27/2019"]),
    "a record": ("PID|1||445566||Knight||19991209|F|||", ["19991209"]),
    "a call": ('new Employee("Connie", LocalDate.parse("1944-09-15"));', ["1944-09-15"]),
    "a row of values": ("INSERT INTO p VALUES (1, 'Madison Guerrero', '1978-02-12', 'x');", ["1978-02-12"]),
    "a row without a known name": (
        "INSERT INTO p VALUES (12, 'Zyx', 'z@example.org', '+1 212 423 5711', '1990-01-20', 'x');",
        ["1990-01-20"],
    ),
    "behind a patient of any name": ("Patientin: Pius Ackerli, 4. Juni 1967, AHV", ["4. Juni 1967"]),
    "columns": ("Rachel Pena   1965-09-13   M12", ["1965-09-13"]),
    "a list that reaches": ("// Jo Roy, jr@example.org, 212 423 5711, 1949-04-03", ["1949-04-03"]),
    "nothing else on that day": (
        "Klientin: Silke Brunner, zwei Kinder, Muttersprache Deutsch, 22.1.1955, IV-Stelle Bern",
        ["22.1.1955"],
    ),
    "a surname in capitals": ("Résultats de JACOT-DESCOMBES Jean, 02/08/1948, dossier", ["02/08/1948"]),
    "stars": ("sie am 26.Juni 1944, ich am 9.Mai 1948, passt das horoskop", ["26.Juni 1944", "9.Mai 1948"]),
    "a class": ("Roster: Paul Osborne (2014-05-06), Andrew Barrett (2013-11-19)", ["2014-05-06", "2013-11-19"]),
    "from a day": ("my grandma is from 1950-09-21, how old is she", ["1950-09-21"]),
    "letters": ('{"assure": "?", "ddn": "14.11.1947"}', ["14.11.1947"]),
    "a capital before that is cut": (
        "ENTRE LES SOUSSIGNÉS : la SARL Les Oliviers et Monsieur Jacques Montandon, né le 27/09/1947",
        ["27/09/1947"],
    ),
    "a namesake among patients": ("Überweisung: Joseph Roth, geb. 23/2/2007", ["23/2/2007"]),
    "a sex and a date": ("Diagnose F32.1 bei ihr (w, 12.11.1989), Erstkonsultation 04.02.2026", ["12.11.1989"]),
    "oneself": ("je suis du 4 août 1995, c'est quel signe ?", ["4 août 1995"]),
    "a label with dots to its value": ("Geb.-Datum ..... 2. Februar 1939\nHandy ...", ["2. Februar 1939"]),
    "made in code": ("Geburtsdatum = new DateTime(1951, 11, 21), Eintritt", ["1951, 11, 21"]),
    "made of parts": ("dateOfBirth=LocalDate.of(1951,2,3);", ["1951,2,3"]),
    "made in code of what was not born": ("created = new DateTime(2024, 11, 21)", []),
    "made in code to compare others with": ("filter(date_of_birth__lt=date(2008, 1, 1))", []),
    "made in code, behind its name": ('("birth_date", datetime.date(1975, 3, 4))', ["1975, 3, 4"]),
    "made in code for another argument": ("def age(dob, today=date(2024, 5, 1)): return 1", []),
    "behind a firm and a name with a particle": (
        "Vertrag zwischen der Sonnegg AG und Raghav von Jovanović, geboren am 14.07.1997",
        ["14.07.1997"],
    ),
    "at the end of a long clause": (
        "Sie wurde am 4.9.69 als zweite Tochter des Schreiners Beat Frei geboren und zog nach Chur.",
        ["4.9.69"],
    ),
    "of what came of an event": ("Am 4.9.1969 wurde bei der Tagung in Bern eine neue Idee des Vereins geboren.", []),
    "his or her own, at the beginning": ("Sa date de naissance est le 04/05/1980.", ["04/05/1980"]),
    "of a firm": ("La société Rochat SA, née le 04/05/1980, compte 40 employés.", []),
    "the light": ("è venuta alla luce il 02/04/1991 e vive a Lugano", ["02/04/1991"]),
    "a star and hyphens": ("Patientin regula koch, *24-11-1983, kam heute", ["24-11-1983"]),
    "over a line's end": ("Patient Meier, b. 12\nMay 1939, presented", ["12\nMay 1939"]),
    "in letters that stand apart": ("geb. 2 4 .   M a i   1 9 6 3 in Chur", ["2 4 .   M a i   1 9 6 3"]),
    "in a row alone": ("Kunz;Xhevahire;28.09.90;Via Po 7;6900 Lugano", ["28.09.90"]),
    "in a row with commas": ("4711,Anna,Keller,1988-03-04,Bern", ["1988-03-04"]),
    "in a row of what happened": ("4711;Anna;bestellt;12.05.2001;6900 Lugano;Rechnung", []),
    "with strokes": ("birth date: October/17/1959", ["October/17/1959"]),
}


def test_a_date_below_a_birth() -> None:
    found = ENGINE.find(
        [Leaf("1982-08-08", ("member", "birth", "date")), Leaf("2019-03-01", ("member", "entry", "date"))]
    )
    assert [len(one) for one in found] == [1, 0]


def test_a_compound_with_a_hump() -> None:
    assert births('{"geburtsDatum": "1967-03-12", "eintrittsDatum": "2019-03-01"}') == ["1967-03-12"]


@each_case("form", TOLD)
def test_a_birth_is_told(form: str) -> None:
    text, dates = TOLD[form]
    assert births(text) == dates


@each_case(
    "text,dates",
    [
        ("geb. 12.03.1985, Eintritt 01.08.2019", ["12.03.1985"]),
        ("née en 2019, la société compte 40 employés", []),
        ("Born in 2015, the company now has 40 employees", []),
        ("Maria Rossi, nata nel 1985, la società la licenzia.", ["1985"]),
        ("Mme Rochat, née en 1985, la société lui doit 3 mois.", ["1985"]),
        ("Peter Dawson, born in 1985, our company owes him leave.", ["1985"]),
        ("Frau Wyss, Jahrgang 1985, die Stiftung betreut sie.", ["1985"]),
        ("Born in 1985, our firm hired him last year.", ["1985"]),
        ("Née en 1985, notre entreprise l'a engagée.", ["1985"]),
        ("Née en 1969, la patiente habite Lyon", ["1969"]),
        ("Wegmüller, Seestrasse 41a, 8001 Zürich, 0041 78 409 72 15, 09.04.1950", ["09.04.1950"]),
        ("Seestrasse 41a, 8001 Zürich, 076/386 09 09, 14.5.1973", ["14.5.1973"]),
        ("Alte Landstrasse 59, 5400 Baden; 0792702721; 22. März 1947", ["22. März 1947"]),
        ("6 Raymond Rd, Boston, MA 02108, +1-646-208-8021, 24 Nov 1951", ["24 Nov 1951"]),
        ("Besprechung vom 12.03.1998, 044 123 45 67", []),
        ("044 123 45 67, gegründet 12.03.1998", []),
        ("Artikel 123 456 789, Stand 12.03.1998", []),
        ("kind: Deployment, 2.8.2019", []),
        ("Kind: Deployment, 2.8.2019", []),
        ("d.n. 50 mm, Lieferung 5.10.2025", []),
        ("Livraison : 4 févr. 2026", []),
        ("born on 7 May 1990 and hired on 1 June 2015", ["7 May 1990"]),
        ("née le 3 mai 1970 et embauchée le 1er juin 2001", ["3 mai 1970"]),
        ("La sentenza, n. 28985 dell'11 novembre 2019, riguarda la nascita del credito.", []),
        ("Roger Federer was born on 8 August 1981 in Basel.", []),
        ("Queen Elizabeth II was born on 21 April 1926.", []),
        ("SELECT birth_date FROM hr WHERE hire_date >= DATE '2020-01-01'", []),
        ("Hired: Joan Miller, contract of 12/05/1999, married 3 May 2001", []),
        ("Nach dem Urteil vom 3. Mai 1999 kaufte Peter Brunner das Haus am 12.08.2003.", []),
        ("Das Gebäude wurde am 12.05.1987 eingeweiht; die Gebühr vom 12.05.2005", []),
        ("Signed: John Smith, 12/05/2023; Bern, 3. Mai 1999", []),
        ("Michael Jackson (29 August 1958) and the album of 1982, a classic", []),
        ("San Francisco, 12/03/2004, f. 12", []),
        ("Der Vertrag ist vom 5. August 2018, das Urteil vom 3. Mai 2019.", []),
        ("Die Firma wurde am 12.03.1985 gegründet.", []),
    ],
)
def test_other_dates_are_left(text: str, dates: list[str]) -> None:
    assert births(text) == dates
