"""The settings file is read as written, and every complaint names file, line and what was expected."""

from __future__ import annotations

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cssync.errors import ConfigError
from cssync.settings.yaml import Value, parse, parse_value

TREES = st.dictionaries(
    st.text("abc_é ", min_size=1, max_size=5),
    st.recursive(
        st.none() | st.text("ab0.1:-'\"#é ", max_size=8),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("xyz", min_size=1), below, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text, "config/cssync.yaml")
    return caught.value.message


@pytest.mark.parametrize("written", ["0.1", "007", "1_000", "16:30", "NO", "yes", "2026-01-31", "1e3", "62.0"])
def test_a_plain_value_stays_as_written(written: str) -> None:
    assert parse(f"a: {written}", "f").values == {"a": written}


@pytest.mark.parametrize("written", ["", "~", "null", "# only a comment"])
def test_a_blank_value_is_none(written: str) -> None:
    assert parse(f"a: {written}\n", "f").values == {"a": None}


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "null\n", "\n\n"])
def test_an_empty_file_holds_no_settings(text: str) -> None:
    assert parse(text, "f").values == {}


def test_every_key_and_item_knows_its_line() -> None:
    document = parse("limits:\n  arr: 1\n\n  csms:\n    dana: {accounts: 3}\nteam:\n  pools:\n    - a\n    - b\n", "f")
    assert document.places == {
        ("limits",): "f:1",
        ("limits", "arr"): "f:2",
        ("limits", "csms"): "f:4",
        ("limits", "csms", "dana"): "f:5",
        ("limits", "csms", "dana", "accounts"): "f:5",
        ("team",): "f:6",
        ("team", "pools"): "f:7",
        ("team", "pools", 0): "f:8",
        ("team", "pools", 1): "f:9",
    }


@settings(derandomize=True, deadline=None)
@given(TREES)
def test_whatever_yaml_writes_is_read_back(tree: dict[str, Value]) -> None:
    assert parse(pyyaml.safe_dump(tree, allow_unicode=True), "f").values == tree


def test_a_tab_is_named_with_line_and_column() -> None:
    assert refusal("limits:\n\tarr: 1\n") == (
        "config/cssync.yaml:2:1: not valid YAML: indent with spaces, not with tabs"
    )


def test_broken_yaml_is_named_with_line_column_and_what_was_expected() -> None:
    assert refusal("limits: [1\narr: 1\n") == (
        "config/cssync.yaml:2:4: not valid YAML: expected ',' or ']', but got ':' while parsing a flow sequence"
    )


def test_a_key_said_twice_is_refused_with_both_lines() -> None:
    assert refusal("limits:\n  arr: 1\n  accounts: 2\n  arr: 3\n") == (
        "config/cssync.yaml:4: limits.arr: said twice; the first is config/cssync.yaml:2"
    )


def test_a_file_that_is_no_mapping_is_refused() -> None:
    assert "config/cssync.yaml:1: expected settings such as `timezone: UTC` (got a list)" in refusal("- a\n- b\n")
    assert "(got text)" in refusal("just words\n")


@pytest.mark.parametrize("text", ["a: &x {b: 1}\nc: *x\n", "a: &x [*x]\n"])
def test_an_alias_is_refused_because_it_may_grow_without_bounds(text: str) -> None:
    assert "aliases (*name) are not supported" in refusal(text)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!secret", "!!binary"])
def test_a_tag_is_refused(tag: str) -> None:
    assert "config/cssync.yaml:1: a: tags (!name) are not supported" in refusal(f"a: {tag} x\n")


def test_a_key_that_is_no_name_is_refused() -> None:
    assert "config/cssync.yaml:1: expected a name before the colon (got a list)" in refusal("? [a, b]\n: 1\n")


def test_a_control_character_is_refused() -> None:
    assert "config/cssync.yaml: holds a character that is not allowed in YAML" in refusal("a: \x07\n")


def test_two_documents_in_one_file_are_refused() -> None:
    assert "not valid YAML" in refusal("a: 1\n---\nb: 2\n")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("#cs-capacity", "#cs-capacity"),
        ("a: b", "a: b"),
        ("null", None),
        ("[a, b]", ["a", "b"]),
        ("{EUR: 1.08}", {"EUR": "1.08"}),
    ],
)
def test_a_value_from_the_environment_is_text_unless_it_is_a_short_list_or_mapping(written: str, value: Value) -> None:
    assert parse_value(written, "environment X") == value


def test_a_broken_list_in_the_environment_names_the_variable() -> None:
    with pytest.raises(ConfigError, match="environment X"):
        parse_value("[a, b", "environment X")
