"""Every way to get a setting wrong is told with file, line, setting and what was expected, and without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from cssync.errors import ConfigError, ExitCode
from cssync.settings.load import load
from tests.builders import SCOPE

CANARY = "CANARYcanary123"


def refusal(folder: Path, text: str, **environ: str) -> ConfigError:
    file = folder / "cssync.yaml"
    file.write_text(text if "team:" in text else text + SCOPE, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, environ, folder)
    return caught.value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("limits:\n  accounts: many\n", "cssync.yaml:2: limits.accounts: expected a number, greater than 0 (got text)"),
        ("limits:\n  accounts: -5\n", "cssync.yaml:2: limits.accounts: expected a number, greater than 0 (got -5)"),
        ("limits:\n  accounts: true\n", "cssync.yaml:2: limits.accounts: expected a number, greater than 0 (got text)"),
        ("limits:\n  accounts: [1]\n", "limits.accounts: expected a number, greater than 0 (got a list)"),
        ("limits:\n  accounts: NaN\n", "limits.accounts: expected a number, greater than 0 (got text)"),
        ("limits: 5\n", "cssync.yaml:1: limits: expected a section with arr, accounts, trend_accounts"),
        ("gate:\n  max_drop: 1.5\n", "gate.max_drop: expected a number, greater than 0 and at most 1 (got 1.5)"),
        ("gate:\n  recent_runs: 2.5\n", "gate.recent_runs: expected a whole number, greater than 0 (got 2.5)"),
        ("fiscal_year_starts_in: 13\n", "expected a whole number, at least 1 and at most 12 (got 13)"),
        ("notify:\n  console: maybe\n", "cssync.yaml:2: notify.console: expected true or false (got text)"),
        ("log:\n  level: loud\n", "log.level: expected one of debug, info, warning, error (got text)"),
        ("team:\n  scope: dana\n", "cssync.yaml:2: team.scope: expected a list such as [a, b] (got text)"),
        (
            "notify:\n  slack:\n    mention:\n      - a\n      - {b: c}\n",
            "cssync.yaml:5: notify.slack.mention.1: expected text (got a",
        ),
        ("schedule:\n  at: 25:00\n", "cssync.yaml:2: schedule.at: expected a time such as 04:00 (got text)"),
        (
            "timezone: Europe/Berln\n",
            "cssync.yaml:1: timezone: not a time zone; use an IANA name such as Europe/Berlin",
        ),
        ("money:\n  currency: usd\n", "money.currency: expected text, like ^[A-Z]{3}$ (got text)"),
        (
            "money:\n  rates:\n    eur: 1\n",
            "cssync.yaml:3: money.rates.eur: the name of this entry must match ^[A-Z]{3}$",
        ),
        ("source: {}\n", "cssync.yaml:1: source: kind: expected one of file, salesforce, hubspot (got nothing)"),
        ("source:\n", "cssync.yaml:1: source: expected a section with kind"),
        ("source:\n  kind: pipedrive\n", "source: kind: expected one of file, salesforce, hubspot (got text)"),
        ("source: {kind: salesforce}\n", "source: auth: jwt needs the username of the integration user"),
        ("source: {kind: salesforce, auth: session}\n", "source: auth: session needs instance_url"),
        ("source:\n  kind: salesforce\n  auth: oauth\n", "cssync.yaml:3: source.auth: expected one of jwt,"),
        ("notify:\n  slack:\n    enabled: true\n", "cssync.yaml:2: notify.slack: via: bot needs a channel"),
        ("customers:\n  where: lifecycle = live\n", "cssync.yaml:2: customers.where: unknown column live"),
        ("customers:\n  where: arr >\n", "cssync.yaml:2: customers.where: not a SQL condition"),
        ("alerts: {inhibit: {arr_over_limits: {by: [x]}}}\n", "alerts: inhibit: no rule arr_over_limits, x; there are"),
        (
            "alerts: {inhibit: {arr_over_limit: {by: [arr_over_limit]}}}\n",
            "would silence each other and be told by nobody",
        ),
        ("rules: {trending_to_ceiling: {fire_at: 0.2}}\n", "rules.trending_to_ceiling: clear_under must not be above"),
    ],
)
def test_a_wrong_value_is_told_with_place_setting_and_expectation(tmp_path: Path, text: str, told: str) -> None:
    error = refusal(tmp_path, text)
    assert told in error.message
    assert error.exit_code == ExitCode.CONFIG
    assert "cssync config show" in error.remedy


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("limits:\n  acounts: 5\n", "cssync.yaml:2: limits.acounts: unknown setting; did you mean accounts?"),
        ("limit: {}\n", "cssync.yaml:1: limit: unknown setting; did you mean limits?"),
        ("max_drop: 0.2\n", "cssync.yaml:1: max_drop: unknown setting; did you mean gate.max_drop?"),
        (
            "source:\n  kind: hubspot\n  portal: 1\n",
            "cssync.yaml:3: source.portal: unknown setting; did you mean portal_id?",
        ),
        (
            "source: {kind: hubspot, decimal_mark: x}\n",
            "source.decimal_mark: unknown setting; known here are kind, portal_id, api_url",
        ),
        ("limits: {csms: {dana@acme.test: {max: 5}}}\n", "known here are arr, accounts, trend_accounts"),
    ],
)
def test_an_unknown_setting_is_refused_with_a_suggestion(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, text).message


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    error = refusal(tmp_path, "gate:\n  max_drop: 2\nlimits:\n  acounts: 5\n  arr: none\ntimezone: Mars\n")
    assert error.message.splitlines() == [
        "4 problems in the settings:",
        "cssync.yaml:2: gate.max_drop: expected a number, greater than 0 and at most 1 (got 2)",
        "cssync.yaml:4: limits.acounts: unknown setting; did you mean accounts?",
        "cssync.yaml:5: limits.arr: expected a number, greater than 0 (got text)",
        "cssync.yaml:6: timezone: not a time zone; use an IANA name such as Europe/Berlin or UTC",
    ]


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        (f"source: {{kind: salesforce, username: u, password: {CANARY}}}\n", "SALESFORCE_PASSWORD"),
        (f"source: {{kind: hubspot, token: {CANARY}}}\n", "HUBSPOT_TOKEN"),
        (f"source: {{kind: hubspot, access_token: {CANARY}}}\n", "HUBSPOT_TOKEN"),
        (f"notify: {{slack: {{bot_token: {CANARY}}}}}\n", "SLACK_BOT_TOKEN"),
        (f"notify: {{slack: {{token: {CANARY}}}}}\n", "SLACK_BOT_TOKEN"),
        (f"notify: {{slack: {{channel: xoxb-{CANARY}}}}}\n", "SLACK_BOT_TOKEN"),
        (f"notify: {{slack: {{api_url: 'https://hooks.slack.com/services/{CANARY}'}}}}\n", "SLACK_WEBHOOK_URL"),
        (f"limits: {{arr: pat-na1-{CANARY}}}\n", "HUBSPOT_TOKEN"),
        (f"team: {{scope: [support, pat-eu1-{CANARY}]}}\n", "HUBSPOT_TOKEN"),
        (
            f"source:\n  kind: salesforce\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    {CANARY}\n",
            "SALESFORCE_PRIVATE_KEY",
        ),
        (f"store: {{path: 'postgresql://me:{CANARY}@db/cssync'}}\n", "DATABASE_URL"),
        (f"store: {{database_url: '{CANARY}'}}\n", "DATABASE_URL"),
        (f"customers: {{where: xoxb-{CANARY}}}\n", "SLACK_BOT_TOKEN"),
    ],
)
def test_a_secret_in_the_file_is_refused_with_where_it_belongs_and_never_repeated(
    tmp_path: Path, text: str, variable: str
) -> None:
    error = refusal(tmp_path, text)
    assert "secrets never stand in the settings" in error.message
    assert f"set {variable}" in error.message
    assert CANARY not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        f"xoxb-{CANARY}: 1\n",
        f"limits: {{csms: {{xoxb-{CANARY}: {{arr: 1}}}}}}\n",
        f"limits: {{arr: {CANARY}}}\n",
        f"limits: {{segmnts: {CANARY}}}\n",
        f"source: {{kind: {CANARY}}}\n",
        f"log: {{level: {CANARY}}}\n",
        f"timezone: {CANARY}\n",
        f"log: [{CANARY}\n",
        f"log: *{CANARY}\n",
        f"log: !{CANARY} x\n",
        f"log: '{CANARY}\n",
        f"log: \t{CANARY}: x: y\n",
    ],
)
def test_no_complaint_repeats_a_value(tmp_path: Path, text: str) -> None:
    assert CANARY not in str(refusal(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "place"), [("tenant: acme\n", "cssync.yaml"), ("tenant: acme\nteam:\n  scope:\n", "cssync.yaml:3")]
)
def test_seed_38_a_file_that_does_not_say_what_csms_do_is_refused_with_the_remedy(
    tmp_path: Path, text: str, place: str
) -> None:
    (tmp_path / "cssync.yaml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "cssync.yaml", {}, tmp_path)
    assert caught.value.message == (
        f"{place}: team.scope: missing; say what CSMs do beside managing their accounts (seed 38), as it lowers what "
        "they can carry: [] for nothing, or any of onboarding, training, support, services, presales"
    )


def test_what_csms_do_may_be_said_by_the_environment(tmp_path: Path) -> None:
    (tmp_path / "cssync.yaml").write_text("tenant: acme\n", "utf-8")
    found = load(tmp_path / "cssync.yaml", {"CSSYNC__TEAM__SCOPE": "[training]"}, tmp_path)
    assert found.settings.team.scope == ("training",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("scope: [selling]", "team.scope.0: expected one of onboarding, training, support, services, presales"),
        ("members: {a: {fte: 1.5}}", "team.members.a.fte: expected a number, greater than 0 and at most 1 (got 1.5)"),
        ("members: {a: {starts_on: soon}}", "team.members.a.starts_on: expected a date such as 2027-01-31 (got text)"),
        (
            "members: {a: {starts_on: 2027-02-01, leaves_on: 2027-02-01}}",
            "team.members.a: leaves_on must be later than starts_on",
        ),
        (
            "members: {a: {leave: [{from: 2027-02-02, to: 2027-02-01}]}}",
            "a.leave.0: ends before it begins",
        ),
        ("members: {a: {leave: [{from: 2027-02-02}]}}", "team.members.a.leave.0.to: missing; expected a date"),
        ("members: {a: {duties: {travel: 0.6, training: 0.4}}}", "team.members.a: duties come to 1 or more"),
        ("members: {a: {role: boss}}", "team.members.a.role: expected one of csm, renewals, leader,"),
        ("members: {A: {}, a: {}}", "team: a: said twice, once in other letters"),
        ("members: {a: {}}, pools: {A: {}}", "team: a: among pools and members; a pool is no single person"),
        ("pools: {a: {members: 0}}", "team.pools.a.members: expected a number, greater than 0 (got 0)"),
    ],
)
def test_what_cannot_be_of_a_person_is_refused(tmp_path: Path, text: str, told: str) -> None:
    scope = "" if text.startswith("scope") else "scope: [], "
    assert told in refusal(tmp_path, f"team: {{{scope}{text}}}\n").message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("amber_at: 1.4", "capacity: amber_at must not be above act_at"),
        ("duties: {support: 0.9}", "capacity.duties: the shares come to 1 or more"),
        ("hours_per_account: {smb: -1}", "capacity.hours_per_account.smb: expected a number, at least 0 (got -1)"),
        ("modifiers: {renewal: {when: days_to_go < 9}}", "capacity.modifiers.renewal.when: unknown column days_to_go"),
        ("modifiers: {others: {x: {times: 2}}}", "capacity.modifiers.others.x.when: missing; expected text"),
        (
            "modifiers: {others: {hours: {when: arr > 1, times: 2}}}",
            "capacity.modifiers: others: hours: a name that is taken",
        ),
    ],
)
def test_what_cannot_be_of_an_effort_is_refused(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, f"capacity: {{{text}}}\n").message


def test_a_secret_in_an_override_is_refused_too(tmp_path: Path) -> None:
    error = refusal(tmp_path, "", CSSYNC__NOTIFY__SLACK__CHANNEL=f"xoxb-{CANARY}")
    assert error.message.startswith(
        "environment CSSYNC__NOTIFY__SLACK__CHANNEL: notify.slack.channel: looks like a secret"
    )
    assert CANARY not in str(error)
