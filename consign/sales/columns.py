"""What the rows of one batch come to: amounts, returns and signs, and whether they tie."""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consign.sales.column_values import LARGEST_AMOUNT_RP, MILLI, has_sen, multiply, to_quantity
from consign.sales.layout import KindEffect, Role, Signs
from consign.sales.problems import NUMBER_OF
from consign.sales.row_rules import NO_RULE, RowOutcome, find_rules
from consign.sales.study import Study
from consign.sales.typed_cells import TypedCells
from consign.tabular.cells import shown
from consign.tabular.headers import normalize
from consign.tabular.table import Batch

EFFECT_SALE, EFFECT_RETURN, EFFECT_IGNORE, EFFECT_GIVEN_BACK, EFFECT_PROBLEM = np.arange(5, dtype=np.int8)
EFFECTS = {
    KindEffect.SALE: EFFECT_SALE,
    KindEffect.RETURN: EFFECT_RETURN,
    KindEffect.IGNORE: EFFECT_IGNORE,
    KindEffect.GIVEN_BACK: EFFECT_GIVEN_BACK,
}
OUTCOMES = {
    RowOutcome.LEAVE_OUT: EFFECT_IGNORE,
    RowOutcome.RETURN: EFFECT_RETURN,
    RowOutcome.GIVEN_BACK: EFFECT_GIVEN_BACK,
    RowOutcome.PROBLEM: EFFECT_PROBLEM,
}


class Columns(TypedCells):
    """The typed columns of one batch, with what its rows come to. The first thing wrong with a row is kept with its role."""

    def __init__(
        self, batch: Batch, study: Study, *, today: date, stated_day: date | None, raw: Batch | None = None
    ) -> None:
        """Take the *batch* to be read; *raw* is how it stands in the file, where cells were filled."""
        super().__init__(batch, study, today=today, stated_day=stated_day, raw=raw)
        self.effect = np.zeros(len(batch), dtype=np.int8)
        self.rule = np.full(len(batch), NO_RULE, dtype=np.int16)
        """Which rule of the layout decided about each row, -1 where none did."""
        self.quantity = np.zeros(len(batch), dtype=np.int64)

    def read(self) -> pd.DataFrame:
        """Return the batch's rows with typed values."""
        if Role.KIND in self._study.places:
            self._read_kinds()
        self._judge_rows()
        day = self._read_days()
        if Role.QUANTITY in self._study.places:
            self.quantity = self._numbers(Role.QUANTITY, to_quantity)
        elif self._study.layout.one_each:
            self.quantity = np.full(len(self._batch), MILLI, dtype=np.int64)
        price = self._numbers(Role.UNIT_PRICE, self._to_price) if Role.UNIT_PRICE in self._study.places else None
        gross, discount = self._read_amounts(price)
        self._turn_returns(gross, discount)
        self._check_signs(gross, discount)
        self._check_currency()
        back = self._read_given_back(gross, discount)
        frame: dict[str, object] = {
            "row_no": self._batch.rows,
            "store_code": self._texts(Role.STORE, required=True),
            **self._read_products(),
            "day": day,
            "till": self._texts(Role.TILL),
            "receipt": self._texts(Role.RECEIPT, required=True),
            "returns_receipt": self._texts(Role.RETURNS_RECEIPT),
            "quantity_milli": self.quantity,
            "unit_price_rp": self._price_rp(price, gross),
            "gross_rp": gross,
            "discount_rp": discount,
            **back,
        }
        self._mark_suspicious()
        frame.update(problem=self.problem, day_ok=self._day_ok, **self._say_readable())
        return pd.DataFrame({name: column for name, column in frame.items() if column is not None})

    def _say_readable(self) -> dict[str, NDArray[np.bool_]]:
        """Say for each row which numbers could be read; a gross that was counted needs price and quantity."""
        none = np.zeros(len(self._batch), dtype=bool)
        quantity = self._unreadable.get(Role.QUANTITY, none)
        price = self._unreadable.get(Role.UNIT_PRICE, none)
        net = self._unreadable.get(Role.NET, none)
        counted = price | quantity if Role.UNIT_PRICE in self._study.places else net
        gross = self._unreadable.get(Role.GROSS, counted)
        discount = gross | net | self._unreadable.get(Role.DISCOUNT, none)
        return {"quantity_ok": ~quantity, "price_ok": ~(price | gross), "gross_ok": ~gross, "discount_ok": ~discount}

    def _read_kinds(self) -> None:
        column = self._batch.column(self._study.places[Role.KIND])
        effects = [EFFECTS[self._study.kinds.get(normalize(shown(text)), KindEffect.SALE)] for text in column.texts]
        self.effect = np.array(effects, dtype=np.int8)[column.codes]

    def _judge_rows(self) -> None:
        """Let the layout's rules decide about the rows that they fit."""
        rules = self._study.layout.rules
        if not rules:
            return
        self.rule = find_rules(self._batch, rules, places=self._study.rule_places, style=self._study.style)
        outcomes = np.array([OUTCOMES[rule.outcome] for rule in rules], dtype=np.int8)
        fits = self.rule != NO_RULE
        self.effect[fits] = outcomes[self.rule[fits]]
        for number, rule in enumerate(rules):
            if rule.outcome is RowOutcome.PROBLEM:
                where = (self.rule == number) & (self.problem == 0)
                self.problem[where] = NUMBER_OF[rule.reason]
                self._culprit[where] = self._study.rule_places.get(rule.column, -1)

    def _read_given_back(self, gross: NDArray[np.int64], discount: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
        """Return what came back of each row's goods: thousandths, amount and discount; blank where no row can say so."""
        whole = self.effect == EFFECT_GIVEN_BACK
        if Role.RETURNED not in self._study.places:
            return self._as_given_back(self.quantity, gross, discount, where=whole) if whole.any() else {}
        returned = abs(self._numbers(Role.RETURNED, to_quantity))
        self._mark(returned > np.maximum(self.quantity, 0), "returned.too_many", Role.RETURNED)
        of = np.where(self.quantity == 0, MILLI, self.quantity)
        if Role.RETURNED_AMOUNT in self._study.places:
            amount = abs(self._numbers(Role.RETURNED_AMOUNT, self._to_rupiah))
            taken_off = np.zeros_like(amount)
        else:
            amount, taken_off = gross * returned // of, discount * returned // of
            parts = (gross * returned % of != 0) | (discount * returned % of != 0)
            self._mark(parts & (returned != 0), "returned.not_whole", Role.RETURNED)
        found = self._as_given_back(returned, amount, taken_off, where=~whole)
        if whole.any():
            for name, values in self._as_given_back(self.quantity, gross, discount, where=whole).items():
                found[name] = found[name] + values
        return found

    @staticmethod
    def _as_given_back(
        quantity: NDArray[np.int64], gross: NDArray[np.int64], discount: NDArray[np.int64], *, where: NDArray[np.bool_]
    ) -> dict[str, NDArray[np.int64]]:
        columns = {"back_milli": quantity, "back_gross_rp": gross, "back_discount_rp": discount}
        return {name: np.where(where, values, 0) for name, values in columns.items()}

    def _read_amounts(self, price: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return gross and discount from what the file has: gross, else price times quantity, else net and discount."""
        given = self._study.places
        gross = self._numbers(Role.GROSS, self._to_rupiah) if Role.GROSS in given else None
        net = self._numbers(Role.NET, self._to_rupiah) if Role.NET in given else None
        discount = abs(self._numbers(Role.DISCOUNT, self._to_rupiah)) if Role.DISCOUNT in given else None
        counted = None if price is None else multiply(price, self.quantity)
        if gross is None:
            if price is not None and counted is not None:
                gross = counted
                self._mark(has_sen(price, self.quantity), "amount.not_whole", Role.UNIT_PRICE)
            elif net is not None:
                gross = net if discount is None else net + discount * np.sign(self.quantity)
            else:
                gross = np.zeros(len(self._batch), dtype=np.int64)
        elif counted is not None:
            if Role.GROSS in self._blank:
                gross = np.where(self._blank[Role.GROSS], counted, gross)
            slack = np.maximum(abs(self.quantity) // MILLI, 1)
            self._mark(abs(abs(counted) - abs(gross)) > slack, "amount.does_not_tie", Role.GROSS)
        if discount is None:
            discount = np.zeros_like(gross) if net is None else abs(gross) - abs(net)
        self._mark((gross == 0) & (discount != 0), "discount.too_large", Role.DISCOUNT)
        discount = discount * np.sign(gross)
        if net is not None:
            kept = abs(gross - discount)
            if Role.RETURNED_AMOUNT in given:
                kept = abs(kept - abs(self._numbers(Role.RETURNED_AMOUNT, self._to_rupiah)))
            self._mark(kept != abs(net), "net.does_not_tie", Role.NET)
        return gross, discount

    def _turn_returns(self, gross: NDArray[np.int64], discount: NDArray[np.int64]) -> None:
        """Make returns that are written without a minus negative; only where every value of the row is so written."""
        is_return = self.effect == EFFECT_RETURN
        if self._study.layout.signs is Signs.BY_KIND:
            for values in (self.quantity, gross, discount):
                values[is_return] = -abs(values[is_return])
            return
        turn = is_return & (self.quantity > 0) & (gross >= 0)
        for values in (self.quantity, gross, discount):
            values[turn] *= -1

    def _check_signs(self, gross: NDArray[np.int64], discount: NDArray[np.int64]) -> None:
        amount_role = next(
            (role for role in (Role.GROSS, Role.UNIT_PRICE, Role.NET) if role in self._study.places), Role.QUANTITY
        )
        self._mark(abs(gross) > LARGEST_AMOUNT_RP, "number.too_large", amount_role)
        self._mark((self.quantity == 0) & (gross != 0), "quantity.zero", Role.QUANTITY)
        self._mark(np.sign(self.quantity) * np.sign(gross) < 0, "sign.conflict", amount_role)
        self._mark((discount < 0) & (gross > 0) | (abs(discount) > abs(gross)), "discount.too_large", Role.DISCOUNT)

    def _price_rp(self, price: NDArray[np.int64] | None, gross: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the price of one unit in rupiah: as reported, else what the gross comes to; half away from zero."""
        if price is not None:
            rounded: NDArray[np.int64] = (abs(price) + MILLI // 2) // MILLI
            return rounded
        quantity = np.where(self.quantity == 0, MILLI, abs(self.quantity))
        counted: NDArray[np.int64] = (abs(gross) * MILLI * 2 + quantity) // (quantity * 2)
        return counted

    def _read_products(self) -> "dict[str, pd.Series[str] | None]":
        """Return barcode, code and name of each row; where the layout says so, a row without a code goes by its name."""
        by_name = self._study.layout.by_name and Role.NAME in self._study.places
        places = self._study.places
        barcode = self._texts(Role.BARCODE, required=Role.CODE not in places and not by_name)
        code = self._texts(Role.CODE, required=Role.BARCODE not in places and not by_name)
        name = self._texts(Role.NAME)
        if by_name and name is not None:
            code = name if code is None else code.where(code != "", name)
            nameless = (code == "") if barcode is None else (code == "") & (barcode == "")
            self._mark(nameless.to_numpy(dtype=bool), "cell.blank", Role.NAME)
        return {"product_barcode": barcode, "product_code": code, "product_name": name}
