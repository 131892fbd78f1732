"""Mails by which mailboxes ask whether they may forward, as their providers write them."""

from __future__ import annotations

from tests.intake import mails

GMAIL = "Gmail Team <forwarding-noreply@google.com>"
MICROSOFT = "Microsoft <no-reply@accountprotection.microsoft.com>"
ASKER, CODE = "compta.zoe@gmail.com", "104729338"
LINK = "https://mail-settings.google.com/mail/vf-%5BANGjdJ_sample%5D-TesT0nly"
CANCEL = "https://mail-settings.google.com/mail/uf-%5BANGjdJ_sample%5D-TesT0nly"
TEXT = f"""{ASKER} has requested to automatically forward mail to your email address achats@in.example.
Confirmation code: {CODE}

To allow {ASKER} to automatically forward mail to your address, please click the link below:

{LINK}

If you do not want this, cancel it here: {CANCEL}
"""
SUBJECTS = {
    "en": f"(#{CODE}) Gmail Forwarding Confirmation - Receive Mail from {ASKER}",
    "fr": f"(n° {CODE}) Confirmation de transfert Gmail - Recevoir des messages de {ASKER}",
    "de": f"(Nr. {CODE}) Gmail-Weiterleitungsbestätigung - E-Mails von {ASKER} empfangen",
    "es": f"(#{CODE}) Confirmación de reenvío de Gmail - Recibir correo de {ASKER}",
    "it": f"(#{CODE}) Conferma di inoltro di Gmail - Ricevi posta da {ASKER}",
    "nl": f"(#{CODE}) Bevestiging van Gmail-doorsturen - E-mail ontvangen van {ASKER}",
    "zh": "(Gmail) 转发确认",
}
OUTLOOK_LINK = "https://account.live.com/forwarding/verify?token=abc"


def gmail(language: str = "en", sender: str = GMAIL, **said) -> bytes:
    """Gmail's, in one of its languages."""
    return mails.mail(**({"subject": SUBJECTS[language], "sender": sender, "text": TEXT} | said))


def outlook(subject: str = "Verify your forwarding address: confirmation code", sender: str = MICROSOFT) -> bytes:
    """Microsoft's: the code in the text, the link under a button."""
    button = f'<p>zoe@outlook.example wants to forward.</p><a href="{OUTLOOK_LINK}">Verify</a> <b>4827193</b>'
    return mails.mail(subject=subject, sender=sender, text="zoe@outlook.example asks. Your code: 4827193", html=button)
