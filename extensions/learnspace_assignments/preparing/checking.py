"""The check before release: does the reference earn all, the untouched notebook not, and can every test fail?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from learnspace_assignments import store
from learnspace_assignments.models.checks import (
    CheckReport,
    MutantsLeftOut,
    NotebookCheck,
    Survivor,
    TestCheck,
    TestVerdict,
)
from learnspace_assignments.models.preparing import SourceQuestion
from learnspace_assignments.preparing.sources import (
    Source,
    digest_of_source,
    language_of,
    questions_of,
    read_source,
    source_folder,
)
from learnspace_assignments.preparing.trials import Doubted, NotebookTrial, Outcome, Variants
from learnspace_core.database import now
from learnspace_core.jobs import Work, job
from learnspace_core.settings import Settings
from learnspace_sandbox.engine import Run, make_run

REPEATS_IN_FORKS = 10
"""Plain repeats with new random numbers, which cost next to nothing beside a fresh kernel's start."""


@job("check")
def check(work: Work) -> None:
    """Check the source of an assignment and keep the report, in place of the one before."""
    course, name = work.payload["course"], work.payload["name"]
    report = Check(work.settings, work).of(source_folder(work.settings, course, name))
    with work.database.write() as session:
        row = store.get_assignment(session, course, name, released=False)
        store.save_report(session, row, "check", report.model_dump(mode="json"))


@dataclass
class _Findings:
    """What the check of one notebook has found so far."""

    trial: NotebookTrial
    name: str
    language: str
    questions: list[SourceQuestion]
    reference: dict[int, Outcome] = field(default_factory=dict)
    untouched: dict[int, Outcome] = field(default_factory=dict)
    withheld: dict[int, Doubted] = field(default_factory=dict)
    repeats: list[dict[int, Outcome]] = field(default_factory=list)
    mutants: int = 0
    variants: Variants = field(default_factory=Variants)
    left_out: MutantsLeftOut = ""


class Check:
    """One check, within the time and the number of runs that the settings allow.

    Args:
        settings: of this installation.
        work: told how far the check is; it raises ``cancelled`` if a person cancelled it.
    """

    def __init__(self, settings: Settings, work: Work | None = None) -> None:
        self.grading = settings.grading
        self.sandbox_seconds = settings.sandbox.seconds
        # One run plays many variants, and may take as long as all that is allowed.
        longest = settings.sandbox.seconds + self.grading.check_seconds
        patient = settings.sandbox.model_copy(update={"seconds": longest})
        self.run: Run = make_run(settings.sandbox_kind, patient)
        self._work = work
        self._began = time.monotonic()
        self._done = self._total = 0
        self.stopped = False

    def of(self, folder: Path) -> CheckReport:
        """Check the assignment in a folder."""
        digest = digest_of_source(folder)
        source = read_source(folder)
        findings = [] if source.errors else [self._begin(source, name) for name in source.notebooks]
        self._total = sum(3 + self.grading.check_repeats for one in findings if one.trial.tests)
        for one in findings:
            if one.trial.tests:
                self._try(one)
        return self._report(digest, source, findings)

    def _begin(self, source: Source, name: str) -> _Findings:
        notebook = source.notebooks[name]
        trial = NotebookTrial(name, notebook, source.folder, self.run, self.sandbox_seconds)
        return _Findings(trial, name, language_of(notebook), questions_of(name, notebook))

    def _try(self, one: _Findings) -> None:
        self._step()
        one.reference = one.trial.reference()
        self._step()
        if one.trial.ended != "no_kernel":
            one.withheld = one.trial.withheld(self.grading)
        self._step()
        if one.trial.ended != "no_kernel":
            one.untouched = one.trial.untouched()
        one.left_out = self._try_mistakes(one)
        # Repeats of a whole kernel come last: they are the slowest and find the least.
        for seed in range(1, self.grading.check_repeats):
            self._step()
            if one.trial.ended == "no_kernel" or self._over():
                continue
            one.repeats.append(one.trial.reference(hash_seed=seed))

    def _try_mistakes(self, one: _Findings) -> MutantsLeftOut:
        self._step()
        if one.trial.kernel != "python3":
            return "not_python"
        if self._over():
            return "no_time"
        mutants = one.trial.mutants(self.grading.check_mutants)
        one.mutants = sum(map(len, mutants.values()))
        one.variants = one.trial.variants(mutants, one.reference, REPEATS_IN_FORKS, self._left())
        self.stopped |= one.variants.stopped
        if not mutants:
            return "no_solution"
        if len(one.variants.unlike) == len(one.trial.tests):
            return "unlike"
        return "" if one.variants.tried else "no_time"

    def _report(self, digest: str, source: Source, findings: list[_Findings]) -> CheckReport:
        tests: list[TestCheck] = []
        notebooks: list[NotebookCheck] = []
        survivors: list[Survivor] = []
        for one in findings:
            mine = _tests_of(one)
            tests += mine
            unnoticed = list(_survivors(one))
            survivors += unnoticed
            tried = 0 if one.left_out else len(one.variants.tried)
            notebooks.append(
                NotebookCheck(
                    notebook=one.name,
                    language=one.language,
                    mutants=tried,
                    caught=tried - len(unnoticed),
                    left_out=one.left_out if one.trial.tests else "",
                    ended=one.trial.ended,
                )
            )
        report = CheckReport(
            made_at=now(),
            digest=digest,
            verdict="ready",
            problems=source.problems,
            tests=tests,
            by_hand=[question for one in findings for question in one.questions if question.manual],
            notebooks=notebooks,
            survivors=survivors,
            seconds=round(time.monotonic() - self._began, 1),
            seconds_allowed=self.grading.check_seconds,
            stopped=self.stopped,
        )
        return report.model_copy(update={"verdict": _overall(report)})

    def _left(self) -> float:
        return self.grading.check_seconds - (time.monotonic() - self._began)

    def _over(self) -> bool:
        if self._left() <= 0:
            self.stopped = True
        return self.stopped

    def _step(self) -> None:
        if self._work is not None:
            self._work.progress(self._done, self._total)
        self._done += 1


def _tests_of(one: _Findings) -> list[TestCheck]:
    trial, found = one.trial, []
    relied = trial.relies_on()
    by_id = {question.id: question for question in one.questions}
    for place in trial.tests:
        question, reference = by_id[trial.grade_id(place)], one.reference[place]
        untouched = one.untouched.get(place, Outcome(0, ran=False))
        shares = [reference.share, *(again[place].share for again in one.repeats), *one.variants.repeats.get(place, [])]
        if place in one.variants.unlike:
            shares = shares[: 1 + len(one.repeats)]
        earns_all = reference.share == 1 and question.points > 0
        doubted = one.withheld.get(place) if earns_all else None
        relevant = _relevant(one, place, relied[place]) if reference.share == 1 else []
        test = TestCheck(
            notebook=one.name,
            id=question.id,
            title=question.title,
            points=question.points,
            reference=round(reference.share * question.points, 2),
            untouched=round(untouched.share * question.points, 2),
            runs=len(shares),
            passed=sum(share == 1 for share in shares),
            mutants=len(relevant),
            caught=sum(share < 1 for share in relevant),
            seconds=round(reference.seconds, 3),
            memory_bytes=reference.memory_bytes,
            stderr=reference.stderr,
            error=reference.error,
            withheld=doubted.why if doubted else "",
            word=doubted.word if doubted else "",
            verdict="good",
        )
        found.append(test.model_copy(update={"verdict": _verdict(test, reference, untouched)}))
    return found


def _relevant(one: _Findings, place: int, relied: set[int]) -> list[float]:
    """Return the shares that a test gave for mistakes in what it relies on, or that it noticed anyhow."""
    if one.left_out or place in one.variants.unlike:
        return []
    return [
        tried.shares[place]
        for tried in one.variants.tried
        if place in tried.shares and (tried.cell in relied or tried.shares[place] < 1)
    ]


def _survivors(one: _Findings) -> list[Survivor]:
    """Return the mistakes for which every test that can tell gave all its points."""
    if one.left_out:
        return []
    telling = {
        place for place, outcome in one.reference.items() if outcome.share == 1 and place not in one.variants.unlike
    }
    return [
        Survivor(
            notebook=one.name,
            cell=one.trial.grade_id(tried.cell),
            line=tried.mutant.line,
            was=tried.mutant.was,
            became=tried.mutant.became,
        )
        for tried in one.variants.tried
        if all(share == 1 for place, share in tried.shares.items() if place in telling)
    ]


def _verdict(test: TestCheck, reference: Outcome, untouched: Outcome) -> TestVerdict:
    if not reference.ran and not untouched.ran:
        return "not_run"
    if test.passed == 0 or not reference.ran:
        return "fails"
    if test.passed < test.runs:
        return "flaky"
    if untouched.share == 1:
        return "free"
    return "never_fails" if test.mutants and not test.caught else "good"


def _overall(report: CheckReport) -> str:
    verdicts = {test.verdict for test in report.tests}
    if any(problem.severity == "error" for problem in report.problems) or verdicts & {"fails", "free", "flaky"}:
        return "mend"
    if "not_run" in verdicts or report.stopped:
        return "unfinished"
    look = "never_fails" in verdicts or any(test.withheld for test in report.tests) or report.problems
    return "look" if look else "ready"
