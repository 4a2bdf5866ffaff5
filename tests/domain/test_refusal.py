"""Every refusal has its words, for the shopper and for the operator."""

import re

import pytest

from bridge.domain.refusal import Reason, Refused


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_a_refusal_has_words_for_both_readers(reason: Reason) -> None:
    words = reason.words
    assert 400 <= words.status <= 599
    for text in (words.title, words.message, words.cause, words.remedy):
        assert text == text.strip()
        assert len(text) > 8
    assert not words.title.endswith(".")
    for sentence in (words.message, words.cause, words.remedy):
        assert sentence.endswith("."), sentence


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_a_shopper_reads_no_jargon(reason: Reason) -> None:
    shown = f"{reason.words.title} {reason.words.message}".lower()
    jargon = r"\b(token|issuer|oidc|oauth|redis|api|jwt|nonce|callback|idp|client|claim|json|http)\b"
    assert not re.search(jargon, shown), shown


def test_codes_are_snake_case_and_no_two_are_alike() -> None:
    codes = [reason.value for reason in Reason]
    assert len(set(codes)) == len(codes) == len(Reason.__members__)
    for reason in Reason:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", reason.value)
        assert reason.name == reason.value.upper()


def test_what_a_shopper_can_mend_by_trying_again_says_so() -> None:
    assert Reason.IDP_TIMEOUT.words.retry
    assert Reason.STATE_UNAVAILABLE.words.retry
    assert not Reason.CUSTOMER_UNKNOWN.words.retry
    assert not Reason.STORE_UNKNOWN.words.retry


def test_the_detail_is_kept_apart_from_the_words() -> None:
    refused = Refused(Reason.CODE_REJECTED, "planted detail")
    assert refused.detail == "planted detail"
    assert "planted" not in f"{refused.reason.words} {refused.reason.value}"
