"""A value beside a word of secrets is found in whatever syntax it is set; what only refers to one is left alone."""

from __future__ import annotations

from tests.pii.finding import finder
from tests.support.each_case import each_case

found = finder("secret")
KEY = "q7Zr2kWv9XbT4mLc8NpJ3sHd"


@each_case(
    "text,value",
    [
        # what code falls back to
        ("const secret = process.env.SECRET || 'Falke2025';", "Falke2025"),
        ('secret = os.getenv("JWT_SECRET") or "Falke2025"', "Falke2025"),
        ("const s = process.env.JWT_SECRET ?? 'tiger-orage-falke';", "tiger-orage-falke"),
        ("$key = getenv('API_KEY') ?: 'k9f3Qw81zT';", "k9f3Qw81zT"),
        # who logs in with what
        ('let client = Client::new("admin", "la07vip1XT4tQC69");', "la07vip1XT4tQC69"),
        ('{"url": "https://api.acme.ch", "auth": ["svc", "Lago0323"]}', "Lago0323"),
        ('auth:\n  basic: "ops:Juniper6838"', "Juniper6838"),
        ("(1) VPN  → ops / vD7Gy_Dqo5.fpB^33", "vD7Gy_Dqo5.fpB^33"),
        ("SSID: Firma-Gast\nKey: q6f5-qgve-04b0-raof", "q6f5-qgve-04b0-raof"),
        ('<Secret name="db" value="Kirsche6201"/>', "Kirsche6201"),
        # a default, and the words of a command
        ('parser.add_argument("--password", default="tiger-brioche-kobalt")', "tiger-brioche-kobalt"),
        ('password: str = Field(default="Kobalt5814")', "Kobalt5814"),
        ('["mysql","-u","root","-pWWXGDDoiRp3QM","-h","db01"]', "WWXGDDoiRp3QM"),
        ('subprocess.run(["sshpass", "-p", "Jun1p3r71", "ssh", "admin@sw1"])', "Jun1p3r71"),
        # lists, columns, arrows
        ('PASSWORDS = ["q6aSuOMrjFW52sX", "willow-kirsche-kobalt"]', "willow-kirsche-kobalt"),
        ('API_KEYS: ["' + KEY + '", "6860aeb2f5585980403783c70b5f7cc6"]', "6860aeb2f5585980403783c70b5f7cc6"),
        ("host           db01\nclientSecret   pyih72cd1x", "pyih72cd1x"),
        ("contraseña -> K0b4lt48", "K0b4lt48"),
        ("SET mot_de_passe Otter2025", "Otter2025"),
        ("host,psw\nsw1,Falke2025\n", "Falke2025"),
        # words with full stops between, where no code is
        ("DSN=HR;UID=svc;PWD=juniper.falke.tiger;", "juniper.falke.tiger"),
        ("user=mhuber&password=pepper.vento.juniper&remember=1", "pepper.vento.juniper"),
        (':password => "falke.orage.tiger"', "falke.orage.tiger"),
        # small letters drawn by lot
        ("token: imcnkqohemjxgzlo", "imcnkqohemjxgzlo"),
        ("smtp.host=mail;password=kwjxhvqzpd;tls=1", "kwjxhvqzpd"),
        # the second block of a Secret; an account that is called as a label is; the figures on a card's back
        ("kind: Secret\ndata:\n  a: cDRzc3cwcmQ\nstringData:\n  smtp: R4v3n28x\n", "R4v3n28x"),
        (
            "<table><tr><th>User</th><th>Password</th></tr><tr><td>guest</td><td>H3rbst467</td></tr></table>",
            "H3rbst467",
        ),
        (
            "<table><tr><th></th><th>Kunde</th></tr><tr><th>Passwort</th><td>falkeorage</td></tr></table>",
            "falkeorage",
        ),
        # as constants, tests and numbers of programs are written
        ("DB_PASSWORD=CORRECT_HORSE_BATTERY", "CORRECT_HORSE_BATTERY"),
        ("Passwort: TestHausBaum", "TestHausBaum"),
        ("das Passwort lautet gpio_4711", "gpio_4711"),
        ("password: 0xbeef", "0xbeef"),
        ("mot de passe : x:1000:44", "x:1000:44"),
        ("users: anna, Passw0rd!9:", "Passw0rd!9:"),
        ("Name;Kreditkarte;Prüfziffer\nKeller;4378566424717649;082\n", "082"),
    ],
)
def test_value_is_found_in_any_syntax(text: str, value: str) -> None:
    assert value in found(text)


@each_case(
    "text",
    [
        "const s = process.env.JWT_SECRET || 'dev-secret'; const u = process.env.SECRET_URL || 'http://localhost:3000';",
        'tokens = ["sha256", "v2beta1", "eos"]',
        'secrets: ["db-password", "api-key"]',
        '["admin", "VersionBeta"], ("test", "TestCase1"), ("user", "users/2025/Q1")',
        "password=settings.prod.key\nsecret=request.form.tiger\ntoken=self.session.token",
        "password => password, :secret => :value, :token => token",
        "token: authentication\nauth: configuration\nkey: abcdefghijklm",
        "Name        Type\npassword    string\ntoken       uuid",
        "fun password() -> String\ntoken -> TokenStream",
        "OBJECT_ON_TOKEN =\n\tP11_KIT_URI_FOR_OBJECT | 1",
        "passwd:x:1000:1000::/srv/passwd:/bin/sh",
        "$token = (Get-AzAccessToken).Token",
        "pin: GPIO17",
        'parser.add_argument("--tokenizer", default="cl100k_base"); x = tokenizer or "gpt2-medium"',
        "const x = config.secret_name || 'eu-central-1'; const y = row.primary_key ?? 'user_id2'",
        'The password must not contain "abc123" or "qwerty1".',
        'If the token is missing or "invalid#1" comes, wait.',
        'Role("admin", "Level10Access20")',
        'basic: "python:3.11-slim"',
        "SSID: Gast\nKey: WPA2-PSK",
        'secrets: ["projects/1/secrets/db"]',
        "--- PASS: TestPasswordReset (0.02s)",
        "feature_flags: {new_login: true, token_v2: false}",
        "IMAGE_REL_AMD64_TOKEN = 0x000D,",
        "names = ('CURLOPT_PASSWORD', 'CURLOPT_READDATA')",
        "Datum;Prüfziffer\n12.11.2025;082\n",
    ],
)
def test_what_refers_to_a_secret_is_left_alone(text: str) -> None:
    assert found(text) == []
