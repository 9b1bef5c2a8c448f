"""Contents opened again, by those who were given leave; `reveal` and `subject_export` decide that."""

from __future__ import annotations

import msgspec

from gateway.audit.record import Record, read_header
from gateway.audit.seal import SALT_BYTES, CannotOpen, Content, Sealer, decode_content
from gateway.audit.wrapping import KeyWrapper
from gateway.audit.writer import DataKey, Person


def open_content(record: Record, key: DataKey, person: Person | None, wrapper: KeyWrapper) -> Content:
    """Blocks where the keeper of the keys is far. Raises CannotUnwrap, CannotOpen."""
    header = read_header(record.header)
    if record.content is None or header.key != key.id or header.person != (person.id if person else ""):
        raise CannotOpen
    secret = wrapper.unwrap(key.wrapped, bytes.fromhex(key.id), key.kek)
    plain = Sealer(secret, person.salt if person else bytes(SALT_BYTES)).open(record.content, record.header)
    try:
        return decode_content(plain)
    except msgspec.DecodeError:
        raise CannotOpen from None
