"""Reads what README.md and docs/ claim, so that tests can hold it against what the program is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCS = {f"docs/{page.name}": page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md"))}
DEPLOY = (ROOT / "deploy" / "README.md").read_text("utf-8")
KEEPING = (ROOT / "deploy" / "secrets.md").read_text("utf-8")
PAGES = {
    "README.md": README,
    **DOCS,
    "deploy/README.md": DEPLOY,
    "deploy/secrets.md": KEEPING,
}

LEFT_OUT = "…"

Table = list[dict[str, str]]


def section(text: str, title: str) -> str:
    """What stands under the heading *title*, up to the next heading of its level or a higher one."""
    found = re.search(rf"^(#+) {re.escape(title)}$\n(.*?)(?=^#{{1,2}} |^\1 |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no heading {title}"
    return found[2]


def tables(text: str) -> list[Table]:
    """Every table of *text*: its rows, each as column -> cell."""
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        header, _, *rows = ([cell.strip() for cell in line[1:-1].split("|")] for line in block.splitlines())
        found.append([dict(zip(header, row, strict=True)) for row in rows])
    return found


def the_table(text: str, title: str) -> Table:
    (table,) = tables(section(text, title))
    return table


def quoted(text: str) -> list[str]:
    """All that stands in backticks, outside of blocks."""
    return re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def block(text: str, title: str, language: str) -> str:
    """The first fenced block in *language* under *title*."""
    found = re.search(rf"^```{language}\n(.*?)^```", section(text, title), re.MULTILINE | re.DOTALL)
    assert found, f"{title} has no block of {language}"
    return found[1]


@dataclass(frozen=True)
class Shown:
    """A command, and the lines that are said to follow it."""

    command: str
    lines: tuple[str, ...]

    def missing_from(self, printed: Sequence[str]) -> str:
        """The first passage that is not in *printed*, "" if all are; ``LEFT_OUT`` stands for any lines."""
        passages: list[list[str]] = [[]]
        for line in self.lines:
            if line == LEFT_OUT:
                passages.append([])
            else:
                passages[-1].append(line)
        at = 0
        for number, passage in enumerate(passages):
            starts = [0] if number == 0 else range(at, len(printed) - len(passage) + 1)
            if number == len(passages) - 1 and passage:
                starts = [len(printed) - len(passage)]
            found = next((start for start in starts if list(printed[start : start + len(passage)]) == passage), None)
            if found is None or found < at:
                return "\n".join(passage)
            at = found + len(passage)
        return ""


def recorded(text: str) -> dict[str, list[Shown]]:
    """By the folder that a block says it runs in: its commands, in the order of the page."""
    found: dict[str, list[Shown]] = {}
    for folder, content in re.findall(r"<!-- runs in: (\w+) -->\n```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            found.setdefault(folder, []).append(Shown(command, tuple(lines)))
    return found


def unmarked(text: str) -> list[str]:
    """The console blocks that neither run nor say what they need."""
    blocks = re.findall(r"([^\n]*)\n```console\n(.*?)```", text, re.DOTALL)
    return [block for above, block in blocks if not re.fullmatch(r"<!-- (runs in: \w+|needs: .+) -->", above)]


def command_lines(text: str) -> set[str]:
    """Every use of cssync: after a prompt in a block, and in the running text."""
    in_blocks = re.findall(r"^[$#] (?:sudo -u cssync )?(?:\S*/)?(cssync .*)$", text, re.MULTILINE)
    return {*in_blocks, *re.findall(r"`(cssync [^`]*)`", text)}


def numbered_tests(name: str) -> dict[int, list[str]]:
    """Number -> the tests that have it in their names, ``def test_<name>_15_16_what_happens``, by file and name."""
    numbered = re.compile(rf"^ *def (test_{name}((?:_\d+)+)_[a-z]\w*)", re.MULTILINE)
    found: dict[int, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, numbers in numbered.findall(file.read_text("utf-8")):
            for number in numbers.split("_")[1:]:
                found.setdefault(int(number), []).append(f"{file.relative_to(ROOT)}::{test}")
    return found
