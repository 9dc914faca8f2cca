"""Alerts to people: what one says, where it goes by the environment, and sending it by e-mail and webhook.

Off until the environment names a mail server or a webhook. When to send one belongs elsewhere: what happens in Dagster
is `alert_sensors.py`.
"""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from enum import StrEnum
from itertools import groupby
from urllib.parse import urlsplit

from assets.calendar.status import PartitionStatus
from warehouse.presentation import printable

EMAIL_TO, EMAIL_FROM = "BANENAFSPRAAK_ALERT_EMAIL_TO", "BANENAFSPRAAK_ALERT_EMAIL_FROM"
SMTP_HOST, SMTP_PORT = "BANENAFSPRAAK_SMTP_HOST", "BANENAFSPRAAK_SMTP_PORT"
SMTP_SECURITY = "BANENAFSPRAAK_SMTP_SECURITY"
SMTP_USER, SMTP_PASSWORD = "BANENAFSPRAAK_SMTP_USER", "BANENAFSPRAAK_SMTP_PASSWORD"
WEBHOOK_URL = "BANENAFSPRAAK_ALERT_WEBHOOK_URL"

_EMAIL_VARIABLES = (EMAIL_TO, EMAIL_FROM, SMTP_HOST, SMTP_PORT, SMTP_SECURITY, SMTP_USER, SMTP_PASSWORD)
_EMAIL_GROUPS = "BANENAFSPRAAK_ALERT_EMAIL_… and BANENAFSPRAAK_SMTP_…"
_NEEDED = {
    EMAIL_TO: "write who gets the alerts, as addresses with commas between them",
    EMAIL_FROM: "write the address the alerts come from",
    SMTP_HOST: "write the name of the mail server",
}
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+", re.ASCII)
_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*", re.ASCII)
_TIMEOUT_SECONDS = 10
_SHOWN = 20
_LONGEST_SUBJECT, _LONGEST_LINE = 150, 500


class AlertSettingsError(Exception):
    """The environment says half or wrongly where alerts go; the message names the variable, never its value."""


class SmtpSecurity(StrEnum):
    """How the connection with the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_PORTS = {SmtpSecurity.STARTTLS: 587, SmtpSecurity.TLS: 465, SmtpSecurity.NONE: 25}


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """Who gets alerts by e-mail, and through which mail server."""

    recipients: Sequence[str]
    sender: str
    host: str
    port: int
    security: SmtpSecurity
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Where alerts go; nowhere when neither is there. The address of a webhook is a secret, as the password is."""

    email: EmailSettings | None
    webhook_url: str | None = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> AlertSettings:
        """What the environment says; an empty variable is one that is not set. Raises AlertSettingsError."""
        names = (*_EMAIL_VARIABLES, WEBHOOK_URL)
        given = {name: value for name in names if (value := environment.get(name, "").strip())}
        return cls(_email_settings(given), _webhook_url(given))

    @property
    def destinations(self) -> list[str]:
        """Every address, and the webhook by that name: what an alert goes to, each apart."""
        return [*(self.email.recipients if self.email else []), *(["webhook"] if self.webhook_url else [])]


def _email_settings(given: Mapping[str, str]) -> EmailSettings | None:
    named = [name for name in _EMAIL_VARIABLES if name in given]
    if not named:
        return None
    for name, what_to_do in _NEEDED.items():
        if name not in given:
            raise AlertSettingsError(
                f"{name} is not set, but {named[0]} is: {what_to_do}, or unset every {_EMAIL_GROUPS} variable."
            )
    if not _HOST.fullmatch(given[SMTP_HOST]):
        raise AlertSettingsError(f"{SMTP_HOST} is not the name of a server: write it alone, such as smtp.example.nl.")
    security = _security(given)
    user, password = _login(given, security)
    return EmailSettings(
        recipients=_addresses(EMAIL_TO, given[EMAIL_TO].split(",")),
        sender=_addresses(EMAIL_FROM, [given[EMAIL_FROM]])[0],
        host=given[SMTP_HOST],
        port=_port(given, security),
        security=security,
        user=user,
        password=password,
    )


def _addresses(name: str, texts: Iterable[str]) -> list[str]:
    addresses = [text.strip() for text in texts]
    if not all(_ADDRESS.fullmatch(address) for address in addresses):
        example = "a@example.nl, b@example.nl" if name == EMAIL_TO else "a@example.nl"
        raise AlertSettingsError(f"{name} has something that is not an e-mail address: write it as {example}.")
    return list(dict.fromkeys(addresses))


def _security(given: Mapping[str, str]) -> SmtpSecurity:
    try:
        return SmtpSecurity(given.get(SMTP_SECURITY, SmtpSecurity.STARTTLS))
    except ValueError:
        raise AlertSettingsError(f"{SMTP_SECURITY} is unknown: write {', '.join(SmtpSecurity)}.") from None


def _port(given: Mapping[str, str], security: SmtpSecurity) -> int:
    text = given.get(SMTP_PORT, str(_PORTS[security]))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise AlertSettingsError(f"{SMTP_PORT} is not a port: write a whole number from 1 to 65535, such as 587.")
    return int(text)


def _login(given: Mapping[str, str], security: SmtpSecurity) -> tuple[str, str]:
    user, password = given.get(SMTP_USER, ""), given.get(SMTP_PASSWORD, "")
    if bool(user) != bool(password):
        missing, other = (SMTP_PASSWORD, SMTP_USER) if user else (SMTP_USER, SMTP_PASSWORD)
        raise AlertSettingsError(f"{missing} is not set, but {other} is: set both, or unset both.")
    if user and security is SmtpSecurity.NONE:
        raise AlertSettingsError(
            f"{SMTP_PASSWORD} would be readable on the network: write starttls or tls in {SMTP_SECURITY}, or unset it."
        )
    for name, text in ((SMTP_USER, user), (SMTP_PASSWORD, password)):
        if not (text.isascii() and text.isprintable()):
            raise AlertSettingsError(f"{name} has a character that mail servers do not take: use plain ASCII.")
    return user, password


def _webhook_url(given: Mapping[str, str]) -> str | None:
    url = given.get(WEBHOOK_URL)
    if url is not None and not _is_web_address(url):
        raise AlertSettingsError(
            f"{WEBHOOK_URL} is not the address of a webhook: write the whole of it, from https:// (or http://) on, "
            "without a user name in it."
        )
    return url


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return False
    return (
        parts.scheme in {"https", "http"}
        and _HOST.fullmatch(parts.hostname or "") is not None
        and parts.username is None
        and has_port
        and url.isascii()
        and url.isprintable()
        and " " not in url
    )


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened and what to do: a subject and lines of plain text, from which control characters are taken out."""

    subject: str
    lines: Sequence[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "subject", _harmless(self.subject, _LONGEST_SUBJECT))
        object.__setattr__(self, "lines", [_harmless(line, _LONGEST_LINE) for line in self.lines])


def _harmless(text: str, longest: int) -> str:
    """One line without what could end a header, turn the reading direction, or not be encoded."""
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return printable(shown).replace("\n", "\N{REPLACEMENT CHARACTER}")


def at_most_shown(texts: Sequence[str]) -> list[str]:
    """The first twenty, and how many more there are."""
    more = len(texts) - _SHOWN
    return [*texts[:_SHOWN], *([f"and {more} more"] if more > 0 else [])]


def send(alert: Alert, settings: AlertSettings) -> list[str]:
    """Send an alert to every destination, once; nothing is tried again.

    Returns a problem for each destination that did not get it, without secrets: as many problems as there are
    destinations means that nobody got it. Does nothing when there are no destinations.
    """
    problems: list[str] = []
    if settings.email is not None:
        problems += _send_email(alert, settings.email)
    if settings.webhook_url is not None:
        problems += _post(alert, settings.webhook_url)
    return [_harmless(problem, _LONGEST_LINE) for problem in problems]


def _send_email(alert: Alert, settings: EmailSettings) -> list[str]:
    server_name = f"mail server {settings.host}:{settings.port}"
    try:
        with _connect(settings) as server:
            if settings.security is SmtpSecurity.STARTTLS:
                server.starttls(context=ssl.create_default_context())
            if settings.user:
                server.login(settings.user, settings.password)
            refused = server.send_message(_message(alert, settings))
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except smtplib.SMTPAuthenticationError:
        # What the server answers may repeat what was sent to it.
        return [f"{to}: {server_name} refused the user name or password" for to in settings.recipients]
    except smtplib.SMTPResponseException as error:
        return [f"{to}: {server_name} answered {_answer(error.args)}" for to in settings.recipients]
    except OSError as error:
        return [f"{to}: {server_name}: {error}" for to in settings.recipients]
    return [f"{to}: {server_name} answered {_answer(answer)}" for to, answer in refused.items()]


def _connect(settings: EmailSettings) -> smtplib.SMTP:
    if settings.security is SmtpSecurity.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS)


def _answer(answer: Sequence[object]) -> str:
    """A mail server's code and text."""
    code, text = answer[0], answer[1]
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"


def _message(alert: Alert, settings: EmailSettings) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = f"[banenafspraak] {alert.subject}"
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(alert.lines))
    return message


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is a failure: urllib would follow it without the alert."""

    def redirect_request(self, *_: object) -> None:
        return None


def _post(alert: Alert, url: str) -> list[str]:
    """Post to the webhook; no message of urllib's own is told that could repeat the address."""
    # Chat programs read <…> and & as markup: a file name could call everybody in a channel.
    text = html.escape("\n".join([f"[banenafspraak] {alert.subject}", "", *alert.lines]), quote=False)
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_SECONDS):
            return []
    except urllib.error.HTTPError as error:
        error.close()
        return [f"webhook: it answered {error.code}"]
    except urllib.error.URLError as error:
        return [f"webhook: {error.reason}"]
    except (OSError, http.client.HTTPException) as error:
        return [f"webhook: no answer of a web server ({type(error).__name__})"]


def late_returns_alert(returns: Sequence[PartitionStatus], today: date) -> Alert:
    """The alert for returns, at least one, that are late or due soon: by owner, the latest first."""
    days = {(one.sector_code, one.period): one.days_late(today) or 0 for one in returns}
    late = sum(number > 0 for number in days.values())
    counts = [f"{number} {what}" for number, what in ((late, "late"), (len(returns) - late, "due soon")) if number]
    lines = []
    ordered = sorted(returns, key=lambda one: (one.owner, one.deadline, one.sector_code, one.period))
    for owner, group in groupby(ordered, key=lambda one: one.owner):
        lines += [f"Owner {owner}:", *(f"  {_due(one, days[one.sector_code, one.period])}" for one in group), ""]
    lines += [
        "What to do: ask the sender for the return, and put it in the inbox.",
        "`banenafspraak status` says what is in.",
    ]
    return Alert(f"Returns: {', '.join(counts)}", lines)


def _due(one: PartitionStatus, days_late: int) -> str:
    days = "1 day" if abs(days_late) == 1 else f"{abs(days_late)} days"
    when = f"{days} late" if days_late > 0 else f"due in {days}" if days_late < 0 else "due today"
    return f"{one.sector_code} {one.period}: {when} (deadline {one.deadline}); {one.status}"
