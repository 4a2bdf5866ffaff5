"""Every text that shoppers see, in English, by its key; what a refusal says is in words.py.

The other languages are in the catalogues of bridge/web, and operators may override each text by its key. A
place for a value is a name in braces; a translation has the same ones, in any order. No text is HTML.
"""

import re
import unicodedata
from collections.abc import Mapping

from bridge.domain.words import WORDS

PAGE_TEXTS: Mapping[str, str] = {
    # On every page
    "page.title": "{title} \N{EN DASH} sign-in",
    "page.title_error": "Error: {title}",
    "page.footer": "Help and legal information",
    "page.support": "Help",
    "page.support_email": "Write to us",
    "page.imprint": "Legal notice",
    "page.privacy": "Privacy",
    # What can be done
    "action.continue": "Continue",
    "action.to_store": "Continue to the store",
    "action.back": "Back to the store",
    "action.other_way": "Another way to sign in",
    "action.again": "Try again",
    "action.again_other_account": "Try again with another account",
    # The question before a sign-in
    "choose.title": "Choose your organisation",
    "choose.lead": "You sign in there, with the account you have at work.",
    "choose.or_list": "Or pick it from the list",
    "email.title": "Sign in with your work e-mail",
    "email.lead": "It tells us where your organisation signs you in.",
    "email.label": "Work e-mail",
    "email.not_an_address": "Enter an e-mail address in the form name@company.com.",
    "email.nobodys": "No organisation was found for this address. Check it, or pick your organisation below.",
    # On the way
    "leaving.title": "On to your organisation",
    "leaving.lead": "Its sign-in opens by itself. If it does not, continue here.",
    "to_store.tab": "On to the store",
    "to_store.title": "You are signed in",
    "to_store.lead": "The store opens by itself. If it does not, continue here.",
    # The way out
    "sign_out.title": "Do you want to sign out?",
    "sign_out.lead": "You will be signed out of {store},"
    " and of your organisation's sign-in where that can be.",
    "sign_out.action": "Sign out",
    "leaving_out.title": "Signing you out",
    "leaving_out.lead": "The next page opens by itself. If it does not, continue here.",
    "signed_out.title": "You are signed out",
    "signed_out.almost": "You are not signed out everywhere",
    "signed_out.bridge": "This sign-in service: signed out.",
    "signed_out.provider_ended": "{name}: signed out.",
    "signed_out.provider_skipped": "{name}: you stay signed in there.",
    "signed_out.provider_none": "{name}: offers no sign-out. You may still be signed in there.",
    "signed_out.provider_failed": "{name}: did not confirm the sign-out. You may still be signed in there.",
    "signed_out.store_next": "{name}: you are signed out there next.",
    "signed_out.store_ended": "{name}: cannot renew your sign-in any more.",
    "signed_out.store_itself": "{name}: sign out there as well, if it still shows your name.",
    "signed_out.advice": "If others use this device, close all windows of this browser too.",
    "no_sign_out.title": "Nothing was changed",
    "no_sign_out.lead": "This page does not belong to a sign-out that is under way in this browser. If the "
    "store still shows your name, sign out once more.",
    # The end of a test that an operator began
    "arrived.title": "The test has arrived",
    "arrived.lead": "Look at your terminal: it shows what {label} said of you. You are not signed in to any"
    " store.",
    "arrived.warning": "You did not begin a test yourself? Then somebody sent you here, and can read your"
    " name and address now. Tell your administrators.",
    # A refusal: on the page, and as one sentence after the other for programs
    "refusal.reference": "Reference",
    "refusal.sentence": "{title}. {message}",
}

_PLACE = re.compile(r"\{([a-z_]+)\}")
#: Controls, halves of letters, private and unassigned ones, line ends. (str.isprintable would refuse the
#: spaces that French sets before its question marks.)
_NO_LETTERS = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_LONGEST = 600  # characters; the longest of the bridge's own has about half


def english() -> dict[str, str]:
    """All texts by their keys: those above, and `refusal.CODE.title` and `refusal.CODE.message`."""
    refusals = {
        f"refusal.{code}.{part}": text
        for code, words in WORDS.items()
        for part, text in (("title", words.title), ("message", words.message))
    }
    return {**PAGE_TEXTS, **refusals}


def places(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(_PLACE.findall(text))


def filled(text: str, values: Mapping[str, object]) -> str:
    """`text` with its places filled; a value that looks like a place stays as it is.

    Not str.format, which would let a text reach into the values (`{label.__class__}`).
    """
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), text)


def fault_of(text: object, original: str) -> str:
    """What is wrong with another wording of `original`; empty for nothing. Never repeats the text."""
    if not isinstance(text, str) or not text.strip():
        return "must be a text, in quotes"
    if len(text) > _LONGEST:
        return f"must have {_LONGEST} characters at most"
    if any(unicodedata.category(letter) in _NO_LETTERS for letter in text):
        return "must be one line without control characters"
    if "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text):
        return "must not hold { or } but around the name of a place"
    if places(text) != places(original):
        wanted = " and ".join(f"{{{name}}}" for name in sorted(places(original)))
        return (
            f"must hold {wanted} and no other place in braces" if wanted else "must hold no place in braces"
        )
    return ""
