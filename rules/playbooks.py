"""Names the playbook that answers what an alert has found (seed 44), with the page of your own where one is set."""

from __future__ import annotations

from cssync.model.story import Named, Sentence
from cssync.settings.portfolio import Playbooks


def outcomes_plan(playbooks: Playbooks) -> Sentence:
    return _told("Outcomes plan", playbooks.outcomes_plan, "which outcomes matter to them, and how to get there")


def prescriptive_onboarding(playbooks: Playbooks) -> Sentence:
    return _told(
        "Prescriptive onboarding", playbooks.prescriptive_onboarding, "prescribe what gets them to their outcomes"
    )


def executive_outcomes_review(playbooks: Playbooks) -> Sentence:
    return _told(
        "Executive outcomes review",
        playbooks.executive_outcomes_review,
        "results measured, the next ones agreed, in place of a check-in",
    )


def _told(title: str, page: str | None, words: str) -> Sentence:
    return ("Playbook: ", Named(title, page), f", {words} (seed 44).")
