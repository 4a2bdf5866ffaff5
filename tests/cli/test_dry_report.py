"""What a test of a connection prints: every check has its fix, and a stranger's words stay words."""

import json

from bridge.cli.dry_fixes import FIXES
from bridge.cli.dry_report import Report, as_document, as_text
from bridge.domain.dry_sign_in import Seen
from bridge.domain.id_token import CHECKS
from bridge.domain.refusal import Reason, Refused
from bridge.flows.dry_mapping import Foreseen

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


def report(**claims: object) -> Report:
    return Report("acme", seen=Seen(passed=["answer"], id_token=claims, credential=1), credentials=1)


def test_every_check_of_an_id_token_has_its_fix_and_no_fix_is_of_none() -> None:
    names = {check.__name__.replace("_", " ") for check in CHECKS}
    assert set(FIXES) == names | {"signature"}


def test_the_fix_of_the_check_takes_the_place_of_the_general_words() -> None:
    made = report(sub="ada")
    made.refused = Refused(Reason.ID_TOKEN_INVALID, "exp: expired 90 s ago")
    assert made.seen
    made.seen.failed = "expiry"
    assert FIXES["expiry"] in as_text(made)
    assert as_document(made)["refused"]["remedy"] == FIXES["expiry"]
    made.refused = Refused(Reason.IDP_TIMEOUT, "keys")
    assert Reason.IDP_TIMEOUT.words.remedy in as_text(made)
    assert not made.good


def test_claims_cannot_move_the_cursor_nor_turn_the_text_round() -> None:
    text = as_text(report(**{"name": "A\x1b[2Jd\x9b1ma\u202e\ud800", "x\x1b]0;y": 1, "list": ["\r\n"]}))
    assert "\\u001b[2J" in text
    assert "\\u009b1m" in text
    assert [one for one in text if not (one.isprintable() or one == "\n")] == []
    assert "Müller" in as_text(report(name="Müller"))


def test_what_looks_like_a_token_or_is_called_one_is_not_shown() -> None:
    made = report(
        deep={"of": [TOKEN, {"refresh_token": "planted"}]},
        access_token="planted",
        client_secret=["planted"],
        hint=TOKEN,
        version="1.2.3",
        email="ada@acme.example",
    )
    for shown in (as_text(made), json.dumps(as_document(made))):
        assert TOKEN not in shown
        assert "planted" not in shown
        assert "1.2.3" in shown
        assert "ada@acme.example" in shown


def test_one_store_that_would_refuse_makes_the_whole_no_good() -> None:
    made = report(sub="ada")
    assert made.good
    made.stores = [
        Foreseen(store="us", outcome="linked", customer="7"),
        Foreseen(store="eu", outcome="refused", reason=Reason.CUSTOMER_UNKNOWN, detail="create is off"),
    ]
    assert not made.good
    text = as_text(made)
    assert "Store us: is linked to customer 7" in text
    assert "(customer_unknown)" in text
    assert Reason.CUSTOMER_UNKNOWN.words.remedy in text
