"""The page of all rules for people, `docs/rules.md`, made from the catalogue: `python -m expectations.rule_page`.

What a rule says is the catalogue's; only its layout on the page belongs here.
"""

from __future__ import annotations

import sys

from expectations.catalogue import Rule, load_catalogue

_SCOPES = {
    "file": "The file as a whole",
    "sheet": "A sheet",
    "return": "One return",
    "across_returns": "Across returns",
    "across_periods": "Across periods",
    "national": "The nation",
}
_INTRODUCTION = """# Rules

Made from `expectations/catalogue.yaml` by `make docs`; a test compares them. What a sender reads is Dutch.

Each rule holds, fails, or could not be evaluated. An *error* rejects the return, a *warning* needs an explanation or a
waiver, *info* tells. Rules about the file, a sheet and one return are evaluated when it is read; the others on all
returns in force side by side, and they never change what became of a return. What differs per sector is in
`expectations/limits.csv`. Waivers cover warnings, and errors marked *waivable*.
"""


def rule_page() -> str:
    """The page, in Markdown."""
    parts = [_INTRODUCTION]
    for scope, heading in _SCOPES.items():
        rules = [rule for rule in load_catalogue() if rule.scope == scope]
        rows = "\n".join(_row(rule) for rule in rules)
        parts.append(
            f"## {heading}\n\n| rule | severity | what must hold | what to do | why |\n|---|---|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def _row(rule: Rule) -> str:
    severity = f"{rule.severity}, waivable" if rule.waivable and rule.severity == "error" else rule.severity
    cells = (f"`{rule.id}`", severity, rule.title, rule.action, rule.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(rule_page())
