"""Who makes the goods: a producer with a phone."""

import io
from datetime import date
from pathlib import Path

import pypdfium2
import zxingcpp

from compliance.facts import Kind, Stage
from consign.documents.rules import Typed
from tests.story.papers import BUSINESS, HALAL, NIB, NIK, OWNER, PIRT, make_paper, take_photo
from tests.story.person import Person
from tests.story.place import STORE_NAME
from tests.web.browsing import PASSWORD

GOODS = "Keripik Singkong Balado"
ACCOUNT = "1234567890"
PRINTER_DPI = 600


def scan_labels(sheet: bytes) -> list[str]:
    """Return what another library reads from each label on an A4 sheet of two by seven, row by row."""
    page = pypdfium2.PdfDocument(io.BytesIO(sheet))[0].render(scale=PRINTER_DPI / 72).to_pil()
    mm = PRINTER_DPI / 25.4
    rows = [
        page.crop((0, round((15.15 + 38.1 * row) * mm), page.width, round((53.25 + 38.1 * row) * mm)))
        for row in range(7)
    ]
    return [one.text for row in rows for one in zxingcpp.read_barcodes(row)]


class Producer(Person):
    """Sari, who makes crisps."""

    login = "sari@umkm.example"

    def registers(self) -> None:
        page = self.page
        page.goto("/sign-in")
        page.locator("main a[href='/register']").first.click()
        self.fills(business_name=BUSINESS, owner_name=OWNER, nib=NIB, login=self.login, password=PASSWORD, agreed="yes")
        self.presses()
        self.is_told()

    def adds_her_product(self) -> None:
        self.goes_to("/my-papers")
        self.follows("/products/new")
        self.fills(name=GOODS, net_content="200", price="15.000", goods_class="dry_food", food_group="15")
        if not self.page.locator("#field-shelf_life_days").is_visible():
            self.page.locator("details.more summary").click()
        self.fills(shelf_life_days="120")
        self.presses()
        self.is_told(GOODS)

    def hands_in_her_papers(self) -> None:
        folder = self.place.folder
        day = date(2025, 3, 10)
        for kind, file, typed in (
            (Kind.NIB, make_paper(folder, Kind.NIB, Typed(number=NIB, holder=BUSINESS, issued_on=day)), {}),
            (Kind.NIK, take_photo(folder, "KARTU TANDA PENDUDUK", f"NIK : {NIK}", f"Nama : {OWNER}", name="ktp"),
             {"number": NIK, "holder": OWNER}),
            (Kind.BANK_ACCOUNT, take_photo(folder, "BUKU TABUNGAN BCA", ACCOUNT, OWNER, name="tabungan"),
             {"bank": "014", "number": ACCOUNT, "account_name": OWNER}),
            (Kind.PIRT, self._pirt(holder="Dapur Karang", name="pirt-salah"), {"stage": Stage.FULFILLED.value}),
            (Kind.HALAL, make_paper(folder, Kind.HALAL, Typed(number=HALAL, holder=BUSINESS, issued_on=day)), {}),
        ):  # fmt: skip
            self.goes_to("/my-papers")
            self.follows(f"/papers/new?kind={kind.value}")
            self._sends(file, **typed)

    def _pirt(self, *, holder: str, name: str) -> Path:
        typed = Typed(number=PIRT, holder=holder, issued_on=date(2025, 3, 10), valid_until=date(2030, 3, 9))
        return make_paper(self.place.folder, Kind.PIRT, typed, name=name)

    def _sends(self, file: Path, **typed: str) -> None:
        """Send a file, look at what was read from it, and hand the paper in."""
        self.page.set_input_files("main input[type=file][name=file]", file)
        self.presses()
        self.waits_for("form[action$='/confirm']")
        self.fills(**typed)
        self.presses("form[action$='/confirm'] button.btn-primary")
        self.is_told()

    def mends_what_she_is_told(self, reason: str) -> None:
        self.goes_to("/my-papers")
        self.reads(reason)
        self.follows("/papers/new?kind=pirt")
        self._sends(self._pirt(holder=BUSINESS, name="pirt"))

    def may_deliver(self) -> None:
        self.goes_to("/my-papers")
        self.reads("1 dari 1 produk boleh dikirim")

    def gets_a_number(self) -> str:
        self._opens_her_product()
        self.presses("form[action$='/number'] button")
        self.is_told()
        return self.page.locator(".number-card p").inner_text().strip()

    def _opens_her_product(self) -> None:
        self.goes_to("/products")
        self.opens_in_list(GOODS)

    def prints_labels(self, *, batch: str, expires: str) -> list[str]:
        """Print twelve labels of a batch; return what a scanner reads from the sheet."""
        self._opens_her_product()
        self.follows("/labels/new")
        copies = self.page.locator("main input[name^=copies_]").first.get_attribute("name") or ""
        row = copies.removeprefix("copies_")
        self.fills(**{copies: "12", f"batch_{row}": batch, f"expires_{row}": expires, "price": "yes"})
        self.presses()
        self.waits_for("main a[href$='/sheet']")
        return scan_labels(self.fetches("/sheet"))

    def sends_goods(self, quantity: str, *, batch: str, expires: str) -> str:
        self.goes_to("/goods")
        self.follows("/goods/new")
        if "kind=" not in self.page.url:
            self.follows("/goods/new?kind=delivery")
        self.page.select_option("#field-where", label=STORE_NAME)
        self.page.select_option("#field-item_1", index=1)
        self.fills(quantity_1=quantity, batch_1=batch, expires_1=expires)
        self.presses("main form[method=post] button.btn-primary")
        self.page.wait_for_url("**/goods/SJ-*")
        return self.number_here

    def states_her_account(self) -> None:
        self.goes_to("/payees")
        self.follows("/payees/new")
        self.fills(bank="014", number=ACCOUNT, holder=OWNER)
        self.presses()
        self.is_told()

    def says_the_money_came(self, amount: str) -> None:
        self.goes_to("/my-money")
        self.reads(amount)
        self.presses("form:has(input[name=answer][value=received]) button")
        self.is_told()
