"""Who sells the goods: the store's manager at the till, and the chain's head office with the money."""

from datetime import date
from pathlib import Path

from tests.story.papers import take_photo
from tests.story.person import Person
from tests.story.place import HEAD_OFFICE, STORE


class Store(Person):
    """Arif, who runs the store."""

    login = STORE

    def confirms(self, note: str) -> None:
        self.goes_to("/goods")
        self.fills(number=note)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"**/goods/{note}")
        self.presses("form.confirm button.btn-primary")
        self.is_told()

    def hands_in(self, file: Path) -> None:
        self.goes_to("/uploads")
        self.follows("/uploads/new")
        self.page.set_input_files("main input[type=file]", file)
        self.presses()
        self.page.wait_for_url("**/uploads/*")

    def says_what_the_columns_hold(self, **answers: str) -> None:
        """Confirm how the file was read, once for each layout, with an answer to what the file leaves open."""
        self.waits_for("button[value=post], button[value=check]")
        if answers:
            self.fills(**answers)
            self.presses("button[value=check]")
        self.waits_for("button[value=post]")
        self.presses("button[value=post]")

    def sees_all_rows_posted(self, rows: int, sales: str, fee: str) -> None:
        self.waits_for(".state-posted")
        self.reads(sales, fee)
        assert self.page.locator(".figures dd").all_inner_texts()[:2] == [str(rows), str(rows)]


class HeadOffice(Person):
    """Lina, who pays for all stores of the chain."""

    login = HEAD_OFFICE

    def announces_what_she_paid(self, amount: str, *, paid_on: date) -> str:
        self.goes_to("/payments")
        self.follows("/payments/new")
        self.reads(amount)
        self.page.locator("main input[name=pay]").first.check()
        slip = take_photo(self.place.folder, "BUKTI TRANSFER", f"Jumlah : {amount}", name="bukti")
        self.fills(paid_on=paid_on.isoformat())
        account = self.page.locator("#field-account")
        if account.count() and account.evaluate("one => one.tagName") == "SELECT":
            account.select_option(index=1)
        self.page.set_input_files("main input[name=proof]", slip)
        self.presses()
        self.is_told()
        return self.number_here
