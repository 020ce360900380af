"""People are found by e-mail and id, and written to alone, with the scopes that Slack asks for."""

from __future__ import annotations

from dataclasses import replace

from slack_sdk import WebClient

from tests.emulators.slack.conftest import ANA, SAM, refusal
from tests.emulators.slack.server import SlackServer


def test_a_person_is_found_by_their_address_in_any_case(client: WebClient) -> None:
    user = client.users_lookupByEmail(email="Sam@ACME.test")["user"]

    assert (user["id"], user["real_name"], user["deleted"]) == ("U0SAM", "Sam Ito", False)
    assert (user["profile"]["email"], user["tz"], user["tz_offset"]) == ("sam@acme.test", "America/New_York", -18_000)
    assert client.users_info(user="U0SAM")["user"] == user


def test_whoever_was_deactivated_is_known_by_id_alone(slack: SlackServer, client: WebClient) -> None:
    slack.workspace.join(replace(SAM, deleted=True))

    assert refusal(lambda: client.users_lookupByEmail(email=SAM.email)) == "users_not_found"
    user = client.users_info(user=SAM.id)["user"]
    assert (user["deleted"], user["profile"]["real_name"]) == (True, "Sam Ito")
    assert refusal(lambda: client.conversations_open(users=SAM.id)) == "user_disabled"
    assert refusal(lambda: client.chat_postMessage(channel=SAM.id, text="x")) == "channel_not_found"


def test_nobody_is_found_where_there_is_nobody(client: WebClient) -> None:
    assert refusal(lambda: client.users_lookupByEmail(email="none@acme.test")) == "users_not_found"
    assert refusal(lambda: client.users_info(user="U0NONE")) == "user_not_found"
    assert refusal(lambda: client.conversations_open(users="U0NONE")) == "user_not_found"
    assert refusal(lambda: client.conversations_open(users="")) == "users_list_not_supplied"
    assert refusal(lambda: client.conversations_open(channel="C0CAPACITY")) == "method_not_supported_for_channel_type"


def test_a_direct_message_is_opened_once_and_written_read_and_changed(slack: SlackServer, client: WebClient) -> None:
    channel = client.conversations_open(users=ANA.id)["channel"]["id"]
    again = client.conversations_open(users=ANA.id, return_im=True)
    ts = client.chat_postMessage(channel=channel, text="hello")["ts"]
    by_user = client.chat_postMessage(channel=ANA.id, text="hello again")

    assert channel.startswith("D")
    assert (again["already_open"], again["channel"]["id"], again["channel"]["user"]) == (True, channel, "U0ANA")
    assert by_user["channel"] == channel
    client.chat_update(channel=channel, ts=ts, text="hello, Ana")
    messages = client.conversations_history(channel=channel)["messages"]
    assert [message["text"] for message in messages] == ["hello again", "hello, Ana"]
    assert refusal(lambda: client.chat_update(channel=ANA.id, ts=ts, text="x")) == "channel_not_found"


def test_each_of_it_needs_its_scope(slack: SlackServer, client: WebClient) -> None:
    direct = client.conversations_open(users=ANA.id)["channel"]["id"]
    slack.workspace.scopes -= {"users:read.email"}
    assert refusal(lambda: client.users_lookupByEmail(email=ANA.email)) == "missing_scope"
    assert "email" not in client.users_info(user=ANA.id)["user"]["profile"]
    slack.workspace.scopes -= {"users:read", "im:write", "im:history"}
    assert refusal(lambda: client.users_info(user=ANA.id)) == "missing_scope"
    assert refusal(lambda: client.conversations_open(users=ANA.id)) == "missing_scope"
    assert refusal(lambda: client.conversations_history(channel=direct)) == "missing_scope"
