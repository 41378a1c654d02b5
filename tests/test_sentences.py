"""A sentence is English text, and a template with facts: it is stored, read back, and said in another language."""

import ast
import builtins
import copy
import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consign.errors import BadInput, NeedsDecision, Question, refuse_blank
from consign.money import Rupiah
from consign.sentence import Code, Sentence, dump_sentence, load_sentence, say, say_all, translate

ROOT = Path(__file__).parents[1]
INDONESIAN = {
    "On {day} {store} sold for {sum}.": "{store} menjual senilai {sum} pada {day}.",
    "Upload {upload} is {status}.": "Unggahan {upload} sudah {status}.",
    "Missing: {missing}.": "Belum ada: {missing}.",
    "parked lines: {count}": "baris menunggu: {count}",
    "no rows": "tanpa baris",
    "Write {{name}} as it is.": "Tulis {{name}} apa adanya.",
    "done": "selesai",
}


def in_indonesian(sentence: str) -> str:
    return translate(sentence, gettext=lambda message: INDONESIAN.get(message, message), show=show)


def show(fact: object) -> str:
    match fact:
        case Code():
            return {"posted": "tercatat"}.get(fact, f"{fact.group}/{fact}")
        case date():
            return f"{fact:%d/%m/%Y}"
        case _:
            return f"<{fact}>"


def every_kind_of_fact() -> Sentence:
    return say(
        "{day} {at} {sum} {weight} {count} {name} {status} {parts} {inner} {blank}",
        day=date(2026, 8, 31),
        at=datetime(2026, 8, 31, 7, 30, tzinfo=UTC),
        sum=Rupiah(-15_000),
        weight=Decimal("0.375"),
        count=3,
        name="Dapur {A}",
        status=Code("upload_status", "posted"),
        parts=["a", say("parked lines: {count}", count=2)],
        inner=say("Missing: {missing}.", missing=say("no rows")),
        blank="",
    )


def test_its_text_is_the_english_sentence():
    assert (
        every_kind_of_fact()
        == "2026-08-31 2026-08-31 07:30:00+00:00 -Rp15.000 0.375 3 Dapur {A} posted a, parked lines: 2 Missing: no rows. "
    )


def roundtrip_json(sentence: Sentence) -> Sentence:
    return load_sentence(json.loads(json.dumps(dump_sentence(sentence))))


def roundtrip_pickle(sentence: Sentence) -> Sentence:
    return pickle.loads(pickle.dumps(sentence))  # noqa: S301  # our own bytes


@pytest.mark.parametrize("again", [roundtrip_json, roundtrip_pickle, copy.deepcopy, copy.copy])
def test_it_survives_being_stored_and_copied(again):
    sentence = every_kind_of_fact()
    found = again(sentence)
    assert (found, found.template, found.facts) == (sentence, sentence.template, sentence.facts)
    assert [type(fact) for fact in found.facts.values()] == [type(fact) for fact in sentence.facts.values()]
    assert found.facts["status"].group == "upload_status"
    assert found.facts["parts"][1].template == "parked lines: {count}"


@given(st.text())
def test_plain_text_is_stored_as_it_is_and_read_as_a_sentence(text: str):
    assert dump_sentence(text) == text
    assert roundtrip_json(load_sentence(text)) == load_sentence(text) == text
    assert in_indonesian(load_sentence(text)) == INDONESIAN.get(text, text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])), st.text())
def test_a_fact_is_never_read_as_a_template(name: str, other: str):
    sentence = say("{name} {other}", name=name.replace("\u00a0", " "), other="{name}" + other)
    assert "{name}" in sentence
    assert translate(sentence, gettext=lambda message: message, show=str) == sentence


def test_signs_that_move_a_cursor_or_turn_a_line_around_are_written_out():
    sentence = say("'{cell}'", cell="1\x1b[2J\n\u202e2\u00e9")
    assert sentence == r"'1\x1b[2J\n\u202e2é'"
    assert roundtrip_json(sentence) == sentence


def test_it_is_said_in_another_order_with_facts_written_that_languages_way():
    sentence = say("On {day} {store} sold for {sum}.", day=date(2026, 8, 31), store="done", sum=Rupiah(5_000))
    assert in_indonesian(sentence) == "done menjual senilai <Rp5.000> pada 31/08/2026."


def test_sentences_among_its_facts_are_translated_too():
    inner = say_all([say("parked lines: {count}", count=2), say("no rows")], between="; ")
    assert inner == "parked lines: 2; no rows"
    assert in_indonesian(say("Missing: {missing}.", missing=inner)) == "Belum ada: baris menunggu: <2>; tanpa baris."
    assert in_indonesian(say("Missing: {missing}.", missing=["x", say("no rows")])) == "Belum ada: x, tanpa baris."


def test_a_code_is_shown_by_its_word():
    sentence = say("Upload {upload} is {status}.", upload=7, status=Code("upload_status", "posted"))
    assert (sentence, in_indonesian(sentence)) == ("Upload 7 is posted.", "Unggahan <7> sudah tercatat.")


def test_plain_text_is_looked_up_as_it_stands():
    assert in_indonesian("done") == "selesai"
    assert in_indonesian("{unknown} stays") == "{unknown} stays"


@pytest.mark.parametrize("blank", ["", Sentence("", {}), load_sentence("")])
def test_nothing_is_said_for_nothing(blank: str):
    # The catalogue's own heading stands under the blank message.
    assert translate(blank, gettext=lambda _: "Language: id", show=str) == ""


def test_doubled_braces_are_braces():
    sentence = say("Write {{name}} as it is.")
    assert (sentence, in_indonesian(sentence)) == ("Write {name} as it is.", "Tulis {name} apa adanya.")


def test_numbers_of_other_libraries_become_our_own():
    assert type(say("{count}", count=np.int64(3)).facts["count"]) is int


def test_an_error_and_a_question_keep_their_sentence():
    with pytest.raises(BadInput) as refused:
        refuse_blank(alias=" ")
    assert refused.value.sentence.facts["field"].group == "field"
    needed = NeedsDecision((Question("a", say("no rows")), Question("b", say("parked lines: {count}", count=1))))
    assert str(needed) == "no rows parked lines: 1"
    assert in_indonesian(needed.sentence) == "tanpa baris baris menunggu: <1>"


def find_unsaid(tree: ast.Module):
    """Find errors and questions of ours that are given plain text, which nobody can translate."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            call, place = node.exc, 0
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Question":
            call, place = node, 1
        else:
            continue
        ours = (
            isinstance(call.func, ast.Name) and not hasattr(builtins, call.func.id) and call.func.id != "NumberRefused"
        )
        text = call.args[place] if len(call.args) > place else None
        plain = isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str))
        if ours and plain:
            yield node.lineno, ast.unparse(call)


def test_every_error_and_question_can_be_translated():
    unsaid = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in sorted((ROOT / "consign").rglob("*.py"))
        for line, what in find_unsaid(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not unsaid, "\n".join(unsaid)


@pytest.mark.parametrize("text", ['raise BadInput("No.")', 'raise BadInput(f"{x}.")', 'Question("a", "Why?")'])
def test_text_that_cannot_be_translated_is_found(text: str):
    assert len(list(find_unsaid(ast.parse(text)))) == 1
