"""The word for every stable code that people see, by its group, and what to do about a row that waits.

Words begin with a small letter, so that they stand in a sentence as well as alone.
"""

from collections.abc import Mapping
from typing import Final

from consign.sentence import Sentence, say, say_all

_UPLOAD_STATUS = {
    "received": say("being read"),
    "needs_mapping": say("columns to be confirmed"),
    "read": say("overlap to be decided"),
    "refused": say("refused"),
    "posted": say("posted"),
    "reversed": say("reversed"),
    "cancelled": say("given up"),
    "unpacked": say("unpacked"),
}
_MEMBER_IGNORED = {
    "directory": say("a folder"),
    "system": say("put in by the computer, no sales file"),
    "empty": say("empty"),
}
_READING_STEP = {
    "hashing": say("Taking the file in"),
    "reading": say("Looking through the file"),
    "deciding": say("Comparing with what stands"),
    "posting": say("Posting"),
}
_PROBLEM = {
    "row.width": say("the row has more or fewer cells than the header"),
    "cell.blank": say("the cell is blank"),
    "cell.error_value": say("a formula failed in the cell"),
    "code.scientific": say("a spreadsheet shortened the code"),
    "number.scientific": say("a spreadsheet shortened the number"),
    "number.other_style": say("the number is written in another style than the rest of the file"),
    "number.invalid": say("the cell is no number"),
    "number.too_large": say("the number is larger than a sale can be"),
    "quantity.too_fine": say("the quantity has more than three decimals"),
    "quantity.zero": say("the quantity is zero, the amount is not"),
    "amount.not_whole": say("the amount is not in whole rupiah"),
    "amount.does_not_tie": say("price times quantity is not the amount"),
    "net.does_not_tie": say("gross less discount is not net"),
    "discount.too_large": say("the discount is larger than the amount"),
    "sign.conflict": say("quantity and amount have different signs"),
    "date.invalid": say("the cell is no day of the calendar"),
    "date.in_future": say("the day has not come yet"),
    "cell.too_long": say("the receipt or till number is too long"),
    "currency.other": say("the amount is not in rupiah"),
    "time.invalid": say("the cell names no time of day, which tells the business day"),
    "returned.too_many": say("more came back than was sold"),
    "returned.not_whole": say("what came back does not come to whole rupiah"),
    "returned.by_order": say("something of the order came back, but the file does not say what"),
    "row.suspicious": say("the row does not fit the other rows, as if its cells were moved"),
    "store.unknown": say("the store is not known"),
    "store.other_than_stated": say("the row is of another store than the file was handed in for"),
    "product.unknown": say("the product is not known"),
    "price.missing": say("the product has no agreed price on this day"),
    "agreement.missing": say("no agreement covers this product on this day"),
    "overlap.differs": say("the row differs from what is posted for the same receipt or day"),
}
_FINDING = {
    "price.far_off": say("price ten times off the agreed one, or more"),
    "price.differs": say("another price than agreed"),
    "product.not_eligible": say("papers did not allow to deliver it"),
    "product.not_listed": say("the store does not offer it"),
    "product.retired": say("not offered any more"),
    "agreement.missing": say("no agreement on these days"),
    "day.before_opening": say("before the store's first day"),
    "day.after_closing": say("after the store's last day"),
    "day.old": say("more than 60 days back"),
    "day.settled": say("of a closed period"),
    "quantity.fraction": say("part of a piece"),
    "quantity.unusual": say("far more than usual"),
    "return.without_sale": say("return whose sale was not found"),
    "stock.oversold": say("more sold than stood there"),
}
_COUNT_EXTENT = {
    "full": say("all goods"),
    "part": say("some goods"),
}
_LOSS_SIDE = {
    "producer": say("producer"),
    "store": say("store"),
}
_LOSS_STATE = {
    "open": say("may be contested"),
    "contested": say("contested"),
    "undecided": say("waits for a decision"),
    "due": say("comes into the next statement"),
    "settled": say("settled"),
}
_DAY_STATE = {
    "sold": say("sold"),
    "none_sold": say("none sold"),
    "out": say("none stood there"),
    "unknown": say("not known"),
    "closed": say("store closed"),
    "before": say("not offered"),
}
_EXPIRING_STAGE = {
    "expired": say("expired"),
    "pull_back": say("to be pulled back"),
    "week": say("within 7 days"),
    "later": say("within 30 days"),
}
_EXPIRING_ADVICE = {
    "remove": say("remove now"),
    "give_back": say("give back"),
    "sell_first": say("put it in front"),
    "nothing": say("sold in time"),
    "watch": say("sales not known"),
}
_STORE_DAY = {
    "received": say("sales received"),
    "zero": say("no sales"),
    "partial": say("lines wait"),
    "missing": say("missing"),
    "settled": say("settled"),
    "today": say("not over yet"),
    "ahead": say("not come yet"),
    "closed": say("does not sell"),
    "not_open": say("not open"),
}
_WEEKDAY = {
    "mon": say("Monday"),
    "tue": say("Tuesday"),
    "wed": say("Wednesday"),
    "thu": say("Thursday"),
    "fri": say("Friday"),
    "sat": say("Saturday"),
    "sun": say("Sunday"),
}
_REMINDED = {
    "never": say("not of these days yet"),
    "today": say("today"),
    "before": say("before today"),
}
_HALAL = {
    "blocks": say("may not be delivered"),
    "warns": say("may be delivered, with a warning"),
}
_NUMBER_SAYS = {
    "packaging": say("packaging"),
    "food_group": say("group of home-industry food"),
    "regency": say("kabupaten or kota"),
    "product_number": say("number of the product"),
    "producer_number": say("number of the producer"),
    "ends_in": say("ends in"),
    "origin": say("made in Indonesia or abroad"),
    "form": say("form of the number"),
    "made_in": say("made in"),
    "year": say("year"),
    "birthday": say("birthday"),
    "place": say("place of business"),
    "office": say("tax office"),
    "scheme": say("sort of registration"),
    "sort": say("sort of medicine"),
    "stage": say("stage"),
    "applied_in": say("applied for in"),
}
_IGNORED = {
    "cancelled": say("cancelled at the till"),
    "nothing_sold": say("nothing sold"),
    "blank_row": say("blank row"),
    "repeated_header": say("header once more"),
    "total_row": say("total of the file"),
    "note": say("note"),
    "description": say("description of the columns"),
    "not_completed": say("the order is not completed yet"),
    "add_on": say("addition to the product above"),
    "payment_row": say("payment, no goods"),
    "order_row": say("head of the receipt, no goods"),
    "discount_row": say("discount of the whole receipt"),
    "subtotal": say("subtotal"),
}
_PARKED_STATE = {
    "open": say("waiting"),
    "placed": say("placed"),
    "known": say("known already"),
    "dismissed": say("dismissed by a person"),
    "withdrawn": say("withdrawn with its upload"),
}
_POSTING_KIND = {
    "file": say("sales file"),
    "parked": say("waiting rows that were placed"),
    "reversal": say("reversal"),
    "no_sales": say("no sales"),
}
_COVER = {
    "receipts": say("receipts"),
    "summary": say("summary of the day"),
    "no_sales": say("no sales"),
}
_FEE_RATE_FROM = {
    "day": say("agreement of the day"),
    "sale": say("agreement of the returned sale"),
    "day_of_return": say("agreement of the day of the return, as its sale was not found"),
}
_LINE_KIND = {
    "sale": say("sale"),
    "return": say("return"),
    "reversal": say("reversal"),
}
_ROLE = {
    "producer": say("producer"),
    "cooperative": say("cooperative"),
    "store_manager": say("store manager"),
    "partner_finance": say("partner finance"),
    "field_officer": say("field officer"),
    "verifier": say("verifier"),
    "dinas_finance": say("dinas finance"),
    "head": say("head of the dinas"),
    "auditor": say("auditor"),
    "admin": say("dinas admin"),
}
_ACT = {
    "manage users": say("manage users"),
    "read users": say("see the users"),
    "read the audit trail": say("read the audit trail"),
    "manage the region's settings": say("manage the region's settings"),
    "manage partners and stores": say("manage partners and stores"),
    "read partners and stores": say("see partners and stores"),
    "say on which weekdays stores sell": say("say on which weekdays stores sell"),
    "say on which days stores are closed": say("say on which days stores are closed"),
    "remind stores of missing sales": say("remind stores of missing sales"),
    "register producers": say("register producers"),
    "manage producers": say("manage producers"),
    "read producers": say("see the producers"),
    "act for producers": say("act for producers"),
    "manage products and prices": say("manage products and prices"),
    "read products": say("see the products"),
    "say which product a code means": say("say which product a code means"),
    "get numbers of the city register": say("get numbers of the city register"),
    "take numbers out of use": say("take numbers out of use"),
    "say how the city register works": say("say how the city register works"),
    "read the city register": say("see the city register"),
    "say which stores list a product": say("say which stores list a product"),
    "print labels": say("print labels"),
    "read labels and label papers": say("see labels and label papers"),
    "manage label papers": say("manage label papers"),
    "manage agreements": say("manage agreements"),
    "read agreements": say("see the agreements"),
    "post sales": say("post sales"),
    "read sales": say("see the sales"),
    "reverse sales": say("reverse sales"),
    "read the sales of one's own products": say("see the sales of one's own products"),
    "read what stands in stores": say("see what stands in stores"),
    "send goods to stores": say("send goods to stores"),
    "carry over deliveries that stores accepted": say("carry over deliveries that stores accepted"),
    "take in and give out a store's goods": say("take in and give out a store's goods"),
    "take movements of goods back": say("take movements of goods back"),
    "have goods taken off the shelf": say("have goods taken off the shelf"),
    "take goods back from stores": say("take goods back from stores"),
    "contest losses of goods": say("contest losses of goods"),
    "decide who bears a loss of goods": say("decide who bears a loss of goods"),
    "close a period": say("close a period"),
    "read closings": say("see the closings"),
    "read statements": say("see the statements"),
    "read what is owed": say("see what is owed"),
    "prepare a closing": say("prepare a closing"),
    "dispute lines of statements": say("dispute lines of statements"),
    "answer disputes": say("answer disputes"),
    "propose corrections": say("propose corrections"),
    "decide corrections": say("decide corrections"),
    "carry over what stood before": say("carry over what stood before"),
    "confirm what stood before": say("confirm what stood before"),
    "manage cooperatives": say("manage cooperatives"),
    "read cooperatives": say("see the cooperatives"),
    "note payments": say("note payments"),
    "read payments": say("see the payments"),
    "say whether money came": say("say whether money came"),
    "take a payment as received": say("take a payment as received"),
    "manage the office's bank accounts": say("manage the office's bank accounts"),
    "post bank statements": say("post bank statements"),
    "read bank statements": say("see the bank statements"),
    "match bank statements": say("match bank statements"),
    "propose to write off a rest": say("propose to write off a rest"),
    "decide about writing off a rest": say("decide about writing off a rest"),
    "state where to be paid": say("state where to be paid"),
    "confirm where somebody is paid": say("confirm where somebody is paid"),
    "read where somebody is paid": say("see where somebody is paid"),
    "plan payouts": say("plan payouts"),
    "approve payouts": say("approve payouts"),
    "hand payouts to the bank": say("hand payouts to the bank"),
    "read payouts": say("see the payouts"),
    "remind partners of late payments": say("remind partners of late payments"),
    "read who pays late": say("see who pays late"),
    "export the ledger": say("export the ledger"),
    "hand in papers": say("hand in papers"),
    "read papers": say("see papers"),
    "see what one's own products need": say("see what one's own products need"),
    "see personal numbers in full": say("see personal numbers in full"),
    "review papers": say("review papers"),
    "read waivers": say("see waivers"),
    "do without a paper for a while": say("do without a paper for a while"),
    "read the lists of other offices": say("see the lists of other offices"),
    "load lists of other offices": say("load lists of other offices"),
}
_COLUMN = {
    "date": say("date"),
    "store": say("store"),
    "barcode": say("barcode"),
    "code": say("product code"),
    "name": say("product name"),
    "quantity": say("quantity"),
    "unit_price": say("unit price"),
    "gross": say("gross amount"),
    "discount": say("discount"),
    "net": say("net amount"),
    "receipt": say("receipt number"),
    "returns_receipt": say("receipt of the returned sale"),
    "till": say("till"),
    "kind": say("kind of row"),
    "time": say("time of day"),
    "currency": say("currency"),
    "returned": say("returned quantity"),
    "returned_amount": say("returned amount"),
}
_NUMBER_STYLE = {
    "id": say("Indonesian (1.234.567,00)"),
    "en": say("English (1,234,567.00)"),
    "plain": say("without separators (1234567)"),
}
_DATE_ORDER = {
    "ymd": say("year first (2026-08-31)"),
    "dmy": say("day first (31/08/2026)"),
    "mdy": say("month first (08/31/2026)"),
    "named": say("month as a word (31 August 2026)"),
    "serial": say("days counted by a spreadsheet (46265)"),
}
_KIND = {
    "sale": say("sale"),
    "return": say("return"),
    "ignore": say("no sale, to be ignored"),
    "given_back": say("sold and given back later"),
}
_RECEIPTS = {
    "per_store": say("numbered by the store, perhaps anew every day"),
    "per_till": say("numbered by each till, perhaps anew every day"),
    "for_ever": say("numbered by the store, never anew"),
}
_OVERLAP = {
    "ask": say("ask"),
    "add": say("add besides what stands"),
    "replace": say("replace what stands"),
    "cancel": say("give up this upload"),
}
_DOLLAR = {"rupiah": say("yes, they count rupiah")}
_YES_NO = {
    "yes": say("yes"),
    "no": say("no"),
}
_SYMBOL_KIND = {
    "ean13": say("EAN-13"),
    "ean8": say("EAN-8"),
    "code128": say("Code 128"),
}
_LABEL_FIELD = {
    "name": say("name"),
    "content": say("content"),
    "price_rp": say("price"),
    "producer": say("producer"),
    "batch": say("batch"),
    "expires_on": say("best before"),
    "pirt": say("permit number (P-IRT, BPOM)"),
    "halal": say("halal number"),
    "qr": say("QR code for shoppers"),
    "symbol": say("barcode"),
}
_LABEL_STATE = {
    "waiting": say("being made"),
    "ready": say("ready"),
    "refused": say("not made"),
}
_LABEL_SYMBOL = {
    "till": say("barcode for tills (EAN)"),
    "shelf": say("Code 128 of the product code"),
}
_PRINTER = {
    "203": say("203 dpi (most thermal printers)"),
    "300": say("300 dpi (fine thermal printers)"),
    "600": say("600 dpi (laser and ink)"),
}
_FEE_ON = {
    "agreed_price": say("agreed price"),
    "reported_gross": say("gross sales as reported"),
    "reported_net": say("net sales as reported"),
}
_DISCOUNT_BORNE_BY = {
    "store": say("the store"),
    "producer": say("the producer"),
}
_PARTNER_KIND = {
    "supermarket": say("supermarket"),
    "minimarket": say("minimarket"),
    "hotel": say("hotel"),
}
_ROUTE = {
    "direct": say("straight to the producer"),
    "collecting": say("over the office's account"),
    "cooperative": say("to the cooperative"),
}
_CLOSES_BY = {"one": say("by one person"), "two": say("prepared by one, countersigned by another")}
_CYCLE = {
    "week": say("weekly (Monday to Sunday)"),
    "two_weeks": say("every two weeks"),
    "half_month": say("half-monthly (from the 1st and from the 16th)"),
    "month": say("monthly"),
}
_ZONE = {
    "Asia/Jakarta": say("WIB (UTC+7)"),
    "Asia/Makassar": say("WITA (UTC+8)"),
    "Asia/Jayapura": say("WIT (UTC+9)"),
}
_NET_UNIT = {
    "g": say("g"),
    "kg": say("kg"),
    "ml": say("ml"),
    "l": say("l"),
    "pcs": say("pcs"),
}
_FIELD = {
    "login": say("login"),
    "loss": say("loss"),
    "loss_contest_days": say("days for contesting a loss"),
    "loss_state": say("state"),
    "loss_store_bp": say("store's share of losses"),
    "losses": say("losses"),
    "name": say("name"),
    "code": say("code"),
    "alias": say("other name"),
}
_ACCOUNT_KIND = {
    "partner_owes": say("the partner owes"),
    "producer_is_owed": say("the producer is owed"),
    "producer_payable": say("payable to the producer"),
    "bank": say("bank account"),
    "unallocated": say("unallocated money"),
    "in_transit": say("payouts under way"),
    "bank_charges": say("bank charges"),
    "written_off": say("rests written off"),
    "opening": say("before these books"),
}
_LEDGER_ACCOUNT = {
    "partner_owes": say("Partners owe"),
    "producer_is_owed": say("Producers are owed by partners"),
    "producer_payable": say("Payable to producers"),
    "bank": say("In bank accounts"),
    "unallocated": say("Unallocated money"),
    "in_transit": say("Payouts under way"),
    "bank_charges": say("Bank charges"),
    "written_off": say("Written off"),
    "opening": say("Before these books"),
}
"""What the accounts of each kind count together."""
_TRANSFER_KIND = {
    "sales": say("sales"),
    "fee": say("fee"),
    "fee_tax": say("PPN on the fee"),
    "pph23": say("PPh 23"),
    "losses": say("goods lost"),
    "adjustment": say("correction"),
    "opening": say("opening balance"),
    "bank_line": say("line of the bank"),
    "payment": say("payment"),
    "payable": say("became payable"),
    "direct": say("paid without the office"),
    "write_off": say("rest written off"),
    "payout": say("payout"),
    "payout_line": say("payout found at the bank"),
    "bank_charge": say("bank charge"),
    "own_transfer": say("own transfer"),
    "reversal": say("reversal"),
}
_AUDIT_ACT = {
    # bank statements
    "bank account added": say("bank account of the office added"),
    "bank account closed": say("bank account of the office closed"),
    "bank file handed in": say("bank statement handed in"),
    "bank file posted": say("bank statement posted"),
    "bank file dropped": say("bank statement dropped"),
    # cooperatives
    "cooperative added": say("cooperative added"),
    "cooperative's member added": say("member of a cooperative added"),
    "cooperative's member ended": say("membership in a cooperative ended"),
    # matching and rests
    "bank line matched": say("line of the bank matched"),
    "match undone": say("match undone"),
    "write-off proposed": say("writing off of a rest proposed"),
    "write-off approved": say("writing off of a rest approved"),
    "write-off refused": say("writing off of a rest refused"),
    # payments: notices, answers, proofs
    "payment noted": say("payment announced"),
    "payment notice withdrawn": say("payment notice withdrawn"),
    "payment answered": say("said whether a payment came"),
    "payment taken as received": say("payment taken as received"),
    # the others
    "acts for producer": say("began to act for a producer"),
    "agreement added": say("agreement added"),
    "agreement's end changed": say("agreement's end changed"),
    "barcode added": say("barcode added"),
    "delivery sent": say("goods sent to a store"),
    "eligibility changed": say("whether goods may be delivered was judged anew"),
    "goods asked back": say("store asked to take goods off the shelf"),
    "layout confirmed": say("layout confirmed"),
    "listing ended": say("a store's offer of a product ended"),
    "no sales confirmed": say("no sales confirmed"),
    "goods written off": say("goods written off"),
    "labels ordered": say("labels asked for"),
    "label paper saved": say("label paper saved"),
    "test scan passed": say("test scan passed"),
    "note cancelled": say("paper about goods given up"),
    "note confirmed": say("arrival of goods confirmed"),
    "note reversed": say("movements of goods taken back"),
    "number issued": say("number of the city register given"),
    "number retired": say("number taken out of use"),
    "numbers reserved": say("numbers reserved for a partner"),
    "paper approved": say("paper approved"),
    "paper change reported": say("change of ingredients or process reported"),
    "paper commitment fulfilled": say("commitment behind a paper fulfilled"),
    "paper end announced": say("end of a paper announced"),
    "paper given back": say("review given back"),
    "paper given to a second look": say("second look asked for"),
    "paper rejected": say("paper rejected"),
    "paper sent back": say("paper sent back to be corrected"),
    "paper submitted": say("paper handed in"),
    "paper superseded": say("paper replaced by a later one"),
    "paper taken for review": say("review begun"),
    "paper uploaded": say("file of a paper uploaded"),
    "paper withdrawn": say("paper withdrawn"),
    "parked lines placed": say("waiting rows placed"),
    "parked row dismissed": say("waiting row dismissed"),
    "parked rows dismissed": say("waiting rows dismissed"),
    "partner added": say("partner added"),
    "partner changed": say("partner changed"),
    "partner's demand added": say("partner asks for a paper"),
    "partner's demand ended": say("partner's wish for a paper ended"),
    "password chosen": say("password chosen"),
    "loss contested": say("loss of goods contested"),
    "loss decided": say("loss of goods decided"),
    "closing prepared": say("closing prepared"),
    "closing withdrawn": say("prepared closing withdrawn"),
    "period closed": say("period closed"),
    "price set": say("price set"),
    "privacy notice agreed to": say("privacy notice agreed to"),
    "producer added": say("producer added"),
    "producer changed": say("producer changed"),
    "movements imported": say("list of movements imported"),
    "producer confirmed": say("producer confirmed"),
    "producer registered itself": say("producer registered itself"),
    "producer registered": say("producer registered by the dinas"),
    "product added": say("product added"),
    "product alias added": say("product alias added"),
    "product alias ended": say("product alias ended"),
    "store alias ended": say("store alias ended"),
    "product changed": say("product changed"),
    "product list handed in": say("list of products handed in"),
    "product listed": say("product offered by a store"),
    "product succeeded": say("product followed by another"),
    "product's class set": say("class of a product said"),
    "product's photo set": say("photo of a product saved"),
    "products imported": say("list of products taken over"),
    "reference list loaded": say("list of another office loaded"),
    "reference list looked at again": say("list of another office taken up again"),
    "reference list withdrawn": say("list of another office withdrawn"),
    "region's settings changed": say("settings changed"),
    "register's settings changed": say("settings of the city register changed"),
    "reservation withdrawn": say("reservation of numbers withdrawn"),
    "return sent": say("goods given back to a producer"),
    "role changed": say("role changed"),
    "sales file decided": say("reading of a sales file decided"),
    "sales file given up": say("sales file given up"),
    "sales file held": say("sales file waits for an answer"),
    "sales file posted": say("sales file posted"),
    "sales archive unpacked": say("sales archive unpacked"),
    "sales archive handed in again": say("sales archive handed in again"),
    "sales file received": say("sales file received"),
    "sales file refused": say("sales file refused"),
    "sales file reversed": say("sales file reversed"),
    "sample password given": say("sample password given"),
    "second factor dropped": say("second factor dropped"),
    "second factor set up": say("second factor set up"),
    "second factor waived for the sample city": say("second factor waived for the sample city"),
    "signed in": say("signed in"),
    "signed out": say("signed out"),
    "stock count begun": say("stock count begun"),
    "stock counted": say("stock counted"),
    "store added": say("store added"),
    "store alias added": say("store alias added"),
    "store changed": say("store changed"),
    "store closed": say("store closed"),
    "store opened again": say("store opened again"),
    "store reminded": say("store reminded of missing days"),
    "store said to be closed": say("store said to be closed"),
    "store's closure ended": say("closed days of a store ended"),
    "store's week set": say("weekdays of a store set"),
    "transfer sent": say("goods sent to another store"),
    "user added": say("user added"),
    "user invited": say("user invited"),
    "user let in again": say("user let in again"),
    "user shut out": say("user shut out"),
    "waiver ended": say("waiver ended"),
    "waiver granted": say("waiver granted"),
}

_AGREEMENT_STATE = {
    "ahead": say("begins later"),
    "in_force": say("in force"),
    "over": say("ended"),
}
_PRODUCER_STATE = {
    "waiting": say("waits for the dinas"),
    "confirmed": say("confirmed"),
}
_USER_STATE = {
    "active": say("may sign in"),
    "shut": say("shut out"),
}
_SUBJECT = {
    "labels": say("labels"),
    "stock": say("label paper"),
    "agreement": say("agreement"),
    "closing": say("closing"),
    "document": say("paper"),
    "import": say("list of products"),
    "note": say("paper about goods"),
    "partner": say("partner"),
    "producer": say("producer"),
    "product": say("product"),
    "profile": say("layout of sales files"),
    "reference": say("list of another office"),
    "region": say("settings"),
    "statement": say("statement"),
    "store": say("store"),
    "upload": say("sales file"),
    "user": say("user"),
    "waiver": say("waiver"),
}
_DETAIL = {
    # payments: notices, answers, proofs
    "amount_rp": say("amount"),
    "answer": say("answer"),
    "paid_on": say("paid on"),
    "remark": say("remark"),
    "route": say("payment route"),
    "state": say("state"),
    "added": say("new"),
    "alias": say("other name"),
    "as_of": say("drawn up on"),
    "before": say("before"),
    "brand": say("brand"),
    "by_code": say("followed by"),
    "changed": say("changed"),
    "answers": say("answers"),
    "closed_on": say("last day"),
    "code": say("code"),
    "confirmed_on": say("arrived on"),
    "day": say("day"),
    "fee_from_bp": say("lowest fee"),
    "fee_rate_bp": say("fee"),
    "fee_to_bp": say("highest fee"),
    "files": say("files"),
    "food_group": say("group of home-industry food"),
    "from_on": say("from"),
    "goods_class": say("class of goods"),
    "halal_blocks": say("without a halal paper stopped"),
    "ingredients": say("ingredients"),
    "is_entity": say("is a firm"),
    "issuer": say("office"),
    "kind": say("kind"),
    "known": say("known already"),
    "last": say("last day"),
    "lines": say("lines"),
    "missing": say("missing days"),
    "movements": say("movements"),
    "step": say("step"),
    "weekdays": say("weekdays"),
    "login": say("login"),
    "name": say("name"),
    "net_content": say("content"),
    "net_unit": say("unit"),
    "nib": say("NIB"),
    "note": say("note"),
    "note_kind": say("kind"),
    "note_state": say("state"),
    "notice": say("version of the notice"),
    "number": say("number"),
    "office_contact": say("where the office is reached"),
    "office_name": say("name of the office"),
    "owner_name": say("owner"),
    "packaging": say("packaging"),
    "partner_id": say("partner"),
    "phone": say("phone"),
    "pieces": say("pieces"),
    "posting": say("posting"),
    "price_rp": say("price"),
    "problem": say("problems"),
    "product": say("product"),
    "producer": say("producer"),
    "producer_id": say("producer"),
    "product_id": say("product"),
    "pull_back_days": say("days before the last day"),
    "quantity": say("quantity"),
    "reason": say("reason"),
    "refused": say("refused"),
    "regency": say("where it produces"),
    "role": say("role"),
    "row": say("row"),
    "rows": say("rows"),
    "sales_rp": say("sales"),
    "sha256": say("fingerprint of the file"),
    "share": say("store's share"),
    "side": say("contested by"),
    "store_bp": say("store's share"),
    "shelf_life_days": say("keeps for days"),
    "sold_from": say("offered from"),
    "sold_until": say("offered until"),
    "statements": say("statements"),
    "store": say("store"),
    "store_id": say("store"),
    "to_store": say("to store"),
    "unchanged": say("unchanged"),
    "until": say("until"),
    "until_on": say("until"),
    "value_rp": say("value"),
    "version": say("version"),
    "zone": say("time zone"),
}
"""What stands in the detail of audit events; other keys are shown as they are."""

_DUE_STATE = {
    "late": say("late"),
    "due": say("not due yet"),
    "settled": say("paid"),
    "carried": say("carried on"),
}
_PERIOD_STATE = {
    "running": say("still running"),
    "incomplete": say("something is missing"),
    "ready": say("ready to be closed"),
}

_GOODS_CLASS = {
    "dry_food": say("food that keeps"),
    "chilled_food": say("chilled or frozen food, bottled water"),
    "ready_to_eat": say("food for the day"),
    "fresh_produce": say("fresh produce"),
    "cosmetic": say("cosmetic or soap"),
    "traditional_medicine": say("jamu or supplement"),
    "household": say("detergent and the like"),
    "craft": say("craft, textile or souvenir"),
}
_PAPER_KIND = {
    "nib": say("NIB"),
    "pirt": say("P-IRT (SPP-IRT)"),
    "md": say("BPOM permit (MD/ML)"),
    "na": say("BPOM notification of a cosmetic (NA)"),
    "tr": say("BPOM permit of a jamu or supplement (TR)"),
    "pkd": say("Kemenkes permit (PKD)"),
    "halal": say("halal certificate"),
    "non_halal": say("statement of non-halal materials"),
    "npwp": say("NPWP"),
    "nitku": say("NITKU"),
    "nik": say("KTP (NIK)"),
    "slhs": say("SLHS (hygiene certificate)"),
    "pkp": say("PKP (food safety course)"),
    "psat": say("PSAT registration (PD/PDUK)"),
    "trademark": say("trademark"),
    "label": say("label artwork"),
    "bank_account": say("bank account"),
    "mandate": say("mandate to the cooperative"),
    "pks": say("agreement with the retail partner (PKS)"),
}
_PAPER_STATE = {
    "draft": say("not handed in yet"),
    "submitted": say("waits for the dinas"),
    "in_review": say("in review"),
    "second_look": say("waits for a second look"),
    "approved": say("in force"),
    "needs_correction": say("to be corrected"),
    "rejected": say("rejected"),
    "withdrawn": say("withdrawn"),
    "superseded": say("replaced by a later one"),
}
_VERDICT = {
    "valid": say("fits"),
    "warning": say("please look"),
    "invalid": say("does not fit"),
    "unverifiable": say("to be looked up"),
}
_STANDING = {
    "eligible": say("may be delivered"),
    "warned": say("may be delivered, something is due"),
    "blocked": say("stopped"),
}
_STAGE = {
    "issued": say("issued"),
    "fulfilled": say("commitment fulfilled"),
}
_TODO = {
    "classify": say("say which class of goods it is"),
    "submit": say("hand in"),
    "correct": say("correct"),
    "renew": say("renew"),
    "wait": say("wait"),
}
_DOCUMENT_EVENT = {
    "uploaded": say("file uploaded"),
    "submitted": say("handed in"),
    "claimed": say("review begun"),
    "released": say("review given back"),
    "second_look": say("second look asked for"),
    "approved": say("approved"),
    "needs_correction": say("correction asked for"),
    "rejected": say("rejected"),
    "withdrawn": say("withdrawn"),
    "superseded": say("replaced by a later one"),
    "stage": say("commitment fulfilled"),
    "changed": say("change reported"),
    "reminded": say("end announced"),
}
_DECISION = {
    "approve": say("approve"),
    "needs_correction": say("send back to be corrected"),
    "reject": say("reject"),
    "second_look": say("ask for a second look"),
}
_WAIVER_STATE = {
    "ahead": say("begins later"),
    "in_force": say("in force"),
    "over": say("ended"),
}
_PAPER_ENDS = {
    "past": say("ended already"),
    "7": say("within 7 days"),
    "30": say("within 30 days"),
    "60": say("within 60 days"),
}
_LIST_STATE = {
    "in_use": say("in use"),
    "withdrawn": say("withdrawn"),
}

_LABEL_ITEM = {
    "product_name": say("name of the product"),
    "ingredients": say("ingredients (komposisi)"),
    "net_content": say("net content"),
    "producer": say("name and address of the producer"),
    "halal": say("halal logo and number"),
    "production_code": say("production code"),
    "expiry": say("good until"),
    "permit_number": say("P-IRT or BPOM number"),
    "barcode": say("barcode"),
}
_CONTINENT = {
    "asia": say("Asia"),
    "australia": say("Australia"),
    "europe": say("Europe"),
    "africa": say("Africa"),
    "america": say("America"),
}
_MD_FORM = {
    "old": say("old form with 12 digits"),
    "by_risk": say("form with 15 digits"),
}
_MEDICINE_SORT = {
    "traditional": say("traditional medicine"),
    "herbal": say("standardised herbal medicine"),
    "phytopharmaca": say("phytopharmaca"),
    "supplement": say("health supplement"),
}
_ORIGIN = {
    "domestic": say("made in Indonesia"),
    "imported": say("imported"),
}
_PIRT_PACKAGING = {
    "glass": say("glass"),
    "plastic": say("plastic"),
    "paper": say("paper or cardboard"),
    "can": say("can"),
    "foil": say("aluminium foil"),
    "other": say("other packaging"),
    "composite": say("composite of several materials"),
    "double": say("two packagings of different materials"),
}
_PSAT_SCHEME = {
    "domestic": say("packed in Indonesia (PD)"),
    "imported": say("imported (PL)"),
    "small_producer": say("small producer (PDUK)"),
}
_NPWP_FORM = {
    "old": say("old number of 15 digits"),
    "old_with_zero": say("old number with a 0 before it"),
    "nik": say("number of a KTP"),
    "other": say("new number"),
}
_TRADEMARK_STAGE = {
    "registered": say("registered"),
    "applied_for": say("applied for"),
}

_NUMBER_KIND = {
    "gtin": say("own GTIN"),
    "city": say("number of the city"),
}
_NUMBER_STATE = {
    "in_use": say("in use"),
    "ahead": say("begins later"),
    "replaced": say("replaced by a later number"),
    "retired": say("out of use"),
}
_NUMBER_REASON = {
    "net_content": say("another net content"),
    "pieces": say("another number of pieces"),
    "packaging": say("another packaging"),
    "brand": say("another brand"),
    "variety": say("another variety or flavour"),
    "ingredients": say("another recipe"),
    "size": say("a package larger or heavier by more than a fifth"),
    "mark": say("a mark such as halal put on or taken off"),
    "promotion": say("a bundle or package for a while"),
    "price_mark": say("another price printed on the package"),
}
_LISTING_STATE = {
    "now": say("offered"),
    "ahead": say("begins later"),
    "over": say("ended"),
}

_IMPORT_STATE = {
    "tried": say("nothing changed so far"),
    "taken": say("taken over"),
}
_IMPORT_OUTCOME = {
    "added": say("new"),
    "changed": say("changed"),
    "unchanged": say("unchanged"),
    "problem": say("problem"),
}
_IMPORT_FACT = {
    "code": say("code"),
    "producer": say("producer"),
    "name": say("name"),
    "brand": say("brand"),
    "net_content": say("content"),
    "net_unit": say("unit"),
    "pieces": say("pieces"),
    "packaging": say("packaging"),
    "goods_class": say("class of goods"),
    "food_group": say("group of home-industry food"),
    "shelf_life_days": say("keeps for days"),
    "ingredients": say("ingredients"),
    "price_rp": say("price"),
    "price_from": say("price holds from"),
    "gtin": say("barcode"),
    "sold_from": say("offered from"),
    "sold_until": say("offered until"),
}

_NOTE_KIND = {
    "delivery": say("delivery note"),
    "return": say("return note"),
    "pull_back": say("pull-back"),
    "transfer": say("transfer between stores"),
    "write_off": say("write-off"),
    "count": say("stock count"),
}
_NOTE_STATE = {
    "asked": say("waits for the store"),
    "sent": say("on its way"),
    "open": say("being counted"),
    "recorded": say("recorded"),
    "confirmed": say("confirmed"),
    "answered": say("answered"),
    "cancelled": say("given up"),
    "reversed": say("taken back"),
}
_STOCK_REASON = {
    "unsold": say("not sold"),
    "near_expiry": say("soon expired"),
    "expired": say("expired"),
    "damaged": say("damaged"),
    "missing": say("gone missing"),
    "recalled": say("recalled"),
    "papers": say("papers missing"),
    "sample": say("sample, tasting"),
    "rotation": say("replaced by other goods"),
}
_REFUSAL = {
    "short": say("did not arrive"),
    "damaged": say("damaged"),
    "near_expiry": say("near its last day"),
    "expired": say("past its last day"),
    "price": say("price not as agreed"),
    "papers": say("papers are missing"),
    "not_ordered": say("not ordered"),
    "other": say("another reason"),
}
_MOVEMENT_KIND = {
    "received": say("received"),
    "sold": say("sold"),
    "returned": say("given back"),
    "transferred": say("moved between stores"),
    "written_off": say("written off"),
    "opening": say("first count"),
    "counted": say("difference of a count"),
}
# statements, drafts and closings by two people
_ALLOCATION_SOURCE = {
    "collecting": say("over an account of the office"),
    "direct": say("straight to the producer"),
    "written_off_producer": say("written off, borne by the producer"),
    "written_off_office": say("written off, borne by the office"),
}
_PAY_ROUTE = {
    "direct": say("straight from the partner to the producer"),
    "collecting": say("over an account of the office"),
    "cooperative": say("from the partner to the producer's cooperative"),
}
_CLOSING_FIGURE = {
    "statements": say("Statements"),
    "line_count": say("Sale lines"),
    "sales_rp": say("Sales"),
    "returns_rp": say("Returns"),
    "late_rp": say("Of earlier periods"),
    "fee_rp": say("Fee"),
    "fee_tax_rp": say("PPN on the fee"),
    "pph23_rp": say("PPh 23"),
    "losses_rp": say("Goods lost, borne by the stores"),
    "adjustments_rp": say("Corrections"),
    "net_rp": say("Net"),
    "due_rp": say("Due"),
}

# bank statements
_BANK_LAYOUT = {
    "bca_klikbca": say("KlikBCA, CSV"),
    "mandiri_kopra": say("Mandiri Kopra, CSV with semicolons"),
    "mandiri_mcm": say("Mandiri Kopra, CSV without balances"),
    "mandiri_livin": say("Livin' by Mandiri, XLSX"),
    "bri_cms": say("BRI, CSV with balances before and after"),
    "bri_short": say("BRI, short CSV with semicolons"),
    "bri_internet": say("BRI internet banking, CSV"),
    "bni_direct": say("BNI Direct, CSV"),
    "bni_direct_xls": say("BNI Direct, workbook"),
    "cimb_octo": say("CIMB Octo, CSV"),
    "permata": say("Permata, CSV"),
    "ocbc_velocity": say("OCBC Velocity, XLSX"),
    "mt940": say("MT940, a message of SWIFT"),
    "camt053": say("CAMT.053, a message of ISO 20022"),
    "ofx": say("OFX"),
    "table": say("any table, by its headings"),
}
_BANK_ROLE = {
    "date": say("day of booking"),
    "value_date": say("value date"),
    "description": say("what the bank wrote"),
    "more_words": say("further words"),
    "counterparty": say("sender or receiver"),
    "reference": say("reference"),
    "debit": say("money out"),
    "credit": say("money in"),
    "amount": say("amount in or out"),
    "mark": say("mark of in or out"),
    "balance": say("balance after it"),
    "balance_before": say("balance before it"),
    "account": say("account number"),
    "currency": say("currency"),
    "nothing": say("of no use here"),
}
_BANK_LINE_STATE = {
    "free": say("nobody said what it is"),
    "partly": say("partly said"),
    "payment": say("payment"),
    "payout": say("payout"),
    "payout_returned": say("payout that came back"),
    "charge": say("bank charge"),
    "refund": say("refund"),
    "own_transfer": say("between own accounts"),
}
_BANK_PROBLEM = {
    **_PROBLEM,
    "number.too_large": say("the amount is larger than any account's"),
    "sign.conflict": say("the amount has a minus and a mark"),
    "sign.unknown": say("the mark says neither in nor out"),
    "amount.both_sides": say("money in and money out stand in one row"),
    "date.no_year": say("the day has no year, and the file does not say which period it is of"),
    "balance.does_not_tie": say("the balances before and after do not fit the amount"),
}

# matching a bank's statement
_MATCH_RULE = {
    "payout": say("a payout"),
    "reference": say("number and amount"),
    "references": say("several numbers and their amount"),
    "parts": say("several lines with one number"),
    "reference_near": say("number, and nearly the amount"),
    "amount_and_name": say("amount and name"),
    "list_and_name": say("amount of the partner's list, and name"),
    "all_open": say("all that the partner has open"),
    "due_date": say("all that is due on one day"),
    "until_due": say("all that is due until a day"),
    "closing": say("all of one closing"),
    "near_and_name": say("nearly the amount, and name"),
    "several": say("the only few statements that come to it"),
    "parts_and_name": say("two lines of one partner together"),
    "amount": say("the amount alone"),
    "reference_only": say("number with another amount"),
    "name_only": say("name with another amount"),
    "charge_words": say("words of the bank for charges and interest"),
    "sent_back": say("sent back"),
    "own_accounts": say("between accounts of the office"),
    "person": say("said by a person"),
}
_MATCH_KIND = {
    "payment": say("payment of statements"),
    "payout": say("payout"),
    "payout_returned": say("payout that came back"),
    "charge": say("bank charge or interest"),
    "refund": say("money sent back"),
    "own_transfer": say("own transfer"),
}
_DIFFERENCE = {
    "transfer_cost": say("cost of the transfer"),
    "rounding": say("rounding"),
    "short": say("too little came"),
    "over": say("too much came"),
}
_MATCHING = {
    "match_rule": _MATCH_RULE,
    "match_kind": _MATCH_KIND,
    "match_state": {"standing": say("stands"), "undone": say("undone")},
    "match_how": {"certain": say("certain, posted without a person"), "person": say("accepted by a person")},
    "difference": _DIFFERENCE,
    "bearer": {"producer": say("the producer"), "office": say("the office")},
    "write_off_outcome": {
        "waiting": say("waits for a decision"),
        "approved": say("rest written off"),
        "refused": say("rest not written off"),
    },
    "write_off_decision": {"approve": say("write it off"), "refuse": say("do not write it off")},
}

# payments: notices, answers, proofs
_NOTICE_STATE = {
    "announced": say("announced"),
    "partly": say("came in part"),
    "contradicted": say("did not come, a producer says"),
    "received": say("came"),
    "withdrawn": say("withdrawn"),
}
_PAYMENT_ANSWER = {
    "received": say("received"),
    "not_received": say("not received"),
    "taken_as_received": say("taken as received"),
}
_PROOF_STATE = {
    "missing": say("missing"),
    "stated": say("stated"),
    "proven": say("proven"),
    "contradicted": say("contradicted"),
}
_PROOF_OVERALL = {
    "open": say("not paid"),
    "partly": say("paid in part"),
    "announced": say("announced"),
    "paid": say("paid"),
    "confirmed": say("paid and confirmed"),
    "contradicted": say("contradicted"),
}
# What stood before these books, disputes, corrections and late payments.
_DEBT_ACT = {
    "adjustment decided": say("correction decided"),
    "adjustment proposed": say("correction proposed"),
    "carry-over confirmed": say("opening balances confirmed"),
    "carry-over prepared": say("opening balances handed in"),
    "carry-over withdrawn": say("opening balances withdrawn"),
    "dispute answered": say("dispute answered"),
    "dispute withdrawn": say("dispute withdrawn"),
    "partner reminded": say("partner reminded of what it owes"),
    "statement disputed": say("statement disputed"),
}
_DEBT_SUBJECT = {
    "adjustment": say("correction"),
    "carry_over": say("opening balances"),
    "dispute": say("dispute"),
}
_DEBT_DETAIL = {
    "adjustment": say("correction"),
    "amount_rp": say("amount"),
    "answer": say("answer"),
    "dispute": say("dispute"),
    "expected": say("what would be right"),
    "outcome": say("outcome"),
    "remark": say("remark"),
    "reminder": say("reminder"),
}
_ADJUSTMENT_STATE = {
    "waiting": say("waits for a decision"),
    "approved": say("approved"),
    "taken": say("in a statement"),
    "refused": say("refused"),
}
_CARRIED_KIND = {
    "statement": say("unpaid statement"),
    "received": say("money received, not paid out"),
}
_CARRY_OUTCOME = {
    "waiting": say("waits for another person"),
    "confirmed": say("confirmed"),
    "withdrawn": say("withdrawn"),
}
_DISPUTE_OUTCOME = {
    "waiting": say("waits for an answer"),
    "upheld": say("upheld"),
    "rejected": say("rejected"),
    "withdrawn": say("withdrawn"),
}
_DISPUTE_SIDE = {
    "producer": say("the producer"),
    "partner": say("the partner"),
}
_LATE_BUCKET = {
    "not_due": say("not due yet"),
    "days_1_7": say("1 to 7 days"),
    "days_8_15": say("8 to 15 days"),
    "days_16_30": say("16 to 30 days"),
    "days_31_60": say("31 to 60 days"),
    "days_over_60": say("more than 60 days"),
}
_REMINDER_STEP = {
    "friendly": say("friendly reminder"),
    "first": say("first reminder"),
    "second": say("second reminder"),
    "letter": say("letter of the head"),
}
_OF_DEBTS = {
    "adjustment_state": _ADJUSTMENT_STATE,
    "carried_kind": _CARRIED_KIND,
    "carry_outcome": _CARRY_OUTCOME,
    "dispute_outcome": _DISPUTE_OUTCOME,
    "dispute_side": _DISPUTE_SIDE,
    "late_bucket": _LATE_BUCKET,
    "reminder_step": _REMINDER_STEP,
}

# payouts and where they go
_PAYOUT_BATCH = {
    "planned": say("waits for approval"),
    "approved": say("approved"),
    "sent": say("handed to the bank"),
    "cancelled": say("cancelled"),
}
_PAYOUT = {
    "planned": say("planned"),
    "sent": say("on its way"),
    "paid": say("paid"),
    "returned": say("came back"),
    "cancelled": say("taken out"),
}
_PAYOUT_ANSWER = {
    "received": say("money came"),
    "not_received": say("money did not come"),
}
_PAYEE_ACCOUNT = {
    "waiting": say("waits to be confirmed"),
    "confirmed": say("confirmed"),
    "refused": say("refused"),
    "ended": say("replaced by another"),
}
_LEFT_OUT = {
    "below_minimum": say("below the minimum"),
    "no_account": say("no confirmed account"),
    "account_waits": say("account changed lately"),
    "planned": say("planned already"),
    "not_in_bank": say("not enough in the bank"),
    "partner_has_not_paid": say("not paid by a partner yet"),
}
_LAYOUT_KIND = {
    "csv": say("CSV, with separators"),
    "xlsx": say("workbook (XLSX)"),
    "txt": say("text"),
}
_PAYOUT_ACT = {
    "payee account stated": say("bank account stated"),
    "payee account confirmed": say("bank account confirmed"),
    "payee account refused": say("bank account refused"),
    "payouts planned": say("payouts planned"),
    "payouts approved": say("payouts approved"),
    "payout taken out": say("payout taken out of its batch"),
    "payouts cancelled": say("batch of payouts cancelled"),
    "payouts exported": say("file of payouts made"),
    "payouts sent": say("payouts handed to the bank"),
    "payouts found on the bank's statement": say("payouts found on the bank's statement"),
    "match of payouts undone": say("finding of payouts taken back"),
    "payout returned": say("payout came back"),
    "payout answered": say("payout answered by its producer"),
    "payout layout written": say("layout of a file of payouts written down"),
}
_PAYOUT_SUBJECT = {
    "payee_account": say("bank account of a payee"),
    "payout": say("payout"),
    "payout_batch": say("batch of payouts"),
    "payout_template": say("layout of a file of payouts"),
    "match": say("match of the bank's statement"),
}
# bank statements, cooperatives, notices and matching, as the audit trail names them
_MONEY_SUBJECT = {
    "bank_account": say("bank account"),
    "bank_upload": say("file of a bank statement"),
    "cooperative": say("cooperative"),
    "payment_notice": say("payment notice"),
    "write_off": say("rest written off"),
}
_MONEY_DETAIL = {
    "agreements": say("agreements"),
    "bank": say("bank"),
    "borne_by": say("borne by"),
    "certain": say("certain"),
    "closing_rp": say("closing balance"),
    "due_rp": say("due"),
    "first": say("first day"),
    "format": say("kind of file"),
    "layout": say("layout"),
    "left_out": say("left out"),
    "line": say("line of the bank"),
    "lines_are_new": say("said that lines are new"),
    "mandate": say("letter of mandate"),
    "new_lines": say("new lines of the bank"),
    "on": say("day"),
    "open_rp": say("not paid yet"),
    "partner": say("partner"),
    "payouts": say("payouts"),
    "pending": say("pending lines of the bank"),
    "reason_code": say("reason"),
    "recipient": say("recipient"),
    "reference": say("reference"),
    "rule": say("rule"),
    "statement": say("statement"),
    "total_rp": say("total"),
}

WORDS: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "closing_figure": _CLOSING_FIGURE,
    "pay_route": _PAY_ROUTE,
    # bank statements
    "bank_layout": _BANK_LAYOUT,
    "bank_role": _BANK_ROLE,
    "bank_line_state": _BANK_LINE_STATE,
    "bank_problem": _BANK_PROBLEM,
    # the others
    "account_kind": _ACCOUNT_KIND,
    "ledger_account": _LEDGER_ACCOUNT,
    "act": _ACT,
    "agreement_state": _AGREEMENT_STATE,
    "allocation_source": _ALLOCATION_SOURCE,
    "notice_state": _NOTICE_STATE,
    "payment_answer": _PAYMENT_ANSWER,
    "proof_overall": _PROOF_OVERALL,
    "proof_state": _PROOF_STATE,
    "layout_kind": _LAYOUT_KIND,
    "left_out": _LEFT_OUT,
    "payee_account": _PAYEE_ACCOUNT,
    "payout": _PAYOUT,
    "payout_answer": _PAYOUT_ANSWER,
    "payout_batch": _PAYOUT_BATCH,
    **_OF_DEBTS,
    "audit_act": {**_AUDIT_ACT, **_PAYOUT_ACT, **_DEBT_ACT},
    "column": _COLUMN,
    "day_state": _DAY_STATE,
    "expiring_advice": _EXPIRING_ADVICE,
    "expiring_stage": _EXPIRING_STAGE,
    "closes_by": _CLOSES_BY,
    "route": _ROUTE,
    "continent": _CONTINENT,
    "cover": _COVER,
    "cycle": _CYCLE,
    "date_order": _DATE_ORDER,
    "decision": _DECISION,
    "detail": {**_DETAIL, **_DEBT_DETAIL, **_MONEY_DETAIL},
    "discount_borne_by": _DISCOUNT_BORNE_BY,
    "dollar": _DOLLAR,
    "document_event": _DOCUMENT_EVENT,
    "due_state": _DUE_STATE,
    "fee_on": _FEE_ON,
    "fee_rate_from": _FEE_RATE_FROM,
    "field": _FIELD,
    "finding": _FINDING,
    "goods_class": _GOODS_CLASS,
    "halal": _HALAL,
    "ignored": _IGNORED,
    "import_fact": _IMPORT_FACT,
    "import_outcome": _IMPORT_OUTCOME,
    "import_state": _IMPORT_STATE,
    "kind": _KIND,
    "label_field": _LABEL_FIELD,
    "label_item": _LABEL_ITEM,
    "label_state": _LABEL_STATE,
    "label_symbol": _LABEL_SYMBOL,
    "line_kind": _LINE_KIND,
    "list_state": _LIST_STATE,
    "listing_state": _LISTING_STATE,
    "count_extent": _COUNT_EXTENT,
    "loss_side": _LOSS_SIDE,
    "loss_state": _LOSS_STATE,
    **_MATCHING,
    "md_form": _MD_FORM,
    "medicine_sort": _MEDICINE_SORT,
    "member_ignored": _MEMBER_IGNORED,
    "movement_kind": _MOVEMENT_KIND,
    "net_unit": _NET_UNIT,
    "note_kind": _NOTE_KIND,
    "note_state": _NOTE_STATE,
    "npwp_form": _NPWP_FORM,
    "number_kind": _NUMBER_KIND,
    "number_reason": _NUMBER_REASON,
    "number_says": _NUMBER_SAYS,
    "number_state": _NUMBER_STATE,
    "number_style": _NUMBER_STYLE,
    "origin": _ORIGIN,
    "overlap": _OVERLAP,
    "packaging": _PIRT_PACKAGING,
    "paper_ends": _PAPER_ENDS,
    "paper_kind": _PAPER_KIND,
    "paper_state": _PAPER_STATE,
    "parked_state": _PARKED_STATE,
    "partner_kind": _PARTNER_KIND,
    "period_state": _PERIOD_STATE,
    "pirt_packaging": _PIRT_PACKAGING,
    "posting_kind": _POSTING_KIND,
    "printer": _PRINTER,
    "problem": _PROBLEM,
    "producer_state": _PRODUCER_STATE,
    "psat_scheme": _PSAT_SCHEME,
    "reading_step": _READING_STEP,
    "receipts": _RECEIPTS,
    "refusal": _REFUSAL,
    "role": _ROLE,
    "stage": _STAGE,
    "standing": _STANDING,
    "reminded": _REMINDED,
    "stock_reason": _STOCK_REASON,
    "store_day": _STORE_DAY,
    "subject": {**_SUBJECT, **_PAYOUT_SUBJECT, **_DEBT_SUBJECT, **_MONEY_SUBJECT},
    "symbol_kind": _SYMBOL_KIND,
    "todo": _TODO,
    "trademark_stage": _TRADEMARK_STAGE,
    "transfer_kind": _TRANSFER_KIND,
    "upload_status": _UPLOAD_STATUS,
    "user_state": _USER_STATE,
    "verdict": _VERDICT,
    "waiver_state": _WAIVER_STATE,
    "weekday": _WEEKDAY,
    "yes_no": _YES_NO,
    "zone": _ZONE,
}
"""The words by group and code; a `Code` among a sentence's facts names its group."""

_IN_THE_FILE = {
    "row.width": say(
        "Make sure the row has one cell for each column, with quotes around text that holds the separator."
    ),
    "cell.blank": say("Fill in the cell."),
    "cell.error_value": say("Mend the formula, or type its value in."),
    "code.scientific": say("Format the column as text and type the whole code."),
    "number.scientific": say("Format the column as a number with all its digits."),
    "number.other_style": say("Write the number as the other rows do."),
    "number.invalid": say("Write nothing but a number into the cell."),
    "number.too_large": say("Check whether digits were doubled, or two numbers stand in one cell."),
    "quantity.too_fine": say("Write the quantity with at most three decimals."),
    "quantity.zero": say("Write the quantity that was sold."),
    "amount.not_whole": say("Write amounts in whole rupiah; where the file counts in thousands, say so in its layout."),
    "amount.does_not_tie": say("Check price, quantity and amount against the receipt."),
    "net.does_not_tie": say("Check gross, discount and net against the receipt."),
    "discount.too_large": say("Check the discount against the receipt."),
    "sign.conflict": say("Give quantity and amount the same sign: both with a minus for a return."),
    "date.invalid": say("Write a day that is in the calendar, in the same order as the other rows."),
    "date.in_future": say("Check the day, and whether day and month are swapped."),
    "currency.other": say("Hand in the amounts in rupiah."),
    "time.invalid": say("Write the time as hours and minutes, such as 14:05."),
    "returned.too_many": say("Check both quantities against the receipt."),
    "returned.not_whole": say("Write the goods that came back as a row of their own, with a minus."),
    "returned.by_order": say(
        "Take what came back out of the row, or write it as a row of its own with a minus, as the order shows it."
    ),
    "cell.too_long": say("Check whether the right column was chosen; at most 100 characters can be read."),
    "row.suspicious": say(
        "Compare the row with the receipt: whether each cell is in its column, and no separator or quote too many is in it."
    ),
}
_AGAIN = say(
    "Hand in the corrected file again: rows that are posted already are not counted twice. Then dismiss this row."
)
_REMEDY = {
    **{code: say_all((first, _AGAIN)) for code, first in _IN_THE_FILE.items()},
    "store.unknown": say("Say which store it is, or add the store. The row is then posted by itself."),
    "store.other_than_stated": say(
        "Hand the file in again for the store that the row names, or for no store in particular. Then dismiss this row."
    ),
    "product.unknown": say("Say which product it is, or add the product. The row is then posted by itself."),
    "price.missing": say("Set the product's price for this day. The row is then posted by itself."),
    "agreement.missing": say(
        "Add an agreement between partner and producer for this day. The row is then posted by itself."
    ),
    "overlap.differs": say(
        "Compare it with what is posted. If that is right, dismiss this row; if not, reverse that upload and hand in a"
        " corrected file."
    ),
}

_FINDING_REMEDY = {
    "price.far_off": say(
        "Perhaps the file counts in thousands, or it is the price of a whole box. If so, reverse the file."
    ),
    "price.differs": say("Ask the store which price is right, and mend the till or the product's price."),
    "product.not_eligible": say(
        "Goods on the shelf are settled. Nothing more may be delivered until the papers are in."
    ),
    "product.not_listed": say("Note that the store offers it, or ask the store which product it was."),
    "product.retired": say("Ask the store to take the rest off the shelf, or move the last day."),
    "agreement.missing": say("The lines wait. Add an agreement for these days, or have the days mended in the file."),
    "day.before_opening": say("Check the day in the file, or the store's first day."),
    "day.after_closing": say("Check the day in the file, or the store's last day."),
    "day.old": say("Check whether the days are right. They are posted for the days they name."),
    "day.settled": say("The closed statements stay. These lines stand in the next one as late."),
    "quantity.fraction": say("It is sold by the piece: check quantity and unit in the file."),
    "quantity.unusual": say("Check the quantity against the receipt: perhaps a code or a price stands in its column."),
    "return.without_sale": say(
        "It took the fee rate of its own day. Check whether its sale is in another file that is missing."
    ),
    "stock.oversold": say(
        "Have the delivery confirmed or entered, see which product the code means, or have the shelf counted. The lines"
        " are posted all the same."
    ),
}


def finding_remedy(code: str) -> Sentence:
    """Return what a person can do about a finding of a posting; blank where nothing is known."""
    return _FINDING_REMEDY.get(code, Sentence("", {}))


def word(group: str, code: str) -> Sentence:
    """Return the word for *code*, one of *group*; the code itself where it has none."""
    found = WORDS.get(group, {}).get(code)
    return Sentence("{code}", {"code": code}) if found is None else found


def remedy(code: str) -> Sentence:
    """Return what a person can do about a row that waits for the reason *code*; blank where nothing is known."""
    return _REMEDY.get(code, Sentence("", {}))


def choice_word(about: str, choice: str) -> Sentence:
    """Return the word for one *choice* of a question *about* something; a column is called by its header."""
    if about.startswith("kind:"):
        return word("kind", choice)
    return word("yes_no" if about == "mapping" else about, choice)
