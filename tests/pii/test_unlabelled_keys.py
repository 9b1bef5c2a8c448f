"""Keys that no word announces, and secrets by the name that they are assigned to."""

from __future__ import annotations

import base64
import random
import string

import pytest

from tests.pii.finding import finder
from tests.support.each_case import each_case

secrets = finder("secret")
_LOT = random.Random(11)
_ALL, _SMALL, _HEX = string.ascii_letters + string.digits, string.ascii_lowercase + string.digits, "0123456789abcdef"


def drawn(letters: str, length: int) -> str:
    return "".join(_LOT.choice(letters) for _ in range(length))


MIXED, LONG, SMALL, HEX = drawn(_ALL, 32), drawn(_ALL, 64), "k7vq2m9xw4tz8hn3rb6yjp5dgs", drawn(_HEX, 32)
WORDS = "lunar bamboo hurdle merge abandon render wisdom ivory glove velvet zoo salute"
UUID = "73db867e-0760-4364-84ce-b0b8a8fd2b0a"


@each_case(
    "text,secret",
    [
        (f"I found {MIXED} in our repository, should I worry?", MIXED),
        (f"Kannst du prüfen, was {LONG} ist?", LONG),
        (f"matter, most of all: {SMALL}", SMALL),
        (f"Hetzner {HEX}", HEX),
        (f"statuspage {UUID}", UUID),
        (f"OPENWEATHER: {HEX}", HEX),
        (f"We use {UUID} as the API key for the partner", UUID),
        (f"NPM_AUTH: {UUID}", UUID),
        (f"zerotier = {MIXED}", MIXED),
        (f"acme_sandbox_live_{MIXED} fails", f"acme_sandbox_live_{MIXED}"),
        (f"A_LONG_NAME_OF_SOME_SETTING=qrx_{MIXED}", f"qrx_{MIXED}"),
        (f"re_{MIXED} is refused, is the key wrong?", f"re_{MIXED}"),
        (
            "pplx-3GP1ubEQdihpIZCLXMlal4lD12iYOuRAfg8y3i9gJNfmyDtT",
            "pplx-3GP1ubEQdihpIZCLXMlal4lD12iYOuRAfg8y3i9gJNfmyDtT",
        ),
        (f"csrf_secret = {MIXED}", MIXED),
        (f"what is mlsn.{HEX * 2}", f"mlsn.{HEX * 2}"),
        (f"v4.local.{LONG} came back", f"v4.local.{LONG}"),
        ("see app-i9URxwGVzwOj4ELZb8UZgUux", "app-i9URxwGVzwOj4ELZb8UZgUux"),
        (f"see ms-{UUID}", f"ms-{UUID}"),
        ("Passwort eWgu-zDBG-wBnM.", "eWgu-zDBG-wBnM"),
        ("Gmail: a@example.com / Ozw&GBFKyTPDsNvX", "Ozw&GBFKyTPDsNvX"),
        ("Office wifi: XEzvIfkvlT", "XEzvIfkvlT"),
        ("Passwort gegeben (Milano_2026), damit", "Milano_2026"),
        ("mot de passe, avant c'était LtoV-gxJM-JWZC", "LtoV-gxJM-JWZC"),
        ("can you share the db password?\nbot  10:03 AM\nsure: Z*#5ljvCQ0N6Ox06", "Z*#5ljvCQ0N6Ox06"),
        ('mysqli_connect("localhost", "root", "gNGMZARheqtj?", "crm");', "gNGMZARheqtj?"),
        ("define( 'AUTH_KEY',  'tI`tg}GvBwn*cn?8v[O8n+8mx' );", "tI`tg}GvBwn*cn?8v[O8n+8mx"),
        ("Mistral: s7iC8EoHZgAPSTbEgLf6VNBSi4sUVDK9", "s7iC8EoHZgAPSTbEgLf6VNBSi4sUVDK9"),
        ("PIN token 127393", "127393"),
        ("My Azure OpenAI key is 8abbdcb62463432726929a456406378b.", "8abbdcb62463432726929a456406378b"),
        ("Mistral: ZZUHBSjo22YBeT7dxcLA7muskevykSIC", "ZZUHBSjo22YBeT7dxcLA7muskevykSIC"),
        ("das neue wlan pw?\n[12.03.26, 09:16] Ich: cvJLNjqMfpOG%", "cvJLNjqMfpOG%"),
        ("als Passwort gibst du Sommer2025! ein.", "Sommer2025!"),
    ],
)
def test_a_key_stands_alone(text: str, secret: str) -> None:
    assert secrets(text) == [secret]


def test_amazons_keys_come_in_pairs() -> None:
    pair = ["AKIAVSZHWQBGWWKIN6DH", "wtLEjWKx5n6LanQq9b8zmgNDEm3lyXcWk/ezTDjd"]
    assert secrets(" / ".join(pair)) == secrets("\n".join(pair)) == pair


PICTURE = base64.b64encode(_LOT.randbytes(90)).decode()


@each_case(
    "text",
    [
        f"commit {drawn(_HEX, 40)} broke it, {UUID} is the case",
        f"https://docs.google.com/document/d/1{drawn(_ALL, 43)}/edit",
        f"/nix/store/{drawn(_SMALL, 32)}-glibc-2.38",
        f"SRI: sha256-{base64.b64encode(_LOT.randbytes(32)).decode()}",
        f"host SHA256:{drawn(_ALL, 43)} (ED25519)",
        f"data:image/png;base64,{PICTURE}",
        f"iVBORw0KGgo{drawn(_ALL, 80)}",
        "\n".join(drawn(_ALL + "+/", 64) for _ in range(4)),
        f"customer cus_{drawn(_ALL, 14)}, answer chatcmpl-{drawn(_ALL, 29)}",
        f"QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79oj{drawn(string.ascii_letters, 6)} is on IPFS",
        "Explain base64: SGVsbG8gV29ybGQsIHRoaXMgaXMgYSB0ZXN0IQ==",
        '<path d="M12 21.35l-1.45-1.32C5.4 15.36 71v299h-43V13h63l106-49v12h40z"/>',
        f"sentry event {HEX}, meraki network {drawn(_HEX, 32)}",
        f"uid={drawn(_ALL, 28)}",
        f'{{"cursor": "{MIXED}"}}',
        "cf-ray: a1c292be01e4fc2d-ZRH",
        "getOrCreateUserSessionTokenV2Async is deprecated, what replaces it?",
        f"The webhook evt_{drawn(_ALL, 24)} came twice, is my token wrong?",
        f"401 for run_{drawn(_ALL, 24)} / thread_{drawn(_ALL, 24)} with this key",
        f'{{"role":"user","content":[{{"type":"tool_result","tool_use_id":"toolu_01{drawn(_ALL, 22)}"}}]}}',
        f"Checkout session cs_test_{drawn(_ALL, 58)} has expired",
        f"Slack: channel C0{drawn(string.ascii_uppercase, 8)}7 user U0{drawn(string.ascii_uppercase, 8)}3",
        f"Stripe-Signature: t=1716200000,v1={drawn(_HEX, 64)} does not match the secret",
        f"<ds:SignatureValue>{base64.b64encode(_LOT.randbytes(256)).decode()}</ds:SignatureValue>",
        f"code_challenge={drawn(_ALL, 43)} has to be made of the verifier",
        f"gpg: using RSA key {drawn(_HEX, 40).upper()}",
        f"age recipient age1{drawn(_SMALL, 58)}",
        f"look here: {drawn(_HEX, 40)}, then on {UUID}",
        f"VirusTotal {drawn(_HEX, 64)}, etherscan 0x{drawn(_HEX, 64)}",
        f"https://www.figma.com/file/{drawn(_ALL, 22)}/Design?node-id=12-345&t={drawn(_ALL, 16)}-0",
        'cache_key = f"user:{user_id}:orders:v2"',
        f"ReceiptHandle AQEB{drawn(_ALL, 120)}== has expired",
        f'{{"items": [], "nextPageToken": "{drawn(_ALL, 43)}"}}',
        f'{{"ContinuationToken": "{base64.b64encode(_LOT.randbytes(60)).decode()}", "IsTruncated": true}}',
        f"nextPageToken: {LONG}, endCursor: {MIXED}, after_cursor={MIXED}",
        f"https://graph.microsoft.com/v1.0/users/delta?$deltatoken={drawn(_ALL, 100)}",
        f'<input type="hidden" name="_csrf" value="{MIXED}"><meta name="csrf-token" content="{LONG}">',
        f'<input name="__RequestVerificationToken" type="hidden" value="CfDJ8{LONG}" />',
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{LONG}">',
        f"Cookie: csrftoken={MIXED}; theme=dark",
        f'{{"next_cursor": "vpr-n1{MIXED}"}}',
        f'<meta name="csrf-token" content="{drawn(_ALL, 21)}/DZWQ4sM9tr5heh/NOQCM3zVoHxMiwuH/{drawn(_ALL, 22)}==">',
        'FIELDS = set(["api_key", "custom_config"]); ("gr_name", "gr_passwd", "gr_gid"); security_code="CVV2"',
        "token = uuid.uuid1().hex.encode(); password: typing.Optional[bytes]; secret = base64.b64decode(raw[6:])",
        '_TOKEN_ENDPOINT = _IAM_BASE_URL + "/token"; run -p "test/fetch/http2*.js"',
        "token-issuer-6c9f7d8b5d-kx2lp runs, secret-sync-28471234-h7q9z has completed",
        f"{drawn(_HEX, 40)} refs/heads/feature/token-refresh\n{drawn(_HEX, 40)} refs/tags/v1.4.0",
        f"https://graph.microsoft.com/v1.0/messages?$skiptoken={drawn(_ALL, 60)}",
        f"message AAMkAD{drawn(_ALL, 100)}AAA=",
        f'{{"encrypted_content": "gAAAAA{drawn(_ALL, 100)}"}}',
        f"The upload returned key uploads/{HEX}/{UUID}.png",
        "Sec-WebSocket-Key: dGhl7HNhbXBsZS9ub25jZQ==",
        f'_acme-challenge.example.com. 300 IN TXT "{drawn(_ALL, 43)}"',
        "The secret name is prod/db/main and the key vault is kv-acme-prod.",
        "password: {{ .Values.db.password | b64enc | quote }}\nexistingSecret: postgres-credentials",
    ],
)
def test_what_else_is_drawn_by_lot(text: str) -> None:
    assert secrets(text) == []


@pytest.mark.parametrize(
    "name",
    [
        *("encKey", "hmac_key", "authkey", "accesskey", "sharedAccessKey", "jwtSigningKey", "productKey", "relaypass"),
        *("requirepass", "masterauth", "dbpasswd", "bottoken", "clientsecret", "rootbindpw", "vpnpsk", "auth_salt"),
        *("unlockCode", "snmpCommunity", "basicAuth", "l\xf6senord", "sifre", "heslo", "jenkinsApiTok"),
    ],
)
@pytest.mark.parametrize("form", ["{}={}", '{}: "{}"', "<{0}>{1}</{0}>", "  '{}' => '{}',", "set {} {}", "run --{} {}"])
def test_a_name_ends_in_a_word_of_secrets(name: str, form: str) -> None:
    assert secrets("timeout: 30\n" + form.format(name, "t7Rk2mXq9Vbz") + "\nretries: 3\n") == ["t7Rk2mXq9Vbz"]


@each_case(
    "text,secret",
    [
        ("BORG_PASSPHRASE='mirror tunnel thunder kettle'", "mirror tunnel thunder kettle"),
        ("mailRelayPwd=Sommer2024!&remember=1", "Sommer2024!"),
        ("set the password to harbor-pepper-ribbon and tell her", "harbor-pepper-ribbon"),
        (f"Metamask: {WORDS}", WORDS),
        ("Passwort (neu) silver-falcon-garden", "silver-falcon-garden"),
        ("Das Kennwort dazu fussball287.", "fussball287"),
        ('kinit admin <<< "Wi8.nter75"', "Wi8.nter75"),
        (f"die zwölf Wörter: {WORDS}", WORDS),
    ],
)
def test_a_name_leads_to_words(text: str, secret: str) -> None:
    assert " ".join(secrets(text)) == secret


@each_case(
    "text",
    [
        'const sortKey = "createdAt2"; const cacheKey = `user:${id}`;',
        'errorCode = "E4021B"; countryCode = "CH756"; statusCode = 404',
        'primaryKey = "order_line_2024"; partitionKey: "tenant-42"',
        "max_tokens: 4096, pad_token = '[PAD]', bypass=enable1, keyCode: 13",
        'pinMode = "INPUT_PULLUP2"; ledPin = D13X7; csPin: GPIO5A',
        f"cache key: linux-node-{drawn(_HEX, 64)}",
        "existingSecret: my-release-postgresql15",
        'secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-9NunVc"',
        "password: {{ .Values.db.password | b64enc }}",
        "Salt: 5g, Pepper: 2g, Dresscode: Business2",
        "Il codice segue la policy IT-SEC-014: la password deve essere cambiata.",
        "The building code was updated in 2024; see section 4.2.1.",
    ],
)
def test_what_ends_like_one(text: str) -> None:
    assert secrets(text) == []
