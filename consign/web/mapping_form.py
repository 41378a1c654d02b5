"""The form on which a person says how a sales file is read: its columns and what else only a person knows."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from consign.identity.rules import Actor
from consign.identity.rules import Role as Post
from consign.models.partners import Store
from consign.models.sales import SalesUpload
from consign.sales.layout import NUMBER_ROLES, KindEffect, Receipts, Role
from consign.sales.mapping import Answers, Stated
from consign.sales.rows import tell_row_place
from consign.sentence import Sentence, load_sentence, say
from consign.tabular.dates import DateOrder, parse_day, parse_hour
from consign.tabular.numbers import NumberStyle, parse_number
from consign.web.forms import Choice, Field, Form, choices_of, new_form, read_day, read_form
from consign.web.words import word

MEANINGS: Mapping[Role, Sentence] = {
    Role.DATE: say("The day of the sale. Needed, unless you state the days."),
    Role.STORE: say("The store's code or name. Needed, unless the file is of one store."),
    Role.BARCODE: say("The number below the bars. Needed, or the product code."),
    Role.CODE: say("The store's own code of the product. Needed, or the barcode."),
    Role.NAME: say("What the product is called; only shown."),
    Role.QUANTITY: say("How many were sold. Needed."),
    Role.UNIT_PRICE: say("The price of one. Needed, or an amount."),
    Role.GROSS: say("The amount of the row before discount."),
    Role.DISCOUNT: say("What was taken off the amount of the row."),
    Role.NET: say("The amount of the row after discount."),
    Role.RECEIPT: say("The number on the customer's receipt; keeps a sale from being counted twice."),
    Role.RETURNS_RECEIPT: say("On a return: the receipt of the sale that is given back."),
    Role.TILL: say("Which till, where each numbers its own receipts."),
    Role.KIND: say("A word that tells sales from returns and cancelled rows."),
    Role.TIME: say(
        "The time of the sale, where it stands apart from the day and the business day ends after midnight."
    ),
    Role.CURRENCY: say("The currency of the amounts; rows in another one than rupiah wait."),
    Role.RETURNED: say("How many of the goods of the same row came back."),
    Role.RETURNED_AMOUNT: say("The amount of what came back."),
}
ROLES = choices_of("column", Role, word)
LATEST_BEGIN = 12
_ABOUT_VALUES = frozenset({"number_style", "date_order", "dollar"})
_NUMBERING = {
    Receipts.PER_STORE: say("The same number on the same day is the same receipt."),
    Receipts.PER_TILL: say("The same number on the same day and the same till is the same receipt."),
    Receipts.FOR_EVER: say("The same number is the same receipt, on whatever day."),
}
_EFFECTS = {
    KindEffect.SALE: say("It counts as sold."),
    KindEffect.RETURN: say("It is given back and taken off the sales."),
    KindEffect.GIVEN_BACK: say("It counts as sold and as given back, whichever file comes first."),
    KindEffect.IGNORE: say("It is left out, such as a row that was cancelled at the till."),
}


@dataclass(frozen=True)
class ShownColumn:
    """One column of the file: its header, the field that says what it holds, and what it could be.

    Without a field it cannot be chosen: its header is blank, or another column is called the same.
    """

    header: str
    field: str | None
    perhaps: tuple[str, ...]


@dataclass(frozen=True)
class MappingForm:
    """What a person is shown of a file that waits for a decision on how it is read, and is asked."""

    form: Form
    columns: Sequence[ShownColumn]
    rows: Sequence[tuple[int | Sentence | None, Sequence[str]]]
    questions: Sequence[Sentence]
    """What is asked beside the fields."""
    extra: Sequence[str]
    """The fields that belong to no column."""
    counts: Mapping[str, Any] | None
    evidence: Sequence[Sentence]
    readable: bool
    """Whether the file was looked into, so that there is something to show."""
    columns_known: bool
    """Whether all that is asked is how the values are written."""
    unchanged: bool = True
    """Whether the form says what the counts rest on."""


def show_mapping(upload: SalesUpload, stores: Sequence[Store], *, by: Actor) -> MappingForm:
    """Return the form as the upload stands now, with the suggestions filled in."""
    shown = _Mapping(upload, stores, by)
    return shown.present(new_form(shown.fields, **shown.defaults))


def read_mapping(
    upload: SalesUpload, stores: Sequence[Store], texts: Mapping[str, str], *, by: Actor
) -> tuple[MappingForm, Answers, Stated | None]:
    """Read what a person said about the columns and the rest.

    Returns the form with its problems, the answers, and what was stated about store and days where that was asked.
    """
    shown = _Mapping(upload, stores, by)
    form = read_form(shown.fields, texts)
    chosen: dict[Role, str] = {}
    for column in shown.columns:
        text = form.values.get(column.field) if column.field else None
        if not text:
            continue
        if Role(text) in chosen:
            twice = say(
                "“{header}” and “{other}” are both chosen for this. Choose one of them.",
                header=chosen[Role(text)],
                other=column.header,
            )
            form.blame(column.field, twice)
        chosen.setdefault(Role(text), column.header)
    same = all(texts.get(one.name, "").strip() == shown.defaults.get(one.name, "") for one in shown.fields)
    presented = replace(shown.present(form), unchanged=same)
    return presented, shown.answer(form, chosen), shown.state(form)


class _Mapping:
    """What is asked about one upload, and what is filled in before anybody answers."""

    def __init__(self, upload: SalesUpload, stores: Sequence[Store], by: Actor) -> None:
        self._upload = upload
        self._stores = stores
        self._by = by
        self.preview: Mapping[str, Any] = upload.outcome.get("preview") or {}
        self.said: Mapping[str, Any] = upload.decisions.get("answers") or {}
        self.asked = {one["about"]: load_sentence(one["why"]) for one in upload.outcome.get("questions", ())}
        self.defaults: dict[str, str] = {}
        self.columns = [self._show_column(place, header) for place, header in enumerate(self.headers)]
        self.kinds = {_name_kind(kind): kind for kind in self._find_kinds()}
        self.extra = tuple(self._ask_more()) if self.preview else ()
        self.fields = (*self._ask_columns(), *self.extra)

    @property
    def headers(self) -> Sequence[str]:
        return self.preview.get("headers") or ()

    def _tell_places(self, numbers: Sequence[int]) -> list[int | Sentence | None]:
        parts = self._upload.outcome.get("parts")
        return [tell_row_place(number, parts) for number in numbers]

    def present(self, form: Form) -> MappingForm:
        numbers = self.preview.get("row_numbers") or ()
        elsewhere = {one.name for one in self.extra} | set(self.kinds) | {"days"}
        loose = [
            why
            for about, why in self.asked.items()
            if about != "mapping" and about not in elsewhere and not about.startswith("kind:")
        ]
        return MappingForm(
            form=form,
            columns=self.columns,
            rows=list(zip(self._tell_places(numbers), self.preview.get("rows") or (), strict=False)),
            questions=loose,
            extra=[one.name for one in self.extra],
            counts=self._upload.outcome.get("counts"),
            evidence=[load_sentence(one) for one in self.preview.get("evidence") or ()],
            readable=bool(self.preview),
            columns_known=bool(self.asked) and all(_is_about_values(about) for about in self.asked),
        )

    def answer(self, form: Form, chosen: Mapping[Role, str]) -> Answers:
        """Return the answers that the form gives; a role that no column holds is said to be held by none."""
        scale, receipts = form.values.get("scale"), form.values.get("receipts")
        style, order = form.values.get("number_style"), form.values.get("date_order")
        kinds = {kind: form.values.get(name) for name, kind in self.kinds.items()}
        return Answers(
            columns={role: chosen.get(role, "") for role in Role},
            number_style=NumberStyle(style) if style else None,
            date_order=DateOrder(order) if order else None,
            kinds={kind: KindEffect(effect) for kind, effect in kinds.items() if effect},
            scale=int(scale) if scale else None,
            receipts=Receipts(receipts) if receipts else None,
            day_begins_at=int(begins) if (begins := form.values.get("day_begins_at")) else None,
            dollar_is_rupiah=True if form.values.get("dollar") else None,
        )

    def state(self, form: Form) -> Stated | None:
        """Return the store and the days of the file where the form asks for them."""
        names = {one.name for one in self.extra}
        if not names & {"store", "first"}:
            return None
        upload = self._upload
        by_code = {store.code: store.id for store in self._stores}
        store_id = by_code.get(form.values.get("store") or "") if "store" in names else upload.stated_store_id
        if "first" not in names:
            return Stated(store_id, upload.stated_from, upload.stated_until)
        return Stated(store_id, form.values.get("first"), form.values.get("last"))

    def _show_column(self, place: int, header: str) -> ShownColumn:
        single = sum(one.strip() == header.strip() for one in self.headers) == 1
        name = f"column-{place}" if header.strip() and single else None
        roles = [role for role, chosen in self.preview.get("columns", {}).items() if chosen == header]
        if name:
            self.defaults[name] = roles[0] if roles else ""
        candidates = self.preview.get("candidates", {})
        taken = set(self.preview.get("columns", {}))
        perhaps = tuple(role for role, headers in candidates.items() if header in headers and role not in taken)
        return ShownColumn(header, name, perhaps)

    def _ask_columns(self) -> list[Field]:
        return [
            Field(one.field, say("Column “{header}”", header=one.header), kind="select", required=False, choices=ROLES)
            for one in self.columns
            if one.field
        ]

    def _find_kinds(self) -> list[str]:
        asked = [about.removeprefix("kind:") for about in self.asked if about.startswith("kind:")]
        return sorted({*asked, *self.said.get("kinds", {})})

    def _ask_more(self) -> Iterator[Field]:
        yield from self._ask_stated()
        if "number_style" in self.asked or "number_style" in self.said:
            self.defaults["number_style"] = self.said.get("number_style", "")
            yield Field(
                "number_style", say("How does this file write numbers?"), kind="radio",
                choices=list(self._show_styles()), hint=_why(self.asked.get("number_style")),
            )  # fmt: skip
        if "date_order" in self.asked or "date_order" in self.said:
            self.defaults["date_order"] = self.said.get("date_order", "")
            yield Field(
                "date_order", say("In which order does this file write days?"), kind="radio",
                choices=list(self._show_orders()), hint=_why(self.asked.get("date_order")),
            )  # fmt: skip
        if "dollar" in self.asked or self.said.get("dollar_is_rupiah"):
            self.defaults["dollar"] = "rupiah" if self.said.get("dollar_is_rupiah") else ""
            yield Field(
                "dollar", say("Do the amounts with a dollar sign count rupiah?"), kind="radio",
                choices=[Choice("rupiah", word("dollar", "rupiah"))], hint=self.asked.get("dollar"),
            )  # fmt: skip
        if self._names_hours():
            self.defaults["day_begins_at"] = str(self.preview.get("day_begins_at") or 0)
            yield Field(
                "day_begins_at", say("At which hour does the business day begin?"), kind="select",
                choices=[Choice(str(hour), f"{hour:02d}.00") for hour in range(LATEST_BEGIN + 1)],
                hint=say("Sales before this hour belong to the day before, as in a restaurant that closes after midnight."),
            )  # fmt: skip
        for name, kind in self.kinds.items():
            self.defaults[name] = self.said.get("kinds", {}).get(kind, "")
            effects = [Choice(effect, word("kind", effect), hint) for effect, hint in _EFFECTS.items()]
            yield Field(name, say("What is a row of the kind “{kind}”?", kind=kind), kind="radio", choices=effects)
        if Role.RECEIPT in self.preview.get("columns", {}):
            self.defaults["receipts"] = self.preview.get("receipts") or Receipts.PER_STORE
            numbered = [Choice(one, word("receipts", one), hint) for one, hint in _NUMBERING.items()]
            yield Field("receipts", say("How are receipts numbered?"), kind="radio", choices=numbered)
        if self._by.role is not Post.STORE_MANAGER:
            self.defaults["scale"] = str(self.preview.get("scale") or 1)
            yield Field("scale", say("What do amounts count?"), kind="radio", choices=self._show_scales())

    def _names_hours(self) -> bool:
        """Say whether the rows tell the hour of a sale."""
        if Role.TIME in self.preview.get("columns", {}):
            return True
        return any(parse_hour(cell) is not None for cell in self._cells_of([Role.DATE]))

    def _ask_stated(self) -> Iterator[Field]:
        upload = self._upload
        if "store" in self.asked and upload.stated_store_id is None:
            self.defaults["store"] = ""
            stores = [Choice(store.code, store.name) for store in self._stores]
            yield Field("store", say("Store"), kind="select", choices=stores, required=False, hint=self.asked["store"])
        if "days" in self.asked or upload.stated_from is not None:
            first, last = upload.stated_from, upload.stated_until
            self.defaults |= {"first": first.isoformat() if first else "", "last": last.isoformat() if last else ""}
            hint = self.asked.get("days")
            yield Field("first", say("First day in the file"), read=read_day, kind="date", required=False, hint=hint)
            yield Field("last", say("Last day in the file"), read=read_day, kind="date", required=False)

    def _cells_of(self, roles: Sequence[Role]) -> Iterator[str]:
        """Return the cells of the columns that hold *roles*, as far as they are shown."""
        held = {header for role, header in self.preview.get("columns", {}).items() if role in roles}
        places = [place for place, header in enumerate(self.headers) if header in held]
        for cells in self.preview.get("rows") or ():
            yield from (cells[place] for place in places if place < len(cells))

    def _show_styles(self) -> Iterator[Choice]:
        """Show both ways to write numbers with what the file's own cell would mean."""
        cell = next((one for one in self._cells_of(NUMBER_ROLES) if "." in one or "," in one), None)
        for style in (NumberStyle.INDONESIAN, NumberStyle.ENGLISH):
            number = parse_number(cell, style) if cell else None
            yield Choice(style, word("number_style", style), _tell_number(cell, number))

    def _show_orders(self) -> Iterator[Choice]:
        """Show the orders of days with which day the file's own cell would be; a year of four digits shows its own place."""
        cells = [one for one in self._cells_of([Role.DATE]) if one.strip()]
        orders = [DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST]
        if any(parse_day(cell, DateOrder.YEAR_FIRST) != parse_day(cell, DateOrder.DAY_FIRST) for cell in cells):
            orders.append(DateOrder.YEAR_FIRST)
        for order in orders:
            days = [(cell, parse_day(cell, order)) for cell in cells]
            found = next(((cell, day) for cell, day in days if isinstance(day, date)), None)
            hint = say("“{cell}” is {day}", cell=found[0], day=found[1]) if found else None
            yield Choice(order, word("date_order", order), hint)

    def _show_scales(self) -> list[Choice]:
        cell = next((one for one in self._cells_of([Role.UNIT_PRICE, Role.GROSS, Role.NET]) if one.strip()), None)
        plain = say("“{cell}” is so many rupiah", cell=cell) if cell else None
        thousands = say("“{cell}” is so many thousands of rupiah", cell=cell) if cell else None
        return [Choice("1", say("rupiah"), plain), Choice("1000", say("thousands of rupiah"), thousands)]


def _tell_number(cell: str | None, number: Decimal | str | None) -> Sentence | None:
    """Say what a cell means as a number; in words where a fraction could be taken for thousands."""
    if cell is None or not isinstance(number, Decimal):
        return None
    if number == number.to_integral_value():
        return say("“{cell}” is {number}", cell=cell, number=int(number))
    whole, _, rest = f"{number:f}".partition(".")
    return say(
        "“{cell}” is {whole} and a fraction, {rest} behind the decimal mark", cell=cell, whole=int(whole), rest=rest
    )


def _why(question: Sentence | None) -> Sentence | None:
    """Return why a question is asked, without the question itself, which stands above it."""
    if question is None or not question.template.startswith("{question}"):
        return question
    return say("{evidence}.", evidence=question.facts["evidence"])


def _name_kind(kind: str) -> str:
    """Return the name of the field for a kind of row, whose own word may hold anything."""
    return f"kind-{hashlib.sha256(kind.encode()).hexdigest()[:12]}"


def _is_about_values(about: str) -> bool:
    """Say whether a question is about how values are written, so that the columns are known."""
    return about in _ABOUT_VALUES or about.startswith("kind:")
