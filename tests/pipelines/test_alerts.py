"""Alerts: off by default, to a real mail server and webhook, without secrets; and what Dagster's sensors send.

Runs as such are `test_dagster.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from assets.calendar.status import PartitionStatus
from pipelines.alert_sensors import AlertDeliveryError, build_alert_sensors
from pipelines.alerts import (
    EMAIL_FROM,
    EMAIL_TO,
    SMTP_HOST,
    SMTP_PASSWORD,
    SMTP_PORT,
    SMTP_SECURITY,
    SMTP_USER,
    WEBHOOK_URL,
    Alert,
    AlertSettings,
    AlertSettingsError,
    late_returns_alert,
    send,
)
from pipelines.definitions import defs
from tests.pipelines.runs import DataFolders, corrected, wrong
from tests.returns.workbooks import POLITIE, sample

VARIABLES = (EMAIL_TO, EMAIL_FROM, SMTP_HOST, SMTP_PORT, SMTP_SECURITY, SMTP_USER, SMTP_PASSWORD, WEBHOOK_URL)
PASSWORD = "geheim-wachtwoord"
TOKEN = "T0KEN-of-the-webhook"
ALERT = Alert("Return rejected", ["politie 2024: rejected", "Run `banenafspraak status`."])
EMAIL = {EMAIL_TO: "a@example.nl, b@example.nl", EMAIL_FROM: "alerts@example.nl", SMTP_HOST: "localhost"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing of alerts, and reaches this machine without a proxy."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "localhost")


# -- a mail server and a webhook ---------------------------------------------------------------------------------------


@dataclass
class Inbox:
    """What a mail server took, and whom it refuses."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


class AnyPort(Controller):
    """A mail server on a port that is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def mail_server(inbox: Inbox, **options: Any) -> Iterator[dict[str, str]]:
    """A mail server; gives the environment for it, without security."""
    server = AnyPort(inbox, hostname="localhost", port=0, **options)
    server.start()
    try:
        yield {**EMAIL, SMTP_PORT: str(server.port), SMTP_SECURITY: "none"}
    finally:
        server.stop()


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"robot", PASSWORD.encode()), handled=False)


@contextlib.contextmanager
def safe_mail_server(inbox: Inbox, authority: trustme.CA, security: str) -> Iterator[dict[str, str]]:
    """A mail server that demands a login over TLS, with a certificate of this authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    tls = {
        "starttls": {"tls_context": context, "require_starttls": True},
        "tls": {"ssl_context": context, "auth_require_tls": False},  # aiosmtpd does not see that it is in TLS already
    }[security]
    with mail_server(inbox, authenticator=_login, auth_required=True, **tls) as environment:
        yield {**environment, SMTP_SECURITY: security, SMTP_USER: "robot", SMTP_PASSWORD: PASSWORD}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """An authority that nobody trusts by itself."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The authority, trusted as a ministry would have it: by the environment."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return authority


@dataclass
class Posted:
    """What a webhook got, and what it answers."""

    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    status: int = 200
    location: str = ""

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["text"] for _, _, body in self.requests]


@contextlib.contextmanager
def webhook(posted: Posted) -> Iterator[dict[str, str]]:
    """A webhook; gives the environment for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.requests.append((self.path, self.headers["Content-Type"], body))
            self.send_response(posted.status)
            if posted.location:
                self.send_header("Location", posted.location)
            self.end_headers()

        def do_GET(self) -> None:
            posted.requests.append((self.path, "", b'{"text": "followed"}'))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing on standard error."""

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield {WEBHOOK_URL: f"http://localhost:{server.server_port}/hook/{TOKEN}"}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def nobody_listens() -> Iterator[int]:
    """A port of this machine that refuses connections for as long as the test lasts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def sent(environment: Mapping[str, str], alert: Alert = ALERT) -> list[str]:
    """Send an alert; the problems never say a secret."""
    problems = send(alert, AlertSettings.from_environment(environment))
    assert not [problem for problem in problems if PASSWORD in problem or TOKEN in problem]
    return problems


# -- settings ----------------------------------------------------------------------------------------------------------

_sockets: list[str] = []
_watching = threading.Event()


def _watch(event: str, _: object) -> None:
    if event.startswith("socket.") and _watching.is_set():
        _sockets.append(event)


def test_off_by_default_and_then_no_socket_is_opened(nobody_listens: int) -> None:
    sys.addaudithook(_watch)
    _watching.set()
    try:
        settings = AlertSettings.from_environment()
        assert send(ALERT, settings) == []
        assert settings.destinations == []
        assert _sockets == []
        assert sent({WEBHOOK_URL: f"http://localhost:{nobody_listens}/"}) != []
        assert "socket.connect" in _sockets  # the watch sees one
    finally:
        _watching.clear()


def test_empty_variables_are_not_set() -> None:
    assert AlertSettings.from_environment(dict.fromkeys(VARIABLES, " ")).destinations == []


WEB = {WEBHOOK_URL: f"https://hooks.example.nl/{TOKEN}"}


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({SMTP_HOST: "mail.example.nl"}, EMAIL_TO),
        ({SMTP_PASSWORD: PASSWORD}, EMAIL_TO),
        ({EMAIL_TO: "a@example.nl", SMTP_HOST: "mail.example.nl"}, EMAIL_FROM),
        ({EMAIL_TO: "a@example.nl", EMAIL_FROM: "b@example.nl"}, SMTP_HOST),
        ({**EMAIL, EMAIL_TO: "a@example.nl,, b@example.nl"}, EMAIL_TO),
        ({**EMAIL, EMAIL_TO: "a@example.nl\r\nBcc: c@example.nl"}, EMAIL_TO),
        ({**EMAIL, EMAIL_FROM: "Robot <a@example.nl>"}, EMAIL_FROM),
        ({**EMAIL, SMTP_HOST: "smtp://mail.example.nl"}, SMTP_HOST),
        ({**EMAIL, SMTP_HOST: "mail..example.nl"}, SMTP_HOST),
        ({**EMAIL, SMTP_PORT: "mail"}, SMTP_PORT),
        ({**EMAIL, SMTP_PORT: "0"}, SMTP_PORT),
        ({**EMAIL, SMTP_PORT: "65536"}, SMTP_PORT),
        ({**EMAIL, SMTP_PORT: "٥٨٧"}, SMTP_PORT),
        ({**EMAIL, SMTP_SECURITY: "ssl"}, SMTP_SECURITY),
        ({**EMAIL, SMTP_USER: "robot"}, SMTP_PASSWORD),
        ({**EMAIL, SMTP_PASSWORD: PASSWORD}, SMTP_USER),
        ({**EMAIL, SMTP_USER: "robot", SMTP_PASSWORD: PASSWORD, SMTP_SECURITY: "none"}, SMTP_SECURITY),
        ({**EMAIL, SMTP_USER: "robot", SMTP_PASSWORD: f"{PASSWORD}é"}, SMTP_PASSWORD),
        ({WEBHOOK_URL: f"ftp://hooks.example.nl/{TOKEN}"}, WEBHOOK_URL),
        ({WEBHOOK_URL: f"file:///{TOKEN}"}, WEBHOOK_URL),
        ({WEBHOOK_URL: f"hooks.example.nl/{TOKEN}"}, WEBHOOK_URL),
        ({WEBHOOK_URL: f"https:///{TOKEN}"}, WEBHOOK_URL),
        ({WEBHOOK_URL: f"https://hooks.example.nl:{TOKEN}/"}, WEBHOOK_URL),
        ({WEBHOOK_URL: f"https://[{TOKEN}/"}, WEBHOOK_URL),
        ({WEBHOOK_URL: f"https://robot:{TOKEN}@hooks.example.nl/"}, WEBHOOK_URL),
        ({WEBHOOK_URL: f"https://hooks.example.nl/{TOKEN}\r\nX: y"}, WEBHOOK_URL),
        ({**WEB, SMTP_HOST: "mail.example.nl"}, EMAIL_TO),
    ],
)
def test_half_or_wrong_settings_are_refused_by_name_and_without_secrets(
    environment: dict[str, str], named: str
) -> None:
    with pytest.raises(AlertSettingsError, match=named) as refused:
        AlertSettings.from_environment(environment)
    error = refused.value
    told = [
        str(error),
        repr(error),
        str(error.__cause__ or ""),
        "" if error.__suppress_context__ else str(error.__context__),
    ]
    assert not [text for text in told if PASSWORD in text or TOKEN in text]


@pytest.mark.parametrize(
    ("security", "port"), [({}, 587), ({SMTP_SECURITY: "tls"}, 465), ({SMTP_SECURITY: "none"}, 25)]
)
def test_starttls_and_the_usual_port_are_the_default(security: dict[str, str], port: int) -> None:
    email = AlertSettings.from_environment({**EMAIL, **security}).email
    assert email is not None
    assert (email.security, email.port) == (security.get(SMTP_SECURITY, "starttls"), port)


def test_settings_do_not_show_their_secrets() -> None:
    settings = AlertSettings.from_environment({**EMAIL, **WEB, SMTP_USER: "robot", SMTP_PASSWORD: PASSWORD})
    assert settings.destinations == ["a@example.nl", "b@example.nl", "webhook"]
    assert "mail" in repr(settings)
    assert PASSWORD not in repr(settings)
    assert TOKEN not in repr(settings)


# -- e-mail ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_arrives_over_a_verified_connection_after_a_login(trusted: trustme.CA, security: str) -> None:
    inbox = Inbox()
    with safe_mail_server(inbox, trusted, security) as environment:
        assert sent(environment) == []
    (message,) = inbox.messages
    assert message["Subject"] == "[banenafspraak] Return rejected"
    assert (message["From"], message["To"]) == ("alerts@example.nl", "a@example.nl, b@example.nl")
    assert message["Date"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines() == ["politie 2024: rejected", "Run `banenafspraak status`."]
    assert inbox.recipients == ["a@example.nl", "b@example.nl"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_mail_goes_to_a_server_that_nobody_vouches_for(authority: trustme.CA, security: str) -> None:
    inbox = Inbox()
    with safe_mail_server(inbox, authority, security) as environment:
        problems = sent(environment)
    assert len(problems) == 2
    assert all("certificate" in problem.lower() for problem in problems)
    assert inbox.messages == []


def test_a_server_without_starttls_gets_no_mail() -> None:
    inbox = Inbox()
    with mail_server(inbox) as environment:
        assert len(sent({**environment, SMTP_SECURITY: "starttls"})) == 2
    assert inbox.messages == []


def test_a_refused_login_is_a_problem_of_every_address(trusted: trustme.CA) -> None:
    inbox = Inbox()
    with safe_mail_server(inbox, trusted, "starttls") as environment:
        problems = sent({**environment, SMTP_PASSWORD: f"{PASSWORD}-verlopen"})
    assert [problem.partition(":")[0] for problem in problems] == ["a@example.nl", "b@example.nl"]
    assert all("refused the user name or password" in problem for problem in problems)
    assert inbox.messages == []


@pytest.mark.parametrize("refused", [["b@example.nl"], ["a@example.nl", "b@example.nl"]])
def test_a_refused_address_is_a_problem_of_that_address_alone(refused: list[str]) -> None:
    inbox = Inbox(refused=set(refused))
    with mail_server(inbox) as environment:
        problems = sent(environment)
    assert [problem.partition(":")[0] for problem in problems] == refused
    assert all("550 nobody of that name" in problem for problem in problems)
    assert set(inbox.recipients) == {"a@example.nl", "b@example.nl"} - set(refused)


def test_a_file_name_adds_no_header_and_no_line() -> None:
    inbox = Inbox()
    name = "x\r\nBcc: all@example.nl\r\n\r\nhello\u202exslx\udcff\u2028" + "x" * 2000
    with mail_server(inbox) as environment:
        assert sent(environment, Alert(f"Rejected: {name}", [f"Rejected: {name}", "."])) == []
    (message,) = inbox.messages
    assert message["Bcc"] is None
    assert inbox.recipients == ["a@example.nl", "b@example.nl"]
    assert len(message["Subject"]) < 200
    first, last = message.get_content().splitlines()
    assert first.startswith(
        "Rejected: x\ufffd\ufffdBcc: all@example.nl\ufffd\ufffd\ufffd\ufffdhello\ufffdxslx\ufffd\ufffdxxx"
    )
    assert last == "."


# -- webhook -----------------------------------------------------------------------------------------------------------


def test_a_webhook_gets_json_in_which_a_name_is_no_markup() -> None:
    posted = Posted()
    with webhook(posted) as environment:
        assert sent(environment, Alert("Rejected", ["<!channel> R&D.xlsx"])) == []
    ((path, content_type, body),) = posted.requests
    assert (path, content_type) == (f"/hook/{TOKEN}", "application/json")
    assert json.loads(body) == {"text": "[banenafspraak] Rejected\n\n&lt;!channel&gt; R&amp;D.xlsx"}


def test_a_webhook_that_fails_is_a_problem() -> None:
    with webhook(Posted(status=500)) as environment:
        assert sent(environment) == ["webhook: it answered 500"]


@pytest.mark.parametrize("location", ["/elsewhere", "ftp://localhost/x", "file:///etc/passwd"])
def test_a_redirect_is_not_followed(location: str) -> None:
    posted = Posted(status=302, location=location)
    with webhook(posted) as environment:
        assert sent(environment) == ["webhook: it answered 302"]
    assert [path for path, _, _ in posted.requests] == [f"/hook/{TOKEN}"]


def test_what_is_no_web_server_is_a_problem() -> None:
    with mail_server(Inbox()) as environment:
        (problem,) = sent({WEBHOOK_URL: f"http://localhost:{environment[SMTP_PORT]}/{TOKEN}"})
    assert problem.startswith("webhook: no answer of a web server")


def test_one_channel_failing_does_not_stop_the_other(nobody_listens: int) -> None:
    inbox, posted = Inbox(), Posted()
    with mail_server(inbox) as mail, webhook(posted) as web:
        assert len(sent({**mail, SMTP_PORT: str(nobody_listens), **web})) == 2
        assert len(posted.requests) == 1
        assert len(sent({**mail, WEBHOOK_URL: f"http://localhost:{nobody_listens}/{TOKEN}"})) == 1
        assert len(inbox.messages) == 1


# -- what alerts say ---------------------------------------------------------------------------------------------------


def _due(sector_code: str, period: str, owner: str, deadline: date, status: str) -> PartitionStatus:
    return PartitionStatus(sector_code, period, status, None, owner, deadline, deadline)


def test_late_returns_are_told_by_owner_and_the_latest_first() -> None:
    alert = late_returns_alert(
        [
            _due("rijk", "2024Q4", "team:rijk", date(2025, 5, 6), "missing"),
            _due("mbo", "2024", "team:onderwijs", date(2025, 4, 30), "late"),
            _due("po", "2024", "team:onderwijs", date(2025, 4, 1), "rejected"),
            _due("vo", "2024", "team:onderwijs", date(2025, 5, 1), "missing"),
        ],
        date(2025, 5, 1),
    )
    assert alert.subject == "Returns: 2 late, 2 due soon"
    assert alert.lines[:7] == [
        "Owner team:onderwijs:",
        "  po 2024: 30 days late (deadline 2025-04-01); rejected",
        "  mbo 2024: 1 day late (deadline 2025-04-30); late",
        "  vo 2024: due today (deadline 2025-05-01); missing",
        "",
        "Owner team:rijk:",
        "  rijk 2024Q4: due in 5 days (deadline 2025-05-06); missing",
    ]
    assert "put it in the inbox" in "\n".join(alert.lines)


# -- Dagster's sensors -------------------------------------------------------------------------------------------------


@dg.op
def break_down() -> None:
    """Fail with a cause of many lines."""
    raise ValueError("\n".join(["the disk is full", *(f"line {number}" for number in range(2, 9))]))


@dg.op
def do_nothing() -> None:
    """Succeed."""


@dg.job
def failing() -> None:
    """A job that fails."""
    break_down()


@dg.job
def succeeding() -> None:
    """A job that has nothing to tell."""
    do_nothing()


def _text(message: EmailMessage) -> str:
    """What a mail says, with the lines as we wrote them."""
    return "\n".join(message.get_content().splitlines()) + "\n"


@dataclass
class Daemon:
    """Looks with a sensor as Dagster's daemon does: what a tick that succeeds leaves as its cursor is kept."""

    name: str
    instance: dg.DagsterInstance
    cursor: str | None = None

    def tick(self) -> list[str]:
        """Look once; returns the errors the tick shows while it moves on."""
        sensor = next(sensor for sensor in build_alert_sensors() if sensor.name == self.name)
        seen = sensor.evaluate_tick(dg.build_sensor_context(instance=self.instance, cursor=self.cursor))
        self.cursor = seen.cursor
        return [reaction.error.message for reaction in seen.dagster_run_reactions or [] if reaction.error]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def _set(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_sensors_run_when_alerts_go_somewhere_and_are_stopped_else(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["alert_run_failure", "alert_findings"]
    stopped, running = dg.DefaultSensorStatus.STOPPED, dg.DefaultSensorStatus.RUNNING
    assert [(sensor.name, sensor.default_status) for sensor in build_alert_sensors()] == [(n, stopped) for n in names]
    _set(monkeypatch, WEB)
    assert [(sensor.name, sensor.default_status) for sensor in build_alert_sensors()] == [(n, running) for n in names]
    monkeypatch.setenv(SMTP_PORT, "587")
    with pytest.raises(AlertSettingsError, match=EMAIL_TO):
        build_alert_sensors()


def test_a_failed_run_is_told_once_with_its_step_and_cause(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, daemon = Inbox(), Daemon("alert_run_failure", instance)
    with mail_server(inbox) as environment:
        _set(monkeypatch, environment)
        daemon.tick()
        succeeding.execute_in_process(instance=instance)
        tags = {"dagster/asset_partition_range_start": "2023|mbo", "dagster/asset_partition_range_end": "2024|mbo"}
        run = failing.execute_in_process(instance=instance, raise_on_error=False, tags=tags)
        assert daemon.tick() == []
        assert daemon.tick() == []
    (message,) = inbox.messages
    assert message["Subject"] == "[banenafspraak] Run failed: failing (2023|mbo to 2024|mbo)"
    text = _text(message)
    assert "Step break_down:\n  ValueError: the disk is full\n  line 2\n" in text
    assert "line 6" not in text
    assert "Traceback" not in text
    assert "test_alerts.py" not in text
    assert f"/runs/{run.run_id}" in text
    assert "`banenafspraak verify`" in text


def test_an_alert_nobody_got_is_sent_by_a_later_tick_and_those_before_it_are_not_sent_again(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, nobody_listens: int
) -> None:
    inbox, daemon = Inbox(), Daemon("alert_run_failure", instance)
    with mail_server(inbox) as environment:
        _set(monkeypatch, environment)
        daemon.tick()
        for name in ("first", "second"):
            failing.execute_in_process(instance=instance, raise_on_error=False, tags={"dagster/partition": name})
        daemon.tick()
        monkeypatch.setenv(SMTP_PORT, str(nobody_listens))
        for _ in range(2):
            with pytest.raises(AlertDeliveryError, match=r"second.*a@example.nl: .*refused"):
                daemon.tick()
        monkeypatch.setenv(SMTP_PORT, environment[SMTP_PORT])
        daemon.tick()
        daemon.tick()
    subjects = [message["Subject"] for message in inbox.messages]
    assert subjects == [f"[banenafspraak] Run failed: failing ({name})" for name in ("first", "second")]


def test_an_alert_that_somebody_got_is_not_sent_again(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, nobody_listens: int
) -> None:
    posted, daemon = Posted(), Daemon("alert_run_failure", instance)
    with webhook(posted) as environment:
        _set(monkeypatch, {**EMAIL, SMTP_PORT: str(nobody_listens), **environment})
        daemon.tick()
        failing.execute_in_process(instance=instance, raise_on_error=False)
        (error,) = daemon.tick()
        assert error.startswith(
            "Not everybody got the alert “Run failed: failing”: a@example.nl: mail server localhost"
        )
        assert daemon.tick() == []
    assert len(posted.requests) == 1


def test_what_a_run_found_is_told_once_by_what_a_person_does_about_it(
    data: DataFolders, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, daemon = Inbox(), Daemon("alert_findings", instance)
    data.drop(
        {
            "a.xlsx": sample(POLITIE),
            "fout.xlsx": wrong(),
            "onbekend.xlsx": b"geen werkmap",
            "verbeterd.xlsx": corrected(),
        }
    )
    with mail_server(inbox) as environment:
        _set(monkeypatch, environment)
        daemon.tick()
        succeeding.execute_in_process(instance=instance)
        run = defs.resolve_job_def("ingest_yearly_returns").execute_in_process(
            partition_key="2024|politie", resources={"workspace": data.workspace}, instance=instance
        )
        assert daemon.tick() == []
        assert daemon.tick() == []
    (message,) = inbox.messages
    assert message["Subject"] == (
        "[banenafspraak] 1 rejected, 1 awaiting acceptance, 1 not recognised: ingest_yearly_returns (2024|politie)"
    )
    text = _text(message)
    assert "Rejected, and in no total:\n  fout.xlsx\n" in text
    assert "banenafspraak check --annotate FILE" in text
    assert "  banenafspraak accept politie-2024-v3 --name … --reason …\n" in text
    assert "Nobody recognises the sender or period of:\n  onbekend.xlsx\n" in text
    assert f"/runs/{run.run_id}" in text
    (report,) = [line.removeprefix("Report for auditors: ") for line in text.splitlines() if line.startswith("Report")]
    assert Path(report).exists()
