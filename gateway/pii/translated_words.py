"""What a model makes of a token's word that it translates after all: `PERSONNE_k7f3q2`.

The tag alone says which value is meant; the words are known so that they are held back while the tag may follow.
"""

from __future__ import annotations

from typing import Final

TRANSLATED: Final[dict[str, tuple[str, ...]]] = {
    "EMAIL": ("COURRIEL", "MAIL", "CORREO", "POSTA"),
    "PHONE": ("TELEFON", "TELEFONNUMMER", "TÉLÉPHONE", "TELEPHONE", "TELEFONO", "TELÉFONO", "TELEFONE"),
    "CARD": ("KARTE", "CARTE", "CARTA", "TARJETA", "CARTÃO"),
    "TAXID": ("STEUERID", "STEUERNUMMER", "IMPÔT"),
    "PASSPORT": ("REISEPASS", "PASS", "PASSEPORT", "PASSAPORTO", "PASAPORTE"),
    "PLATE": ("KENNZEICHEN", "PLAQUE", "TARGA", "MATRÍCULA"),
    "BIRTHDATE": ("GEBURTSDATUM", "NAISSANCE", "NASCITA", "NACIMIENTO"),
    "ADDRESS": ("ADRESSE", "INDIRIZZO", "DIRECCIÓN", "ENDEREÇO"),
    "PERSON": ("PERSONNE", "PERSONA", "PESSOA", "PERSOON"),
    "SECRET": ("GEHEIMNIS", "SEGRETO", "SECRETO"),
}
"""Issued word -> its translations, in capitals."""
