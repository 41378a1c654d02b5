"""Where the days of stores stand one by one."""

from urllib.parse import urlencode

from consign.period import Period
from consign.sales.rules import DayState

PATH = "/board/days"


def days_address(partner_code: str, span: Period, *, state: DayState | None = None, store_code: str = "") -> str:
    """Return the address of the days of a partner's stores, or of one, that are in *state*, or in any."""
    asked = {
        "partner": partner_code, "store": store_code, "state": state.value if state else "",
        "from": span.first.isoformat(), "until": span.last.isoformat(),
    }  # fmt: skip
    return f"{PATH}?{urlencode({name: text for name, text in asked.items() if text})}"
