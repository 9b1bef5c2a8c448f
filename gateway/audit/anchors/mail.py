"""Checkpoints by e-mail, to whoever answers for compliance: their mailbox is where nobody looks for it.

    smtp://…     with STARTTLS, or not at all
    smtps://…    TLS from the first byte
    smtp+plain://…    in the clear: for a relay on the same host

Invariants
- Name and password are sent behind TLS only.
- The text is ASCII, and the note one line of it: what a mailbox exports, `audit verify --anchors` reads.
"""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

from gateway.audit.anchors.address import SECONDS, CannotAnchor, parse
from gateway.audit.anchors.syslog import one_line
from gateway.audit.checkpoint import Head

PORTS: Final = {"smtp": 587, "smtps": 465, "smtp+plain": 25}

_TEXT: Final = """\
The audit of the LLM gateway had {size} records when this was sent.

Keep this message: `gateway audit verify --anchors FILE` compares it with the log, whoever may have changed that since.

{line}
"""


class Mail:
    """Implements `address.Anchor`. Raises ValueError."""

    def __init__(self, text: str) -> None:
        self._at = at = parse(text, PORTS, {"from": True, "to": True}, "1d")
        if at.path:
            raise ValueError("mail is written as smtp://user:password@host:port?from=a@example.com&to=b@example.com")
        if at.user and at.scheme == "smtp+plain":
            raise ValueError("smtp+plain takes no password: it would be sent in the clear")
        self.name, self.every = f"{at.name}?to={at.options['to']}", at.every

    def put(self, note: str, head: Head, now: float) -> None:
        at = self._at
        message = EmailMessage()
        message["From"], message["To"] = at.options["from"], at.options["to"]
        message["Subject"] = f"LLM gateway: audit checkpoint of {head.size} records"
        message["Date"] = formatdate(now)
        message["Message-ID"] = make_msgid(domain=at.options["from"].rpartition("@")[2] or "localhost")
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(_TEXT.format(size=head.size, line=one_line(note, head)), charset="ascii", cte="7bit")
        try:
            with self._connected() as server:
                if at.user:
                    server.login(at.user, at.password.reveal())
                server.send_message(message)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:  # the last of an impossible host name
            code = getattr(error, "smtp_code", None)
            raise CannotAnchor(f"it does not take it ({type(error).__name__}{f' {code}' if code else ''})") from None

    def _connected(self) -> smtplib.SMTP:
        at = self._at
        if at.scheme == "smtps":
            return smtplib.SMTP_SSL(at.host, at.port, timeout=SECONDS, context=at.tls)
        server = smtplib.SMTP(at.host, at.port, timeout=SECONDS)
        if at.scheme == "smtp":
            try:
                server.starttls(context=at.tls)
            except (OSError, smtplib.SMTPException):
                server.close()
                raise
        return server
