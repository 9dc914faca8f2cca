"""What the command line shows a person: tables and lines in the terminal.

Laying out belongs here; what is shown is computed elsewhere.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from assets.calendar.status import PartitionStatus
from assets.intake.ledger import LedgerFile
from assets.returns.findings_sheets import gist
from assets.returns.response import Answer, Response
from assets.snapshot.verify import Verification
from expectations.catalogue import rule
from expectations.grouping import grouped
from pipelines.check import PURGED, FileOutcome
from warehouse.diff import Diff
from warehouse.periods import Period, PeriodKind
from warehouse.presentation import in_one_line, number, printable
from warehouse.records import Finding
from warehouse.trace import Source, Trace

_COLOURS = {
    "awaiting_acceptance": "yellow",
    "rejected": "red",
    "error": "red",
    "warning": "yellow",
    "late": "red",
    "missing": "yellow",
    "accepted": "green",
}
_MARKS = {
    "accepted": "[green]✓[/green]",
    "accepted_with_findings": "[green]![/green]",
    "rejected": "[red]✗[/red]",
    "late": "[red]L[/red]",
    "missing": "[yellow]–[/yellow]",
    "received": "…",
    "awaiting_acceptance": "[yellow]?[/yellow]",
    "withdrawn": "–",
}
_SHOWN_CELLS = 4
_SHOWN_ROWS = 20
_SHOWN_PERIODS = 10
_WIDTH = 120


class _Harmless(Console):
    """A console on which no text of a sender can steer the terminal."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)


def person_console() -> Console:
    """Standard output for a person; wide enough for the tables when it is not a terminal."""
    console = _Harmless(emoji=False)
    return console if console.is_terminal else _Harmless(emoji=False, width=_WIDTH)


def error_console() -> Console:
    """Standard error for a person."""
    return _Harmless(emoji=False, stderr=True)


def _told(text: str) -> str:
    """A text of a sender in a line of ours: no markup, and no line of its own, which could pass for ours."""
    return escape(in_one_line(text))


def _table(title: str, left: Sequence[str], right: Sequence[str], caption: str | None = None) -> Table:
    table = Table(title=title, caption=caption, box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left")
    for heading in left:
        table.add_column(heading, no_wrap=True)
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _coloured(word: str) -> str:
    colour = _COLOURS.get(word)
    text = word.replace("_", " ")
    return f"[{colour}]{text}[/{colour}]" if colour else text


def show_sectors(console: Console, rows: Iterable[dict[str, Any]]) -> None:
    """The sectors: goal, realisation, percentages and coverage."""
    headings = ("goal", "realised", "%", "stated %", "procured", "returned")
    table = _table("Sectors", ("period", "sector"), headings, "~ approximate   * raised from a survey")
    for row in rows:
        mark = "~" if row["approximate"] else "*" if row["estimated"] else " "
        table.add_row(
            row["period"],
            row["sector_code"],
            number(row["target_jobs"], 1),
            number(row["realised_jobs"], 1) + mark,
            number(row["realised_pct"], 1),
            number(row["stated_pct"], 1),
            number(row["procurement_jobs"], 1),
            f"{row['employers_returned']}/{row['employers_expected']}",
        )
    console.print(table)


def show_national(console: Console, rows: Sequence[dict[str, Any]]) -> None:
    """The national totals by both series."""
    headings = ("goal", "realised", "gap", "% of goal", "% of 25,000", "sectors", "position")
    title = "National progress against 25,000: two series that are never added or subtracted"
    table = _table(title, ("basis", "year"), headings)
    notes = set()
    for row in rows:
        expected = row["sectors_expected"]
        noted = "¹" if row["comparability_note"] else " "
        notes.add(row["comparability_note"])
        table.add_row(
            row["basis"],
            row["period"],
            number(row["target_jobs"], 1),
            number(row["realised_jobs"], 1),
            number(row["gap_jobs"], 1),
            number(row["realised_pct"], 2),
            number(row["pct_of_final_target"], 2) + noted,
            f"{row['sectors_returned']}/{expected}" if expected else "–",
            row["position"] or "–",
        )
    console.print(table)
    for row in filter(lambda row: row["provisional_because"], rows):
        console.print(f"{row['period']} is provisional: {row['provisional_because']}", style="dim", highlight=False)
    for note in filter(None, notes):
        console.print(f"¹ {note}", style="dim")


def show_findings_in_short(console: Console, files: Sequence[FileOutcome]) -> None:
    """How many files came to what, and how often which rule failed."""
    if not files:
        console.print("There was nothing to take in. Put returns in the inbox, or name a folder.")
        return
    outcomes = Counter(file.outcome for file in files)
    counts = ", ".join(f"{count} {_coloured(str(outcome))}" for outcome, count in outcomes.most_common())
    console.print(f"{len(files)} files: {counts or 'none'}")
    failures = Counter((finding.rule, finding.severity) for file in files for finding in file.findings)
    for (rule_id, severity), count in failures.most_common():
        console.print(f"  {_coloured(severity):<8} {count:>4} × {_told(rule(rule_id).title)}")
    for file in files:
        if file.outcome == PURGED:
            console.print(f"\n[red]Purged before, and not taken in again[/red]: {_told(file.file)}")
        if file.outcome == "rejected":
            console.print(f"\n[red]Rejected[/red]: {_told(file.file)}")
            _show_findings(console, [f for f in file.findings if f.severity == "error"])


def show_findings_across(console: Console, findings: Sequence[dict[str, Any]]) -> None:
    """What fails across returns and periods: one line a rule, with its first places."""
    by_rule: dict[str, list[dict[str, Any]]] = {}
    for finding in findings:
        by_rule.setdefault(finding["title"], []).append(finding)
    for title, members in by_rule.items():
        console.print(f"  {_coloured(members[0]['severity']):<8} {len(members):>4} × {_told(title)}")
        for finding in members[:_SHOWN_CELLS]:
            about = " ".join(filter(None, (finding["sector_code"], finding["period"], finding["cell"])))
            console.print(f"                  {_told(about)}: {_told(gist(finding['message']))}", highlight=False)
        if len(members) > _SHOWN_CELLS:
            console.print(f"                  and {len(members) - _SHOWN_CELLS} more: audit.finding has all of them")


def show_awaiting(console: Console, revisions: Sequence[dict[str, Any]]) -> None:
    """The versions that wait for a person, and what each would change."""
    by_submission: dict[str, list[dict[str, Any]]] = {}
    for revision in revisions:
        members = by_submission.setdefault(revision["submission_id"], [])
        members += [revision] if revision["measure"] else []
    for submission_id, members in by_submission.items():
        what = "it changes these figures, which stand until then" if members else "there is nothing to set it against"
        title = f"[yellow]{submission_id}[/yellow] awaits acceptance: {what}"
        table = _table(title, ("about", "period", "measure", "cell"), ("was", "becomes", "difference"))
        for revision in members[:_SHOWN_ROWS]:
            sheet, cell = revision["sheet_after"], revision["cell_after"]
            table.add_row(
                _told(revision["about"]),
                revision["period"],
                revision["measure"],
                _told(f"{sheet}!{cell}") if sheet else "gone",
                _was(revision["value_before"], revision["literal_before"], revision["status_before"]),
                _was(revision["value_after"], revision["literal_after"], revision["status_after"]),
                _signed(revision["difference"], revision["change"]),
            )
        console.print(table)
        if len(members) > _SHOWN_ROWS:
            console.print(f"… and {len(members) - _SHOWN_ROWS} more: mart.revisions has all of them")
        console.print(f'To accept: banenafspraak accept {submission_id} --name "…" --reason "…"', highlight=False)


def _was(value: Decimal | None, literal: str | None, status: str) -> str:
    return number(value) if value is not None else _told(literal or status)


def _signed(difference: Decimal | None, change: str) -> str:
    if difference is None:
        return change.replace("_", " ")
    return ("+" if difference > 0 else "") + number(difference)


def show_verification(console: Console, found: Verification) -> None:
    """What was verified, and everything that is not as it should be."""
    purged = f"; {found.purged} more purged" if found.purged else ""
    console.print(f"archive and quarantine: {found.files} files against their checksums{purged}")
    console.print(f"ledger: a chain of {found.ledger_lines} lines")
    if found.tables:
        console.print(f"snapshot: {found.rows:,} rows of {found.tables} tables made again from the archived bytes")
    for problem in found.problems:
        console.print(f"[red]✗[/red] {_told(problem)}", soft_wrap=True, highlight=False)
    if not found.problems:
        console.print("[green]✓[/green] everything is as it should be")


def show_purged(console: Console, file: LedgerFile) -> None:
    """That a file was removed for good, and what stays known of it."""
    console.print(f"purged: {_told(file.file_name)}", highlight=False)
    console.print(f"its sha256 {file.sha256} stays in the ledger, with name, reason and moment", soft_wrap=True)
    console.print("Remove it from backups and from where it came from too.")


def show_checked(console: Console, files: Iterable[FileOutcome]) -> None:
    """What each file was understood to be, and what is wrong with it."""
    for file in files:
        about = f"{file.sector_code} {file.period}" if file.sector_code else "not recognised"
        console.print(f"[bold]{_told(file.file)}[/bold]: {about}: {_coloured(str(file.outcome))}")
        _show_findings(console, file.findings)


def _show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """The gravest first, one group for each rule, with its first places and what to do."""
    for group in grouped(findings):
        members = group.findings
        waivers = ", ".join(sorted({finding.waiver for finding in members if finding.waiver}))
        waived = f", waived by {waivers}" if waivers else ""
        console.print(f"  {_coloured(members[0].severity)} {_told(group.rule.title)} ({len(members)} ×{waived})")
        for finding in members[:_SHOWN_CELLS]:
            place = "!".join(filter(None, (finding.sheet, finding.cell)))
            console.print(f"    {_told(place)}{': ' if place else ''}{_told(gist(finding.message))}", highlight=False)
        if rest := [finding.cell or "?" for finding in members[_SHOWN_CELLS:]]:
            console.print(f"    and {len(rest)} more: {_told(', '.join(rest))}", highlight=False)
        console.print(f"    → {_told(group.rule.action)}", style="dim")


def show_status(console: Console, statuses: Sequence[PartitionStatus]) -> None:
    """Sector × period: what is in, missing, late or rejected."""
    if not any(status.received_on for status in statuses):
        console.print("Nothing has been received yet. Put returns in the inbox and run `banenafspraak run`.")
    for kind in PeriodKind:
        of_kind = [status for status in statuses if Period.parse(status.period).kind is kind]
        if of_kind:
            console.print(_status_table(kind, of_kind))
    console.print(
        "✓ accepted   ! accepted with findings   ✗ rejected   … received   ? a version awaits acceptance   "
        "L late   – not due yet, or withdrawn",
        style="dim",
    )


def _status_table(kind: PeriodKind, statuses: Sequence[PartitionStatus]) -> Table:
    all_periods = sorted({status.period for status in statuses})
    periods = all_periods[-_SHOWN_PERIODS:]
    caption = f"and {len(all_periods) - len(periods)} earlier ones: see --json" if periods != all_periods else None
    table = _table(f"Returns per {kind.value.replace('_', '-')}", ["sector", *periods], [], caption)
    by_sector: dict[str, dict[str, str]] = {}
    for status in statuses:
        mark = _MARKS.get(status.status, status.status)
        waits = _MARKS["awaiting_acceptance"] if status.awaiting and status.status != "awaiting_acceptance" else ""
        by_sector.setdefault(status.sector_code, {})[status.period] = mark + waits
    for sector, marks in by_sector.items():
        table.add_row(sector, *(marks.get(period, "") for period in periods))
    return table


def show_trace(console: Console, trace: Trace) -> None:
    """A figure, its formula and the cells behind it."""
    console.print(f"[bold]{trace.figure}[/bold] = {number(trace.value)}")
    console.print(f"formula: {trace.formula}")
    for text in trace.reference:
        console.print(f"reference: {_told(text)}")
    _show_sources(console, "Cells it is made of", trace.sources)
    if trace.rows:
        _show_sources(console, "Rows it was checked against", trace.rows)


def _show_sources(console: Console, title: str, sources: Sequence[Source]) -> None:
    table = _table(title, ("about", "measure", "value", "status", "cell", "holds", "submission"), [])
    shown = sources[:_SHOWN_ROWS]
    for source in shown:
        about = source.employer_name or source.group_name or source.sector_code
        cell = f"{source.sheet}!{source.cell}"
        is_of_employer = source.is_collected and source.employer_code is not None
        where = f"{source.submission_id} · {source.file_name}" if is_of_employer else source.submission_id
        told = (about, source.measure, number(source.value), source.status, cell, source.literal, where)
        table.add_row(*(_told(text or "") for text in told))
    console.print(table)
    if len(sources) > len(shown):
        console.print(f"… and {len(sources) - len(shown)} more; --json gives all of them")
    whole = [source for source in shown if not source.is_collected]
    for submission_id, file_name in dict.fromkeys((source.submission_id, source.file_name) for source in whole):
        console.print(f"{submission_id}: {_told(file_name)}", style="dim", highlight=False)


def plain(value: Any) -> Any:
    """A value for JSON: decimals as strings, so that no reader makes floats of them."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def show_responses(console: Console, found: Sequence[Response], elsewhere: Sequence[str]) -> None:
    """Show how many employers returned, and which did not as far as that fits."""
    counted = Counter(one.answer for one in found)
    console.print(f"{len(found)} employers: " + ", ".join(f"{counted[answer]} {answer}" for answer in Answer))
    for answer in (Answer.REJECTED, Answer.MISSING):
        names = [f"{one.employer_code} {one.employer_name}".strip() for one in found if one.answer is answer]
        more = f", and {len(names) - _SHOWN_ROWS} more" if len(names) > _SHOWN_ROWS else ""
        if names:
            console.print(f"{answer}: {_told(', '.join(names[:_SHOWN_ROWS]))}{more}", highlight=False)
    unlisted = [one.employer_code for one in found if not one.is_listed]
    if unlisted:
        console.print(f"not in our list of employers: {_told(', '.join(unlisted[:_SHOWN_ROWS]))}", highlight=False)
    for name in elsewhere:
        console.print(f"[red]about another sector or period[/red]: {_told(name)}", highlight=False)


def show_answer(console: Console, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Show the rows that a query gives; all of them, each value whole."""
    table = Table(box=box.SIMPLE_HEAD)
    for position, name in enumerate(names):
        is_number = any(isinstance(row[position], (int, Decimal)) for row in rows)
        table.add_column(escape(name), justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(_value(value)) for value in row))
    console.print(table)
    console.print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}")


def _value(value: object) -> str:
    return "" if value is None else number(value) if isinstance(value, Decimal) else str(value)


def show_diff(console: Console, found: Diff) -> None:
    """Show which published figures differ, mart by mart, and what that comes from."""
    console.print(f"from {found.first} to {found.second}: {len(found.changes):,} published figures changed")
    for mart in dict.fromkeys(change.mart for change in found.changes):
        table = Table(title=f"mart.{mart}", title_justify="left", box=box.SIMPLE_HEAD)
        for heading in ("row", "figure"):
            table.add_column(heading, no_wrap=True)
        for heading in ("before", "after", "difference"):
            table.add_column(heading, justify="right", overflow="fold")
        table.add_column("through", overflow="fold")
        for change in (change for change in found.changes if change.mart == mart):
            difference = f"{'+' * (change.difference > 0)}{number(change.difference)}" if change.difference else ""
            cells = [change.row_key, change.column_name, _plain_figure(change.before), _plain_figure(change.after)]
            table.add_row(*(_told(cell) for cell in [*cells, difference, change.cause]))
        console.print(table)


def _plain_figure(text: str | None) -> str:
    """A published value without the zeros behind its decimals."""
    if text is None:
        return "–"
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "", 1).lstrip("-").isdigit() else text
