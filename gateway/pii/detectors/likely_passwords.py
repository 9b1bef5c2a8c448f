"""Whether what stands where a password could stand is one, and no word, term, number, address or piece of code."""

from __future__ import annotations

import re

from gateway.pii.arrays import RULES_OF_A_FIELD
from gateway.pii.detectors.letters_by_lot import are_letters_by_lot
from gateway.pii.detectors.object_ids import is_account_at_twilio
from gateway.pii.detectors.passwords_in_fours import GROUPS
from gateway.pii.detectors.phrases import is_lot_of_words
from gateway.pii.detectors.random_values import changes, entropy, is_example, is_jumbled, is_name_of_a_type, kinds_of
from gateway.pii.view import ALNUM

_NO_PASSWORD = re.compile(
    rb"(?i)@[a-z0-9\-]+\.[a-z]{2}|://|^[0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9:.]+(?:z|[+\-][0-9:]+)?$"
    rb"|^[0-9.,:/+\-]+[a-z]{0,4}$|[()\[\]{}]|^[a-z]+[-'.][a-z]+$|(?-i:\.(?:[a-z]{2,4}|[A-Z]{2,4})$)"
    rb"|^v?[0-9]+\.[0-9]|^~?/[a-z]|^(?:[A-Z]{2,5}[0-9]/)+[A-Z]{2,5}[0-9]$"
    rb"|^[a-z][a-z\-/]*:[0-9][0-9.]*(?:-[a-z]+)?$|^[a-z][a-z0-9._\-/]*:v?[0-9]+(?:\.[0-9]+)+-[a-z0-9.\-]+$"
    rb"|^(?:(?:ctrl|control|strg|alt|altgr|cmd|shift|umschalt|maj|maiusc|win|super|option|meta|fn)[+\-]){1,3}"
    rb"(?:[a-z0-9]|f[0-9]{1,2}|enter|tab|esc|space|del|delete|entf|canc|suppr|insert|home|end|up|down|left|right)$"
    rb"|^(?-i:(?:Europe|America|Asia|Africa|Australia|Pacific|Atlantic|Etc)/[A-Z][A-Za-z_]+)(?:[+\-](?:0?[0-9]|1[0-4]))?$"
)
# Of one case, or with a capital at its beginning: no `UUEfWwdJNtp`.
_LIKE_A_WORD = rb"(?:[a-z\xdf-\xff]{1,6}|(?-i:[A-Z]?[a-z\xdf-\xff]+|[A-Z]+))"
# A word with a number behind it: `SHA-256`, `ISO27001:2022`, `gpt-4o`. Directly behind the word it may be a password.
A_TERM = re.compile(
    rb"(?i)^[a-z]{1,12}[\-_ ]?[0-9]{1,5}(?:[.:\-][0-9a-z]{1,6})*[a-z]?$|^[0-9]+[\-.:/]?" + _LIKE_A_WORD + rb"$"
)
_A_TERM_OF_THE_TRADE = re.compile(
    rb"(?i)^(?:(?:sha|md|aes|pbkdf|argon|bcrypt|scrypt|base|oauth|utf|ipv|win|windows|iso|rfc|c[vw]e|tls|ssl|https?"
    rb"|rsa|ecdsa|ed"
    rb"|fido|ntlm|ntlmv|wpa|krb|totp|ios|macos|python|php|java|node|mysql|postgres|oracle|office|ubuntu|debian|rhel"
    rb"|centos"
    rb"|level|step|part|page|section|version|kdbx|sp|nist|pci|hs|rs|es|keepass|outlook"
    rb"|chapter|artikel|article|kapitel|zeile|line|room|raum|id|hmac|blake|chacha|gpt|llama"
    rb"|claude)[\-_.]?[0-9]"
    rb"[0-9a-z.\-:]*|(?:router|server|client|user|admin|test|demo)[\-_.]?[0-9]{1,2}|[a-z][0-9]{1,3}"
    rb"|(?-i:[A-Z]{2,6}(?:-[A-Z]{2,6}){1,2}-[0-9]{2,4})|[0-9]+[\-.:/]?" + _LIKE_A_WORD + rb")$"
)
_DIGITS_INSIDE = re.compile(rb"[a-z]{4,}[0-9]{2,}[A-Z][a-z]{2,}|[A-Z][a-z]{3,}[0-9]{2,}[A-Z]?[a-z]{3,}")
_WORD_AND_NUMBER = re.compile(rb"[A-Z\xc0-\xde][a-z\xdf-\xff]{2,}[_.][0-9]{2,4}")
_ODD, _DRAWN, _TURNS, _MIXED = 0.55, 9, 0.22, 0.3
_HARD_SIGN = re.compile(rb"[!$#%&*+^?@=~]")  # and no dot or hyphen, which stand in words and names
_ODD_SIGNS = re.compile(rb"(?=.*[a-z])(?=.*[A-Z]).*[#%&*+=^~$!@?|].*[#%&*+=^~$!@?|].")
_PARTED = re.compile(rb"([A-Za-z]{3,})[!$#%&*+^?@~]([A-Za-z]{3,})")
_WRITTEN_SO = re.compile(rb"[a-z]*(?:[A-Z][a-z]+)*|[A-Z]+s?")
_MOST_WORDS, _YEAR_AND_SIGN = 12, re.compile(rb"[0-9]{2,}[!#$&*^@?]+")
_FILE = re.compile(
    rb"(?i)[a-z_\-./]+\.(?:properties|ya?ml|json|toml|txt|env|conf|cfg|ini|xml|log|py|js|ts|java|go|rb|sh|sql|md|csv)"
)
_ASSIGNED = re.compile(rb"[a-z_]{2,}=|[A-Za-z_]{2,}=(?:true|false|yes|no|[0-9]+)$")
# `hashedPassword`, `passwordField`: what code calls it.
_VARIABLE = re.compile(
    rb"(?=[A-Za-z]*(?i:password|passwd|secret|token|hash|field|value|input|config))[a-z]+(?:[A-Z][a-z]+)+[0-9]?"
)
# Words and rows of keys that lead every list of passwords that leaked, and are said of nothing else.
KNOWN = frozenset(
    b"""
    qwerty qwertz qwertyui qwertzui qwertyuiop qwertzuiop azerty azertyuiop asdfgh asdfghjkl yxcvbnm zxcvbnm wxcvbn
    iloveyou ichliebedich jetaime tiamo letmein monkey sunshine princess football baseball superman batman starwars
    trustno dragon butterfly schatz schatzi hallohallo passwortpasswort doudou loulou soleil chouchou juventus
    forzamilan
    """.split()
)
TOKEN = re.compile(rb"[^\s\"'`<>]{4,256}")
WORD = re.compile(rb"[a-z\xdf-\xff]+[,.;:!?]?|[A-Z\xc0-\xde][a-z\xdf-\xff]+[,.;:!?]?")
# `/run/secrets/token`, `token:/etc/app/token`: words between slashes
PATH = re.compile(rb"(?:[a-z_.\-]+:)?(?:/[a-z][a-z_.\-]*[0-9]{0,3}){2,}")
_FEWEST_ALNUM = 2
_SCHEMES = frozenset({b"bearer", b"basic", b"token", b"digest", b"apikey"})
ADDRESS = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]{1,20}://")  # a password in it is found by itself
_NAMED = re.compile(rb"[A-Za-z_][A-Za-z_]*\)")  # `api_key=KEY)`: a variable, passed on
CODE = re.compile(
    rb"(?i)(?:os\.|process\.|env\b|self\.|!?this\.|none$|null$|true$|false$|str\b|&str$|secret\."
    # Words and numbers of bits that end as a name or a call does: no `Config2024!`, no `Vault#7`
    rb"|(?:getenv|config|settings|string|optional|vault|input|undefined|function|lambda)[a-z_\-]*\??"
    rb"(?:$|[0-9]?\.(?![0-9])|->|\$[a-z]|[\[\](){},;:<>|=/\"'])"
    rb"|(?:u?int|float|bytes|bool|boolean|number)(?:8|16|32|64|128|256)?(?:$|[\[\](){},;<>|])"
    rb"|args\.|params\.|request\.|req\.|var\.[a-z]+(?:_[a-z0-9]+)*(?:$|[\[\](){},;.])|new |\$\(|\$\$\([^)]*\)?$"
    # `$DB_PASS`, and no `$ommer2024`
    rb"|\$\{|\$[a-z_][a-z_]*(?:[0-9][a-z_]+)*[0-9]?(?:$|->|\[|::|[.)])|%[a-z0-9_]*%(?![a-z0-9])|%\(|@[A-Za-z]+$"
    rb"|@microsoft\.|b(?:ase)?(?:64|32)[a-z_]*\(|[A-Za-z_.]+\(|[A-Za-z_]+(?:[0-9]_[a-z]+)?\[|[ua]rn:[a-z]|\([a-z]+$|:?[A-Za-z_]*::?[A-Z][a-z]+\("
    rb"|(?:[A-Za-z_]+::)+[A-Za-z_][A-Za-z0-9_.]*\(|(?:[A-Za-z_$]+(?:_[0-9])?\??\.)+[A-Za-z_$]+\(|[A-Za-z_$]+\?\."
    rb"|!(?:ref|sub|getatt|importvalue|join|select|vault|secret|env|env_var|reference|include)$"
    rb"|!(?-i:(?:is|has|can)[A-Z])|#[0-9a-f]{6}$|[#]?\{[a-z_.]+\}$|(?-i:[a-z_]+=)$"
    # `bin2hex(random_bytes(`
    rb"|[a-z_]+[0-9][a-z_]*\([a-z_]+\("
    # `base64.b64decode(`, `ed25519.Ed25519PrivateKey`, `_IAM_BASE_URL`, `test/fetch/http2*.js`
    rb"|[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*(?:\(\))?)+[\[(]"
    rb"|(?-i:_[A-Z]{2,}(?:_[A-Z]{2,})+$)"
    # Perl's `$self->` without its angle, `CPAN::HTTP->`, `\@tokens`; `\s*`; `%s_upgrades`, `{name!r}`, `0x0`
    rb"|\$[a-z_]+-$|(?:[A-Za-z]+::)+[A-Za-z]+-?$|\\[@%$]?[a-z_]+$|\\[swdb][*+?{]"
    rb"|[{\[(]?%[sd](?:[^a-z0-9]|$)|\{[a-z_]+!?[a-z]?\}$|0x(?:0{0,2}[0-9a-f]{1,2}|[0-9]{1,8}|f{3,8})$"
    rb"|[0-9]{1,3}[)}\]][,;)}\]]|~/[a-z.]"
    # `{token:t,key:e}`, `:null},b=a.secret`, as minifiers write it; `Token::End`
    rb"|[a-z_$]{1,2}(?:\.[a-z_$]+)*,[a-z_$]+:(?:function|void|![01]|[a-z_$]{1,3}(?:[,}.(]|$))"
    rb"|(?:null|true|false)[)}\],;]|(?-i::[A-Z][A-Za-z]+$)|={1,2}[a-z_$]+\.[a-z_$]|[a-z_$]{1,2},[a-z_$]{1,2}\.[a-z_$]+=|@@[a-z_]+@@$|char(?:array|sequence)\??$|\$env\{"
    # Azure's `$[variables.x`, PowerShell's `(Read-Host`, the head of a list, `HTTP/1.1`, `passwd:x:1000:`
    rb"|\$\[(?:variables|dependencies|parameters)[.\[]|\([a-z]+-[a-z]+(?:\)|$)|\[[a-z_.\-]{2,}$|https?/[0-9.]{1,3}$|gpio_?[0-9]{1,2}$"
    rb"|x:[0-9]+:[0-9]+:|(?-i:[A-Z]{1,4}[0-9]{1,2}(?:_[A-Z]+){3,}$|[A-Z][a-z]+-[A-Z][A-Za-z]+\))"
    rb"|[a-z0-9_\-./*]*\*[a-z0-9_\-./*]*\.(?:js|ts|py|rb|go|java|sh|sql|md|csv|txt|log|xml|json|ya?ml|toml|cfg|conf|ini|env)$)"
)

# `url.password`, `HttpContext.Request.Headers[`, `Read-Host`: where a value comes from; and where only what is drawn by
# lot is one, `Number.Float`, which as a password may be `Sommer.Winter`.
_FROM = re.compile(
    rb"(?:[a-z_]+(?:[A-Z][a-z]+)*\.[A-Za-z_]+|[A-Za-z_]+(?:\.[A-Za-z_]+){2})(?:\.[A-Za-z_]+)*[\[(;,)]*"
    # `EditPasswort.Text`, of a form, and no `Mein.Passwort`
    rb"|[A-Za-z_]*[a-z_][A-Z][A-Za-z_]*\.(?:Text|Value|Password|Passwort|Content|Data)[;,)]*"
    rb"|(?:Read|Get|New|Import|ConvertTo|ConvertFrom)-[A-Z][A-Za-z]+"
)
_OF_A_MODULE = re.compile(rb"[A-Za-z_]+\.[A-Za-z_]+[\[(;,)]*")


def plausible_secret(value: bytes, *, structural: bool, drawn: bool = False) -> int:
    """How much of a labelled value is a secret; 0 if it is code, a placeholder or a plain word.

    `drawn`: as `looks_made_up` has it.
    """
    groups = GROUPS.match(value)
    if groups:
        return groups.end()
    token = TOKEN.match(value)
    if not token:
        return 0
    text = token[0].rstrip(b",;)")
    if _NAMED.match(text) or text.lower() in _SCHEMES:
        return 0
    if ADDRESS.match(text) or _FILE.fullmatch(text):
        return 0
    if _VARIABLE.fullmatch(text) and not structural:
        return 0
    if is_example(text) and (drawn or not is_account_at_twilio(text)):
        return 0
    if CODE.match(text) or set(text) <= set(b"*x.-_X\x7f") or PATH.fullmatch(text):
        return 0
    if sum(map(ALNUM.__contains__, text)) < _FEWEST_ALNUM:  # `pass:!0}`, as minifiers write it
        return 0
    if not RULES_OF_A_FIELD.isdisjoint(text.split(b"|")):  # `'password' => 'required|min:8'`
        return 0
    if structural and b" " in value and WORD.fullmatch(text):
        return len(value) if _is_written_with_blanks(value) else 0
    if structural and b" " not in value:
        return len(text) if not (text.isalpha() and text.islower() and len(text) < 6) else 0
    if text in KNOWN or are_letters_by_lot(text):
        return len(text)
    if (WORD.fullmatch(text) or _FROM.fullmatch(text)) and not structural:
        return 0
    if text.isdigit() and len(text) < 4:
        return 0
    return len(text) if len(text) >= 4 and (structural or looks_made_up(text, drawn=drawn)) else 0


def _is_written_with_blanks(value: bytes) -> bool:
    """`correct horse battery staple`, `Winter 2024!`: and no sentence of a schema, of which a word would be taken."""
    words = value.split()
    if len(words) > _MOST_WORDS:
        return False
    if all(map(bytes.isalpha, words)):
        return len(words) > 2 and value.islower() and is_lot_of_words(words)
    return len(words) < 4 and any(_YEAR_AND_SIGN.fullmatch(word) or is_guess(word) for word in words)


_TWO_WORDS = re.compile(rb"[a-z]+_[a-z]+")  # `token=access_token`
# `update_password=on_create`: of words of programs, since a password may be `blue_car`.
_TWO_OF_PROGRAMS = re.compile(
    rb"(?:on|if|is|get|set|user|db|admin|root|default|random|hashed|encrypted|plain)"
    rb"_[a-z]+"
    rb"|[a-z]+_(?:pass|passw|passwd|password|passphrase|pwd?|secret|token|key|hash|salt|value|input|field|name|user|str|string"
    rb"|text|var|env|id|file|path|arg|param|credentials?|required|only|type|fn|func|ref|data|info|netloc|cls)"
)
# `The secret is short-lived`: two words that say what it is like.
LIKE = re.compile(
    rb"(?:one|two)-way"
    rb"|[a-z]+-(?:[a-z]{2,}ed|only|sensitive|specific|free|based|wide|less|bound|like|term|time|able|side|safe|aware)"
)


def looks_made_up(text: bytes, *, drawn: bool = False) -> bool:
    """Not a word: digits, signs or an odd mix of cases, and no repetition.

    `drawn`: behind a word of tokens or keys, which are drawn by lot; so what is made of words is a name of code there,
    where behind a word of passwords it is one as people choose them.
    """
    if _FROM.fullmatch(text) or LIKE.fullmatch(text) or is_name_of_a_type(text, drawn=drawn):
        return False
    if (_TWO_WORDS if drawn else _TWO_OF_PROGRAMS).fullmatch(text) or (drawn and _OF_A_MODULE.fullmatch(text)):
        return False
    kinds = sum(
        (
            any(48 <= byte <= 57 for byte in text),
            any(97 <= byte <= 122 or byte >= 0xDF for byte in text),
            any(65 <= byte <= 90 for byte in text),
            any(not chr(byte).isalnum() for byte in text.strip(b".,;:!?")),
        )
    )
    return (kinds >= 2 and entropy(text) > 1.8) or (text.isdigit() and 4 <= len(text) <= 8)


def is_guess(text: bytes) -> bool:
    """Letters and digits, and no term of the trade; or a word that everybody takes for one."""
    if text in KNOWN:
        return True
    # Asked first, since most of what is looked at are words.
    if text.isalpha() and (len(text) < 8 or text.islower() or changes(text) < _ODD):
        return False
    return (
        len(text) > 5 - ({0, 1, 2} <= {*kinds_of(text)})
        and (
            {0} < {*kinds_of(text)} - {3}
            or _ODD_SIGNS.search(text)
            or (len(text) > 7 and text.isalpha() and changes(text) >= _ODD)
            or _is_jumbled_amid_signs(text)
            or _is_parted_by_a_sign(text)
        )
        and not _NO_PASSWORD.search(text)
        and not _A_TERM_OF_THE_TRADE.match(text)
        and not is_example(text)
        and not CODE.match(text)
        and not _ASSIGNED.match(text)
    )


def _is_parted_by_a_sign(text: bytes) -> bool:
    """`TPuB&btBfyq`: no digit, and letters that nobody writes so on one side of a sign: no `Fragen&Antworten`."""
    parted = _PARTED.fullmatch(text)
    return parted is not None and not all(map(_WRITTEN_SO.fullmatch, parted.groups()))


def _is_jumbled_amid_signs(text: bytes) -> bool:
    """`eWgu-zDBG-wBnM`, `Ozw&GBFKyTPDsNvX`: no digit, and in no order of words."""
    letters = bytes(byte for byte in text if byte in ALNUM)
    if len(letters) <= _DRAWN or not letters.isalpha():
        return False
    if b"-" in text and len({len(group) for group in text.split(b"-")}) == 1:
        return {1, 2} <= {*kinds_of(letters)} and is_jumbled(text)
    hard = _HARD_SIGN.search(text) is not None
    return (hard or changes(letters) >= _ODD) and is_jumbled(letters)


def stands_out(text: bytes) -> bool:
    """Whether a word of some sentence about a password is one for all that stands between."""
    if text.isalpha():  # each of these has a digit
        return False
    if _DIGITS_INSIDE.fullmatch(text) is not None:
        return True
    if is_strong(text) and b"=" not in text and not A_TERM.match(text):
        return True
    return is_in_groups(text) or (
        _HARD_SIGN.search(text) is not None and is_guess(text) and _is_jumbled_amid_signs(text)
    )


def is_word_and_number(text: bytes) -> bool:
    """`Sommer_2024`, `Revision.5274`: with a capital and such a sign, as terms of the trade are not written."""
    return _WORD_AND_NUMBER.fullmatch(text) is not None


def is_in_groups(text: bytes) -> bool:
    """`9j2c-cn62-rFSn`: drawn by lot, and parted to be read."""
    return b"-" in text and is_mixed(text.replace(b"-", b""))


def is_drawn(text: bytes) -> bool:
    """Ten letters and digits and more, with three digits among them, which take turns as in no word and no version."""
    return (
        len(text) > _DRAWN
        and text.isalnum()
        and sum(48 <= byte <= 57 for byte in text) > 2
        and changes(text) >= _TURNS
        and not A_TERM.match(text)
        and is_guess(text)
    )


def is_mixed(text: bytes) -> bool:
    """Ten letters of both cases and more, with digits or without, in no order of words: `JXNZcriJHDI2p`."""
    if len(text) <= _DRAWN or not text.isalnum():
        return False
    kinds = {*kinds_of(text)}
    if kinds == {1, 2}:
        return is_jumbled(text) and not is_example(text) and not CODE.match(text)
    return {0, 1, 2} <= kinds and changes(text) >= _MIXED and is_guess(text)


def is_strong(text: bytes) -> bool:
    """Letters, a digit and a sign, and neither a date, an address nor a version."""
    if len(text) < 7 or text.isalnum():
        return False
    kinds = {*kinds_of(text)}
    return (
        len(kinds) > 2
        and {0, 3} <= kinds
        and not _NO_PASSWORD.search(text)
        and not _A_TERM_OF_THE_TRADE.match(text)
        and not is_example(text)
        and not CODE.match(text)
        and not _ASSIGNED.match(text)
    )
