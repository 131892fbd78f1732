"""Mails as suppliers, phones and machines write them, made here."""

from __future__ import annotations

import email
import io
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

from PIL import Image

from tests import samples

PDF = "application/pdf"


def mail(
    *attachments: tuple[str, bytes, str],
    subject: str = "Votre facture",
    sender: str = "Compta <compta@fournisseur.example>",
    text: str = "Bonjour, voici notre facture.",
    html: str = "",
    message_id: str = "",
    **headers: str,
) -> bytes:
    """A mail with these attachments (name, bytes, type), as it goes over the wire."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, "achats@in.example", subject
    if message_id:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data, type in attachments:
        major, minor = type.split("/")
        message.add_attachment(data, maintype=major, subtype=minor, filename=name)
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=={number}==")  # so that the same arguments give the same bytes
    return message.as_bytes()


def invoice_mail(number: str = "F-2026-001", **said: str) -> bytes:
    """A mail with one PDF invoice."""
    return mail((f"{number}.pdf", pdf(number), PDF), **said)


@cache
def pdf(number: str = "F-2026-001") -> bytes:
    """A small invoice."""
    return samples.invoice_pdf(number)


@cache
def photo() -> bytes:
    """A photographed receipt."""
    return samples.receipt_jpeg()


def logo(width: int = 160, height: int = 60) -> bytes:
    """A small picture, as signatures carry them."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 90).save(out, "PNG")
    return out.getvalue()


def with_logo(*attachments: tuple[str, bytes, str], picture: bytes) -> bytes:
    """A mail whose HTML text shows `picture`."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "Compta <compta@fournisseur.example>", "Facture"
    message.set_content("Facture")
    message.add_alternative('<p>Facture</p><img src="cid:logo@x">', subtype="html")
    message.get_payload()[1].add_related(picture, "image", "png", cid="<logo@x>", filename="image001.png")
    for name, data, type in attachments:
        major, minor = type.split("/")
        message.add_attachment(data, maintype=major, subtype=minor, filename=name)
    return message.as_bytes()


def forwarded(inner: bytes, times: int = 1) -> bytes:
    """The mail attached to another, that one to another, and so on."""
    for _ in range(times):
        outer = EmailMessage(policy=SMTP)
        outer["From"], outer["Subject"] = "Assistante <assistante@acme.example>", "TR: Facture"
        outer.set_content("Pour traitement")
        outer.add_attachment(email.message_from_bytes(inner, policy=SMTP))
        inner = outer.as_bytes()
    return inner


def nested_multiparts(depth: int) -> bytes:
    """Multiparts within multiparts, which exhaust the standard parser's recursion."""
    lines = ["From: x@f.example", "Subject: deep", "MIME-Version: 1.0"]
    for level in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    return "\r\n".join([*lines, "Content-Type: text/plain", "", "x", ""]).encode()
