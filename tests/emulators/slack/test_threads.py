"""Threads hang together, page, and survive what becomes of their root, as Slack's do."""

from __future__ import annotations

from slack_sdk import WebClient

from tests.emulators.slack import chat
from tests.emulators.slack.conftest import ANA, CHANNEL, SAM, refusal
from tests.emulators.slack.server import SlackServer

METADATA = {"event_type": "greeting", "event_payload": {"id": "1"}}


def say(client: WebClient, text: str, thread_ts: str | None = None, **more: object) -> str:
    return str(client.chat_postMessage(channel=CHANNEL, text=text, thread_ts=thread_ts, **more)["ts"])  # type: ignore[arg-type]


def texts(messages: list[dict[str, str]]) -> list[str]:
    return [message["text"] for message in messages]


def thread(client: WebClient, ts: str) -> list[str]:
    return texts(client.conversations_replies(channel=CHANNEL, ts=ts)["messages"])


def channel(client: WebClient) -> list[str]:
    return texts(client.conversations_history(channel=CHANNEL)["messages"])


def test_replies_stay_in_their_thread(client: WebClient) -> None:
    root = say(client, "root")
    answer = client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=root)

    assert answer["message"]["thread_ts"] == root
    assert thread(client, root) == ["root", "reply"]
    assert channel(client) == ["root"]


def test_a_broadcast_stands_in_the_thread_and_in_the_channel(client: WebClient) -> None:
    root = say(client, "root")
    say(client, "reply", root)
    say(client, "for all", root, reply_broadcast=True)

    broadcast, _ = client.conversations_history(channel=CHANNEL)["messages"]

    assert (broadcast["subtype"], broadcast["thread_ts"], broadcast["root"]["ts"]) == ("thread_broadcast", root, root)
    assert channel(client) == ["for all", "root"]
    assert thread(client, root) == ["root", "reply", "for all"]


def test_a_reply_can_be_broadcast_later_but_not_while_it_is_rewritten(client: WebClient) -> None:
    root = say(client, "root")
    reply = say(client, "reply", root)
    broadcast = {"reply_broadcast": True}

    def error(ts: str, **more: str) -> str:
        return refusal(lambda: client.api_call("chat.update", json={"channel": CHANNEL, "ts": ts, **broadcast, **more}))

    assert error(reply, text="new") == "no_dual_broadcast_content_update"
    assert error(root) == "cant_broadcast_message"
    client.api_call("chat.update", json={"channel": CHANNEL, "ts": reply, **broadcast})
    assert channel(client) == ["reply", "root"]


def test_the_root_tells_of_its_replies_and_each_reply_of_its_root(slack: SlackServer, client: WebClient) -> None:
    root = say(client, "root")
    there = slack.workspace.channels[CHANNEL]
    for user in (ANA, SAM, ANA):
        last = chat.post(slack.workspace, there, {"text": "hm", "thread_ts": root}, user.id)["ts"]

    (seen,) = client.conversations_history(channel=CHANNEL)["messages"]
    reply = client.conversations_replies(channel=CHANNEL, ts=root)["messages"][1]

    assert (seen["thread_ts"], seen["latest_reply"]) == (root, last)
    assert (seen["reply_count"], seen["reply_users_count"], seen["reply_users"]) == (3, 2, ["U0ANA", "U0SAM"])
    assert (reply["user"], reply["parent_user_id"]) == ("U0ANA", "U0CSSYNC")


def test_a_reply_to_a_reply_hangs_on_the_root(client: WebClient) -> None:
    root = say(client, "root")
    say(client, "deeper", say(client, "reply", root))

    assert thread(client, root) == ["root", "reply", "deeper"]


def test_a_reply_asked_for_by_itself_comes_alone(client: WebClient) -> None:
    root = say(client, "root")
    reply = say(client, "reply", root)
    say(client, "another", root)

    assert thread(client, reply) == ["reply"]


def test_a_thread_comes_in_pages_with_the_root_on_the_first(client: WebClient) -> None:
    root = say(client, "root")
    for number in range(4):
        say(client, f"reply {number}", root)

    pages = client.conversations_replies(channel=CHANNEL, ts=root, limit=2)

    assert [texts(page["messages"]) for page in pages] == [["root", "reply 0"], ["reply 1", "reply 2"], ["reply 3"]]


def test_a_page_holds_its_place_while_messages_come_and_go(client: WebClient) -> None:
    stamps = [say(client, f"message {number}") for number in range(5)]
    first = client.conversations_history(channel=CHANNEL, limit=2)

    say(client, "a new one")
    client.chat_delete(channel=CHANNEL, ts=stamps[2])
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_history(channel=CHANNEL, limit=2, cursor=cursor)

    assert texts(first["messages"]) == ["message 4", "message 3"]
    assert texts(second["messages"]) == ["message 1", "message 0"]


def test_the_root_comes_whatever_times_were_asked_for(client: WebClient) -> None:
    root = say(client, "root")
    early = say(client, "early", root)
    late = say(client, "late", root)

    def between(**times: str | bool) -> list[str]:
        return texts(client.conversations_replies(channel=CHANNEL, ts=root, **times)["messages"])  # type: ignore[arg-type]

    assert between(oldest=early) == ["root", "late"]
    assert between(oldest=early, inclusive=True) == ["root", "early", "late"]
    assert between(latest=late) == ["root", "early"]


def test_metadata_of_replies_comes_on_request(client: WebClient) -> None:
    root = say(client, "root")
    say(client, "reply", root, metadata=METADATA)

    bare = client.conversations_replies(channel=CHANNEL, ts=root)["messages"]
    full = client.conversations_replies(channel=CHANNEL, ts=root, include_all_metadata=True)["messages"]

    assert "metadata" not in bare[1]
    assert full[1]["metadata"] == METADATA


def test_what_cannot_be_read_says_why(slack: SlackServer, client: WebClient) -> None:
    root = say(client, "root")

    def error(ts: str = root, **more: object) -> str:
        return refusal(lambda: client.conversations_replies(channel=CHANNEL, ts=ts, **more))  # type: ignore[arg-type]

    assert error("1.000000") == "thread_not_found"
    assert error(cursor="nonsense") == "invalid_cursor"
    assert error(oldest="yesterday") == "invalid_ts_oldest"
    assert error(limit=1_001) == "invalid_limit"
    slack.workspace.scopes -= {"channels:history"}
    assert error() == "missing_scope"


def test_a_root_without_replies_is_gone_when_deleted(client: WebClient) -> None:
    root = say(client, "root")

    client.chat_delete(channel=CHANNEL, ts=root)

    assert channel(client) == []
    assert refusal(lambda: client.conversations_replies(channel=CHANNEL, ts=root)) == "thread_not_found"


def test_a_root_with_replies_leaves_a_tombstone_in_which_people_write_on(client: WebClient) -> None:
    root = say(client, "root", metadata=METADATA)
    say(client, "reply", root)

    client.chat_delete(channel=CHANNEL, ts=root)
    answer = client.chat_postMessage(channel=CHANNEL, text="one more", thread_ts=root)

    (tombstone,) = client.conversations_history(channel=CHANNEL, include_all_metadata=True)["messages"]
    assert (tombstone["subtype"], tombstone["user"], tombstone["hidden"]) == ("tombstone", "USLACKBOT", True)
    assert "metadata" not in tombstone
    assert answer["message"]["thread_ts"] == root
    assert thread(client, root) == ["This message was deleted.", "reply", "one more"]
    assert refusal(lambda: client.chat_update(channel=CHANNEL, ts=root, text="x")) == "cant_update_message"
    assert refusal(lambda: client.chat_delete(channel=CHANNEL, ts=root)) == "cant_delete_message"


def test_a_tombstone_goes_with_its_last_reply(client: WebClient) -> None:
    root = say(client, "root")
    reply = say(client, "reply", root)
    client.chat_delete(channel=CHANNEL, ts=root)

    client.chat_delete(channel=CHANNEL, ts=reply)

    assert channel(client) == []


def test_a_reply_to_a_root_that_is_gone_lands_in_the_channel_and_only_the_answer_tells(client: WebClient) -> None:
    root = say(client, "root")
    client.chat_delete(channel=CHANNEL, ts=root)

    answer = client.chat_postMessage(channel=CHANNEL, text="orphan", thread_ts=root)

    assert answer["ok"]
    assert "thread_ts" not in answer["message"]
    assert channel(client) == ["orphan"]
    assert refusal(lambda: say(client, "x", "not a timestamp")) == "invalid_thread_ts"
