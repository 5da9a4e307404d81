"""Turns an application's answer into a document to run, by its content type."""

from collections.abc import Iterator
from typing import Final

from phone_network import twiml, verbs
from phone_network.errors import (
    BAD_CONTENT_TYPE,
    BAD_VOICE,
    BAD_VOICE_IN_GATHER,
    RETRIEVAL_FAILED,
    DocumentError,
)
from phone_network.rules import Rules
from phone_network.twiml import Element
from phone_network.verbs import Finding, Place
from phone_network.voices import refusal

XML_TYPES: Final = frozenset({"text/xml", "application/xml", "text/html"})


def one(verb: str, text: str) -> Element:
    """Write a document of a single verb."""
    return Element("Response", {}, (Element(verb, {}, (text,), 1, 1),), 1, 1)


def read(url: str, content_type: str, body: bytes) -> Element:
    """Give the `<Response>` that an answer stands for; raises `DocumentError`."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in XML_TYPES:
        return twiml.parse(body)
    if kind == "text/plain":
        try:
            return twiml.parse(body)
        except DocumentError:
            return one("Say", body.decode("utf-8", "replace"))
    if kind.startswith("audio/"):
        return one("Play", url)
    if not kind:
        raise DocumentError(RETRIEVAL_FAILED, "The answer has no Content-Type.")
    raise DocumentError(BAD_CONTENT_TYPE, f"The answer's Content-Type is {kind}.")


def check(root: Element, place: Place, rules: Rules) -> tuple[Finding, ...]:
    """List a document's warnings; raises `DocumentError` where one of them is fatal."""
    findings = (
        *verbs.check(root, place, nesting_is_fatal=rules.nesting_is_fatal),
        *_bad_voices(root, rules),
    )
    for finding in findings:
        if finding.fatal or (finding.unknown_verb and rules.unknown_verb_is_fatal):
            raise DocumentError(finding.code, finding.message, finding.line, finding.column)
    return findings


def _bad_voices(element: Element, rules: Rules) -> Iterator[Finding]:
    """Find each `<Say>` whose voice or language the network does not have."""
    for child in element.children:
        if child.name != "Say":
            yield from _bad_voices(child, rules)
            continue
        attributes = child.attributes
        voice = attributes.get("voice", "")
        reason = refusal(voice, attributes.get("language", ""))
        if voice.strip().lower() in rules.refused_voices:
            reason = f"The voice {voice!r} is not to be had."
        if reason is not None:
            code = BAD_VOICE_IN_GATHER if element.name == "Gather" else BAD_VOICE
            fatal = rules.bad_voice_is_fatal
            yield Finding(code, reason, child.line, child.column, fatal=fatal)
