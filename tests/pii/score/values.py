"""Made-up values with right check digits, of every type, in the spellings that people use."""

from __future__ import annotations

import base64
import string
from random import Random

from stdnum import luhn
from stdnum.de import idnr
from stdnum.iso7064 import mod_97_10
from stdnum.it import codicefiscale

from gateway.pii.detectors.accounts import IBAN_LENGTHS
from tests.pii.score import people

MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "en": "January February March April May June July August September October November December",
}
HOSTS = (
    "example.ch",
    "bluewin.ch",
    "web.de",
    "orange.fr",
    "libero.it",
    "gmail.com",
    "acme-group.co.uk",
    "posteo.de",
    "mail.example.org",
)


class Values:
    """Draws values of one language from one seeded source."""

    def __init__(self, draw: Random, language: str) -> None:
        self.draw = draw
        self.language = language

    def digits(self, count: int) -> str:
        return "".join(self.draw.choices(string.digits, k=count))

    def pick(self, *choices: str) -> str:
        return self.draw.choice(choices)

    def given(self) -> str:
        return self.draw.choice(people.GIVEN[self.language].split())

    def family(self) -> str:
        text = people.FAMILY[self.language]
        for name in people.MULTI:
            text = text.replace(name, name.replace(" ", "_"))
        return self.draw.choice(text.split()).replace("_", " ")

    def person(self) -> str:
        return f"{self.given()} {self.family()}"

    def email(self) -> str:
        plain = str.maketrans("äöüéèëïçıć '", "aoueeeicic..")
        first, last = self.given().lower().translate(plain), self.family().lower().translate(plain)
        local = self.pick(
            f"{first}.{last}",
            f"{first[0]}{last}",
            f"{last}_{self.digits(2)}",
            f"{first}+{self.pick('hr', 'news')}",
            f"{last}.{first}",
        )
        local = "".join(char for char in local if char.isascii()).strip(".")
        address = f"{local}@{self.draw.choice(HOSTS)}"
        return address.upper() if self.draw.random() < 0.05 else address

    def phone(self) -> str:
        d = self.digits
        two, three, four = d(2), d(3), d(4)
        forms = {
            "de": (f"079 {three} {two} {d(2)}", f"+41 44 {three} {two} {d(2)}", f"0041 31 {three} {two} {d(2)}", f"+49 30 {four}{three}", f"0171 {four}{three}",
                   f"+43 664 {four}{three}", f"089/{four}{two}", f"076{three}{two}{d(2)}", f"(044) {three} {two} {d(2)}", f"+49 (0)40 {four} {three}", f"041 {three} {two} {d(2)}"),
            "fr": (f"06 {two} {d(2)} {d(2)} {d(2)}", f"+33 6 {two} {d(2)} {d(2)} {d(2)}", f"01.{two}.{d(2)}.{d(2)}.{d(2)}", f"022 {three} {two} {d(2)}", f"+41 (0)21 {three} {two} {d(2)}",
                   f"0033 1 {two} {d(2)} {d(2)} {d(2)}", f"07{two}{d(2)}{d(2)}{d(2)}", f"0{self.pick('4', '5', '2')}-{two}-{d(2)}-{d(2)}-{d(2)}"),
            "it": (f"+39 333 {three}{four}", f"347 {three} {four}", f"02 {four} {four}", f"+39 06 {four}{four}", f"091 {three} {two} {d(2)}", f"+41 79 {three} {two} {d(2)}", f"0039 340 {three} {four}",
                   f"339-{three}{four}", f"06/{four}{three}"),
            "en": (f"+44 20 7{three} {four}", f"020 7{three} {four}", f"07{three} {three}{three}", f"(212) 5{two}-{four}", f"415-5{two}-{four}", f"+1 650 5{two} {four}", f"+1-202-5{two}-{four}",
                   f"01{three} {three}{three}", f"312.5{two}.{four}", f"(303) 5{two}-{four} ext. {three}", f"001-617-5{two}-{four}", f"+44 (0)161 {three} {four}", f"718 5{two} {four}"),
        }  # fmt: skip
        return self.draw.choice(forms[self.language])

    def iban(self) -> str:
        country = self.pick("CH", "DE", "FR", "IT", "GB", "AT", "LI", "ES", "NL")
        length = IBAN_LENGTHS[country]
        rest = self.digits(length - 4)
        if country == "GB":
            rest = "NWBK" + rest[4:]
        if country == "NL":
            rest = "ABNA" + rest[4:]
        if country == "IT":
            rest = "X" + rest[1:]
        value = country + mod_97_10.calc_check_digits(rest + country) + rest
        grouped = " ".join(value[at : at + 4] for at in range(0, len(value), 4))
        return self.pick(value, grouped, grouped, grouped.replace(" ", "-"), value.lower())

    def credit_card(self) -> str:
        start, length = self.draw.choice((("4", 16), ("53", 16), ("37", 15), ("6011", 16), ("2223", 16), ("4", 16)))
        body = start + self.digits(length - len(start) - 1)
        value = body + luhn.calc_check_digit(body)
        if length == 15:
            return self.pick(value, f"{value[:4]} {value[4:10]} {value[10:]}")
        grouped = " ".join(value[at : at + 4] for at in range(0, 16, 4))
        return self.pick(value, grouped, grouped, grouped.replace(" ", "-"))

    def ch_ahv(self) -> str:
        body = "756" + self.digits(9)
        check = -sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body)) % 10
        v = body + str(check)
        return self.pick(
            v,
            f"{v[:3]}.{v[3:7]}.{v[7:11]}.{v[11:]}",
            f"{v[:3]}.{v[3:7]}.{v[7:11]}.{v[11:]}",
            f"{v[:3]} {v[3:7]} {v[7:11]} {v[11:]}",
        )

    def ch_uid(self) -> str:
        while True:
            body = self.digits(8)
            check = -sum(int(digit) * weight for digit, weight in zip(body, (5, 4, 3, 2, 7, 6, 5, 4), strict=True)) % 11
            if check != 10:
                v = body + str(check)
                return self.pick(f"CHE-{v[:3]}.{v[3:6]}.{v[6:]}", f"CHE{v}", f"CHE-{v[:3]}.{v[3:6]}.{v[6:]} MWST")[:15]

    def ch_health_card(self) -> str:
        body = "80756" + self.digits(14)
        v = body + luhn.calc_check_digit(body)
        return self.pick(v, f"{v[:5]} {v[5:10]} {v[10:15]} {v[15:]}")

    def fr_nir(self) -> str:
        body = (
            self.pick("1", "2")
            + self.digits(2)
            + f"{self.draw.randint(1, 12):02d}"
            + f"{self.draw.randint(1, 95):02d}"
            + f"{self.draw.randint(1, 990):03d}"
            + self.digits(3)
        )
        key = f"{97 - int(body) % 97:02d}"
        return self.pick(body + key, f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:]} {key}")

    def de_tax_id(self) -> str:
        while True:
            body = self.pick(*"123456789") + self.digits(9)
            for check in string.digits:
                if idnr.is_valid(body + check):
                    v = body + check
                    return self.pick(v, f"{v[:2]} {v[2:5]} {v[5:8]} {v[8:]}")

    def de_svnr(self) -> str:
        area, birth = (
            f"{self.draw.randint(10, 65):02d}",
            f"{self.draw.randint(1, 28):02d}{self.draw.randint(1, 12):02d}{self.digits(2)}",
        )
        letter, serial = self.draw.choice(string.ascii_uppercase), self.digits(2)
        digits = area + birth + f"{ord(letter) - 64:02d}" + serial
        check = (
            sum(sum(divmod(int(d) * w, 10)) for d, w in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
            % 10
        )
        return self.pick(f"{area}{birth}{letter}{serial}{check}", f"{area} {birth} {letter} {serial}{check}")

    def it_cf(self) -> str:
        body = (
            "".join(self.draw.choices("BCDFGLMNPRSTVZ", k=6))
            + f"{self.draw.randint(40, 99)}{self.pick(*'ABCDEHLMPRST')}{self.draw.randint(1, 28):02d}H{self.draw.randint(100, 900)}"
        )
        v = body + codicefiscale.calc_check_digit(body)
        return self.pick(v, v, v.lower(), f"{v[:3]} {v[3:6]} {v[6:11]} {v[11:]}")

    def es_nif(self) -> str:
        number = self.draw.randint(10_000_000, 99_999_999)
        letter = "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23]
        return self.pick(f"{number}{letter}", f"{number}-{letter}")

    def uk_nino(self) -> str:
        prefix = self.pick("AB", "CE", "JK", "PW", "SX")
        d = self.digits(6)
        return self.pick(f"{prefix}{d}C", f"{prefix} {d[:2]} {d[2:4]} {d[4:]} A")

    def uk_nhs(self) -> str:
        while True:
            body = self.pick(*"4679") + self.digits(8)
            check = 11 - sum(int(digit) * (10 - at) for at, digit in enumerate(body)) % 11
            if check != 10:
                v = body + str(check % 11)
                return self.pick(f"{v[:3]} {v[3:6]} {v[6:]}", v)

    def us_ssn(self) -> str:
        return f"{self.draw.randint(100, 665)}-{self.draw.randint(10, 99)}-{self.draw.randint(1000, 9999)}"

    def passport(self) -> str:
        return self.pick(
            f"X{self.digits(7)}",
            f"C{self.digits(2)}XK{self.digits(3)}T",
            f"{self.digits(2)}AB{self.digits(5)}",
            f"YA{self.digits(7)}",
            self.digits(9),
        )

    def license_plate(self) -> str:
        return {
            "de": self.pick(
                f"ZH {self.digits(6)}",
                f"BE-{self.digits(5)}",
                f"M-AB {self.draw.randint(100, 9999)}",
                f"HH-XY {self.draw.randint(10, 999)}",
            ),
            "fr": self.pick(
                f"AB-{self.draw.randint(100, 999)}-CD",
                f"GE {self.draw.randint(10000, 999999)}",
                f"VD {self.draw.randint(100000, 499999)}",
            ),
            "it": self.pick(
                f"AB {self.draw.randint(100, 999)} CD",
                f"TI {self.draw.randint(100000, 399999)}",
                f"FX{self.draw.randint(100, 999)}ZW",
            ),
            "en": self.pick(f"AB{self.draw.randint(10, 72)} CDE", f"LK{self.draw.randint(10, 72)} XYZ"),
        }[self.language]

    def date_of_birth(self) -> str:
        day, month, year = self.draw.randint(1, 28), self.draw.randint(1, 12), self.draw.randint(1940, 2006)
        name = MONTHS[self.language].split()[month - 1]
        forms = [
            f"{day:02d}.{month:02d}.{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day}. {name} {year}" if self.language == "de" else f"{day} {name} {year}",
        ]
        if self.language != "de":
            forms.append(f"{day:02d}/{month:02d}/{year}")
        if self.language == "en":
            forms += [f"{name} {day}, {year}", f"{month}/{day}/{year}"]
        return self.draw.choice(forms)

    def address(self) -> str:
        number = str(self.draw.randint(1, 180)) + self.pick("", "", "", "a", "b")
        if self.language == "en":
            street = f"{number.strip('ab')} {self.draw.choice(people.ENGLISH_STREETS)}"
            unit = self.pick("", "", ", Flat 3", " Apt. 12B")
            return f"{street}{unit}, {self.draw.choice(people.ENGLISH_TOWNS)}"
        country = {"de": self.pick("CH", "DE", "AT"), "fr": self.pick("FR", "CH"), "it": self.pick("IT", "CH")}[
            self.language
        ]
        code, town = self.draw.choice(people.TOWNS[country])
        street = self.draw.choice(
            people.STREETS[self.language]
            .replace(
                "Bahnhofstrasse Lindenweg Hauptstr. Goethestraße Kirchgasse Seefeldquai ",
                "Bahnhofstrasse|Lindenweg|Hauptstr.|Goethestraße|Kirchgasse|Seefeldquai|",
            )
            .split("|")
        )
        line = (
            f"{number}, {street}"
            if self.language == "fr" and country == "FR" and self.draw.random() < 0.4
            else f"{number} {street}"
            if self.language == "fr" and country == "FR"
            else f"{street} {number}"
        )
        return f"{line}{self.pick(', ', ', ', chr(10))}{code} {town}"

    def ip_address(self) -> str:
        v4 = ".".join(str(self.draw.randint(11, 223)) for _ in range(4))
        return self.pick(v4, v4, f"2001:db8:{self.draw.randint(1, 9999)}::{self.draw.randint(1, 9999)}")

    def mac_address(self) -> str:
        return self.pick(":", "-").join(f"{self.draw.randint(0, 255):02x}" for _ in range(6))

    def vin(self) -> str:
        return (
            self.pick("WVWZZZ1KZ", "WBA3A5C50", "VF1RFA00X", "ZFA312000")
            + "".join(self.draw.choices("ABCDEFGH123456789", k=2))
            + self.digits(6)
        )

    def secret(self) -> str:
        alphabet = string.ascii_letters + string.digits
        token = "".join(self.draw.choices(alphabet, k=40))
        jwt = ".".join(
            base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
            for part in ('{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{self.digits(10)}"}}', token[:20])
        )
        return self.pick(
            f"sk-proj-{token}",
            f"ghp_{token[:36]}",
            f"AKIA{token[:16].upper()}",
            f"xoxb-{self.digits(11)}-{token[:24]}",
            f"sk_live_{token[:24]}",
            jwt,
            f"glpat-{token[:20]}",
            f"AIza{token[:35]}",
            f"sk-ant-api03-{token}",
            f"hf_{token[:34]}",
            f"SG.{token[:22]}.{token}xyz",
        )
