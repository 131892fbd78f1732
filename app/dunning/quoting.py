"""What is new in an answer: its text without what it quotes of ours."""

from __future__ import annotations

import re

from app.intake.bodies import words_of
from app.intake.letter import LONGEST_HTML, Leaf, Letter, decoded

LONGEST_TEXT = 20_000
LOOKED_AT, MOST_LINES = 256 * 1024, 2000
_WROTE = re.compile(
    r"^(on|le|am|il|el|op)\b.{0,300}(wrote|a écrit|schrieb|ha scritto|escribió|schreef)\s?:?$"
    r"|^.{1,200}\ba écrit\s?:$",
    re.I,
)
_ORIGINAL = re.compile(
    r"^[-_ ]{2,20}\s?(original message|forwarded message|message d.origine|message transféré"
    r"|ursprüngliche nachricht)\b",
    re.I,
)
_HEAD = re.compile(r"^\*?(from|de|von|da)\s?:\*?\s", re.I)
_HEADS = re.compile(r"^\*?(sent|date|envoyé|gesendet|to|à|an|subject|objet|betreff|cc)\s?:\*?\s", re.I)
_QUOTED_HTML = re.compile(
    r"<(blockquote\b|div[^<>]{0,300}\b(gmail_quote|yahoo_quoted|protonmail_quote|moz-cite-prefix|divRplyFwdMsg"
    r"|appendonsend|OLK_SRC_BODY_SECTION)\b)",
    re.I,
)


def new_text(letter: Letter) -> str:
    """The text of an answer, as far as its author wrote it; all of it where nothing else would be left."""
    plain = _first(letter, "text/plain")
    html = "" if plain.strip() else _first(letter, "text/html")
    quoted = _QUOTED_HTML.search(html)
    whole = plain or words_of(html)
    own = _unquoted(words_of(html[: quoted.start()]) if quoted else whole)
    return (own or _tidy(whole[:LOOKED_AT].splitlines()))[:LONGEST_TEXT]


def _first(letter: Letter, declared: str) -> str:
    """The first text of this type that is the message's own."""
    leaf: Leaf | None = next(
        (each for each in letter.leaves if each.is_body and each.letter == 0 and each.declared == declared), None
    )
    text = decoded(leaf.data[:LONGEST_HTML], leaf.charset or None) if leaf else ""
    return text.replace("\r\n", "\n").replace("\0", " ")


def _unquoted(text: str) -> str:
    lines = [line.rstrip() for line in text[:LOOKED_AT].splitlines()[:MOST_LINES]]
    own: list[str] = []
    for at, line in enumerate(lines):
        said = line.strip()
        if _ORIGINAL.match(said) or (_HEAD.match(said) and _is_head(lines[at + 1 : at + 5])):
            break
        if _is_attribution(lines, at):
            if not _is_quoted_below(lines, at):
                break
        elif not said.startswith(">"):
            own.append(line)
    return _tidy(own)


def _is_head(following: list[str]) -> bool:
    """Do the next lines say to whom and when, as Outlook repeats a mail's headers?"""
    return sum(1 for line in following if _HEADS.match(line.strip())) >= 2


def _is_attribution(lines: list[str], at: int) -> bool:
    """Who wrote the quoted text and when, on one line or on two."""
    said = lines[at].strip()
    before = lines[at - 1].strip() if at else ""
    after = lines[at + 1].strip() if at + 1 < len(lines) else ""
    return any(_WROTE.match(each) for each in (said, f"{said} {after}" if after else "", f"{before} {said}") if each)


def _is_quoted_below(lines: list[str], at: int) -> bool:
    """Is what follows marked line by line? Else all of it is quoted."""
    following = [line.strip() for line in lines[at + 1 : at + 6] if line.strip()]
    return any(line.startswith(">") for line in following)


def _tidy(lines: list[str]) -> str:
    """Without empty lines around it, and never more than one between two others."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
