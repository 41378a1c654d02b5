"""The dinas: who looks at papers, agrees terms, closes, pays out, and looks over everybody's shoulder."""

from pathlib import Path

from tests.story.making import BUSINESS
from tests.story.person import Person

BANK = "BCA-1"


class Verifier(Person):
    """Wahyu, who looks at papers."""

    login = "periksa@dinas.example"

    def confirms_the_producer(self) -> None:
        self.goes_to("/producers")
        self.opens_in_list(BUSINESS)
        self.presses("form[action$='/confirm'] button")
        self.is_told()

    def reviews_all_papers(self, *, sends_back: str = "", because: str = "") -> int:
        """Take one paper after the other and approve it, but send that with the name *sends_back* on it back."""
        self.goes_to("/review")
        self.presses("form[action='/review/next'] button")
        seen = 0
        while "/papers/" in self.page.url:
            seen += 1
            self.fills(consulted="oss.go.id")
            holder = self.page.locator("#field-holder")
            if sends_back and holder.count() and holder.input_value() == sends_back:
                self.fills(reason=because)
                self.presses("button[value=needs_correction]")
            else:
                self.fills(reason="Dicocokkan dengan berkas.")
                self.presses("button[value=approve]")
        return seen


class Admin(Person):
    """Rini, who keeps the register of numbers, agreements and the office's bank account."""

    login = "admin@dinas.example"

    def opens_the_register(self) -> None:
        self.goes_to("/numbers")
        self.follows("/numbers/settings")
        self.fills(prefix="2064")
        self.presses("form[action='/numbers/settings'] button.btn-primary")
        self.is_told()

    def opens_a_bank_account(self, *, number: str, holder: str) -> None:
        self.goes_to("/bank")
        self.follows("/bank/new")
        self.fills(code=BANK, bank_code="014", number=number, holder=holder)
        self.presses()
        self.is_told()

    def agrees(self, *, fee: str) -> None:
        self.goes_to("/agreements")
        self.follows("/agreements/new")
        self.fills(
            partner="PSR", producer=BUSINESS, fee=fee, fee_on="reported_gross", discount_borne_by="store", fee_tax="0",
            pph23="0", term="15", route="collecting", min_payout="0",
        )  # fmt: skip
        self.presses()
        self.is_told()


class Finance(Person):
    """Bagus, who keeps the money's books."""

    login = "keuangan@dinas.example"

    def confirms_the_account(self) -> None:
        self.goes_to("/payees")
        self.opens_in_list(BUSINESS)
        self.presses("form[action$='/confirm'] button")
        self.is_told()

    def prepares_the_closing(self, *amounts: str, because: str) -> None:
        self._opens_the_closing()
        self.reads(*amounts)
        reason = self.page.locator("main form[action='/closings/prepare'] [name=reason]")
        if reason.count():
            reason.fill(because)
        self.presses("main form[action='/closings/prepare'] button.btn-primary")
        self.is_told()

    def countersigns_the_closing(self, amount: str) -> None:
        self._opens_the_closing()
        self.reads(amount)
        self.presses("main form[action='/closings/new'] button.btn-primary")
        self.is_told()
        self.reads(amount)

    def _opens_the_closing(self) -> None:
        self.goes_to("/closings")
        self.follows("/closings/new?partner=PSR")

    def posts_the_banks_file(self, file: Path) -> None:
        self.goes_to("/bank")
        self.follows(f"/bank/{BANK}")
        self.follows(f"/bank/{BANK}/post")
        self.page.set_input_files("main input[type=file]", file)
        self.presses()
        self.presses("form[action^='/bank/uploads/'] button.btn-primary")
        self.is_told()

    def says_what_the_line_paid(self, amount: str) -> None:
        """Accept what is proposed for the one line that waits, after reading why."""
        self.goes_to("/matching")
        self.reads(amount)
        self.presses("form[action$='/accept'] button")
        self.is_told()

    def plans_the_payout(self, amount: str) -> str:
        self.goes_to("/payouts")
        self.follows("/payouts/new")
        self.reads(amount)
        self.presses("form[method=post] button.btn-primary")
        self.is_told()
        return self.number_here

    def hands_the_payout_to_the_bank(self, batch: str) -> bytes:
        self._opens_the_batch(batch)
        content = self.fetches("?format=csv")
        self.presses("form[action$='/send'] button.btn-primary")
        self.is_told()
        return content

    def sees_the_payout_found(self, batch: str) -> None:
        self._opens_the_batch(batch)
        self.waits_until("main table .state-paid")

    def _opens_the_batch(self, batch: str) -> None:
        self.goes_to("/payouts")
        self.follows(f"/payouts/{batch}")


class SecondFinance(Finance):
    """Ayu, who countersigns."""

    login = "keuangan2@dinas.example"


class Head(Person):
    """Laras, who is the second person for payouts."""

    login = "kepala@dinas.example"

    def approves_the_payout(self, amount: str) -> None:
        self.goes_to("/")
        self.page.locator("main .tasks a", has_text=amount).first.click()
        self.presses("form[action$='/approve'] button")
        self.is_told()


class Auditor(Person):
    """Siti, who changes nothing and asks where each rupiah came from."""

    login = "auditor@dinas.example"

    def opens_the_banks_line(self, words: str) -> None:
        self.goes_to("/bank")
        self.follows(f"/bank/{BANK}")
        self.opens_in_list(words)
        self.page.wait_for_url("**/matching/*")

    def follows_the_line_to_its_match(self) -> None:
        self.follows("/matches?line=")
        self.page.locator("main table a[href^='/matches/']").first.click()
        self.page.wait_for_url("**/matches/*")

    def follows_to(self, words: str) -> None:
        """Click on a number that is a link."""
        before = self.page.url
        self.page.locator("main").get_by_role("link", name=words, exact=True).first.click()
        self.page.wait_for_url(lambda address: address != before)

    def opens_the_lines_of_the_statement(self) -> None:
        self.page.locator("main a[href$='/lines']").first.click()
        self.page.wait_for_url("**/lines")

    def opens_the_row_of_receipt(self, receipt: str) -> None:
        self.opens_in_list(receipt, "a[href*='row=']")

    def downloads_the_file(self) -> bytes:
        return self.fetches("/file")
