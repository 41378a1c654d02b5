"""Why a number is none of its kind, said so that whoever shows it can say it in another language."""


class NumberRefused(ValueError):
    """The text is no number of its kind; *template* says why, with its *facts* named in braces."""

    def __init__(self, template: str, /, **facts: str) -> None:
        super().__init__(template.format_map(facts))
        self.template = template
        self.facts = facts
