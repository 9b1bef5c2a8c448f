"""Passwords that are plain words, stand in markup or in lists of accounts; and what only speaks of passwords there."""

from __future__ import annotations

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine

ENGINE = Engine(("secret",))


def secrets(text: str) -> list[str]:
    return [text[found.start : found.end] for found in ENGINE.find([Leaf(text)])[0]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("CREATE USER erp IDENTIFIED BY 'teekanne';", ["teekanne"]),
        ("ALTER ROLE erp WITH LOGIN PASSWORD 'teekanne';", ["teekanne"]),
        ("sshpass -p teekanne ssh pi@nas", ["teekanne"]),
        ("mysql -u root -pteekanne wiki", ["teekanne"]),
        ("curl -s -u admin:teekanne https://nas.example/status", ["teekanne"]),
        ("tool --password teekanne --user admin", ["teekanne"]),
        ("tool --db-password=teekanne", ["teekanne"]),
        ("Driver=X;Server=db;Uid=erp;Pwd=teekanne;Port=1", ["teekanne"]),
        ("Das Passwort lautet Teekanne.", ["Teekanne"]),
        ('The password is "teekanne", all small.', ["teekanne"]),
        ("Le mot de passe est Girouette.", ["Girouette"]),
    ],
)
def test_a_word_where_nothing_but_a_password_can_stand(text: str, told: list[str]) -> None:
    assert secrets(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "tool --password TEXT --user TEXT",
        "tool --password string --user string",
        "use --password to be asked, or --password-stdin --user admin",
        "mysql -u root -p wiki; mysqldump --password=password app",
        "curl -u user:password https://example.com; curl -u $USER:$PASS https://example.com",
        "Server=db;User Id=app;Password=password;",
        "ALTER USER app WITH PASSWORD 'required';",
        "Das Passwort lautet wie folgt. Das Passwort lautet anders.",
        'Das Passwort ist "abgelaufen", the password is "compromised".',
        "Das Passwort ist Pflicht. The password is Monday's topic.",
        '{"required": ["username", "password"], "additionalProperties": false}',
    ],
)
def test_a_word_that_says_something_of_it(text: str) -> None:
    assert secrets(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[b]Login:[/b] admin\n[b]Passwort:[/b] Nelke_1984", ["Nelke_1984"]),
        ("Passwort: [i]Nelke_1984[/i]", ["Nelke_1984"]),
        ("* Passwort: {{Nelke_1984}}", ["Nelke_1984"]),
        ("<p>Ihr Passwort lautet: <b>nelke1984</b></p>", ["nelke1984"]),
        ("|| Dienst || Login || Passwort ||\n| Jira | admin | Nelke_1984 |\n| SVN | ci | Tulpe84 |", ["Nelke_1984", "Tulpe84"]),
        (
            "| Dienst | Login | Passwort | Notiz |\n|---|---|---|---|\n| A | x | Nelke_1984 | |\n| B | | Tulpe84 | alt |",
            ["Nelke_1984", "Tulpe84"],
        ),
        (" id | passwort | notiz\n----+----------+-------\n  1 | Nelke84 | \n  2 | Tulpe84 | alt", ["Nelke84", "Tulpe84"]),
    ],
)
def test_markup_around_it(text: str, told: list[str]) -> None:
    assert secrets(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[users]\nanna = Nelke_1984, admin\n# who left\nbeat = k4j9wq7xv2", ["Nelke_1984", "k4j9wq7xv2"]),
        ("Passwörter:\nHosting - K0123456 - Nelke#1984", ["Nelke#1984"]),
        ("Zugangsdaten Exchange\nsvc_exchange\nNelke#1984\n", ["Nelke#1984"]),
        ("Login data:\n  anna@example.com\n  Nelke#1984\n", ["Nelke#1984"]),
        ("account anna@example.com with Nelke1984", ["Nelke1984"]),
        ("- Drucker: admin / 388164", ["388164"]),
        ("Recovery codes:\n98h9s-9qf1p\nkexzx-fduxh", ["98h9s-9qf1p", "kexzx-fduxh"]),
        ("expdp system/0jU4fkXAcQ directory=DUMP dumpfile=erp.dmp", ["0jU4fkXAcQ"]),
        ("schtasks /create /tn Backup /ru ACME\\svc /rp Nelke_1984", ["Nelke_1984"]),
        ("certutil -f -p Nelke_1984 -importpfx cert.pfx", ["Nelke_1984"]),
        ("aws ssm put-parameter --name /db --type SecureString --value 'Nelke_1984'", ["Nelke_1984"]),
        ("if ($_POST['pass'] == 'nelke.tulpe3') { ok(); }", ["nelke.tulpe3"]),
        ("Entpacken mit Nelke#1984", ["Nelke#1984"]),
    ],
)
def test_lists_and_commands(text: str, told: list[str]) -> None:
    assert secrets(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "password_hash_algorithm = argon2id\npassword_encryption = scram-sha-256",
        "PasswordLastSet : 04.11.2025 08:12:33\nname: DB_PASSWORD, updated: 2026-01-03T10:11:12Z",
        "const passwordRegex = /^(?=.*[a-z])(?=.*\\d).{12,}$/;",
        "PASSWORD=$(openssl rand -base64 24)",
        "password VARCHAR2(128) DEFAULT NULL",
        "Hardcoded password in config/dev.yml line 12 (CWE-798)",
        "Subject Key Identifier: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "PIN layout: GPIO17 = LED, GPIO27 = button",
        "Passwort: bei der IT anfragen\nPassword: same as last time\nMot de passe : voir le coffre\nmdp : inchangé",
        "Entpacken mit Windows11, unzip with python3",
    ],
)
def test_what_only_speaks_of_passwords(text: str) -> None:
    assert secrets(text) == []


def test_a_random_value_of_a_name_that_goes_on_is_found_all_the_same() -> None:
    assert secrets("password_reset = tKQFc3oDe7Xw") == ["tKQFc3oDe7Xw"]
