"""Plays one source notebook in the sandbox: the reference, the notebook as learners get it, and both with mistakes."""

from __future__ import annotations

import copy
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import determine_grade, is_grade, is_solution
from pydantic import BaseModel, TypeAdapter, ValidationError

from learnspace_assignments.grading.execute import SandboxExecute, files_beside, kernel_of, outputs_of
from learnspace_assignments.preparing.mutations import Mutant, mutants_of, names_of
from learnspace_assignments.testmessages import ENDED
from learnspace_core.settings import Grading
from learnspace_sandbox.engine import Run
from learnspace_sandbox.models import Cell, Doubt, Request, Result
from learnspace_sandbox.variants import MIME

log = logging.getLogger(__name__)
LONGEST_TEXT = 1000


@dataclass(frozen=True)
class Outcome:
    """What a test gave: the share of its points, from 0 to 1, and what the run tells of it."""

    share: float
    ran: bool = True
    stderr: str = ""
    error: str = ""
    seconds: float = 0
    memory_bytes: int = 0


class Doubted(NamedTuple):
    """Why a test would give no points, and the word in it that it is for."""

    why: Doubt
    word: str


@dataclass(frozen=True)
class Tried:
    """One mutant that was played: where it stands, and the shares of the tests after it."""

    cell: int
    mutant: Mutant
    shares: dict[int, float]


@dataclass
class Variants:
    """The forks of one notebook: mistakes that were tried, how plain repeats went, and whether time was left for all.

    ``repeats`` holds a list of shares for each test; ``unlike`` the tests that no fork plays as a fresh kernel does.
    """

    tried: list[Tried] = field(default_factory=list)
    repeats: dict[int, list[float]] = field(default_factory=dict)
    unlike: set[int] = field(default_factory=set)
    stopped: bool = False


class _Played(BaseModel):
    """What one cell of a variant did."""

    ok: bool
    stderr: str
    result: str | None


_Answer = TypeAdapter(list[list[_Played]])


class NotebookTrial:
    """One notebook of an assignment's source.

    Args:
        name: its name, without the ending.
        notebook: as it stands in the source.
        folder: where it stands.
        run: the sandbox.
        seconds: wall time of one cell.
    """

    def __init__(self, name: str, notebook: NotebookNode, folder: Path, run: Run, seconds: int) -> None:
        self.name = name
        self.run = run
        self.seconds = seconds
        self.kernel = kernel_of(notebook)
        self.files = files_beside(folder)
        self._folder, self._metadata = folder, notebook.metadata
        self.code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        learners, _ = ClearSolutions().preprocess(copy.deepcopy(notebook), {})
        self.untouched_code = [cell for cell in learners.cells if cell.cell_type == "code"]
        self.tests = [place for place, cell in enumerate(self.code) if is_grade(cell) and not is_solution(cell)]
        self.solutions = [place for place, cell in enumerate(self.code) if is_solution(cell) and not is_grade(cell)]
        self.ended = ""

    def grade_id(self, place: int) -> str:
        """Return the grade id of a code cell."""
        return str(self.code[place].metadata.nbgrader["grade_id"])

    def reference(self, hash_seed: int | None = None) -> dict[int, Outcome]:
        """Run the notebook with its solutions in a fresh kernel and return what each test gave."""
        return self._run([cell.source for cell in self.code], hash_seed)

    def withheld(self, grading: Grading) -> dict[int, Doubted]:
        """Grade the notebook with its solutions as work that is handed in, and return the tests that give no points."""
        words: list[str] = []

        def run(request: Request) -> Result:
            result = self.run(request)
            words.extend(cell.word for cell in result.cells)
            return result

        found: dict[str, Doubt] = {}
        step = SandboxExecute(run=run, seconds=self.seconds, doubt=lambda _, test, why: found.update({test: why}))
        step.trusted_languages = list(grading.trusted_languages)
        step.trust_unjudged_tests = grading.trust_unjudged_tests
        resources = {"metadata": {"path": str(self._folder)}, "unique_key": self.name}
        step.preprocess(nbformat.v4.new_notebook(cells=copy.deepcopy(self.code), metadata=self._metadata), resources)
        tests = {place: self.grade_id(place) for place in self.tests}
        return {place: Doubted(found[test], words[place]) for place, test in tests.items() if test in found}

    def untouched(self) -> dict[int, Outcome]:
        """Run the notebook as learners get it, with the hidden tests that grading puts back."""
        return self._run([cell.source for cell in self.untouched_code], None)

    def mutants(self, most: int) -> dict[int, list[Mutant]]:
        """Return mistakes for each solution cell, at most so many together, spread evenly."""
        found: dict[int, list[Mutant]] = {}
        for place in self.solutions:
            try:
                found[place] = mutants_of(self.code[place].source, max(1, most // len(self.solutions)))
            except (SyntaxError, ValueError, RecursionError):
                # A magic or another language: no mistakes can be made in it.
                continue
        return {place: some for place, some in found.items() if some}

    def variants(
        self, mutants: dict[int, list[Mutant]], reference: dict[int, Outcome], repeats: int, seconds: float
    ) -> Variants:
        """Play mutants, and the unchanged notebook so many times, in forks of one kernel, for at most so long."""
        if not self.tests:
            return Variants()
        last, first = max(self.tests), min([*mutants, min(self.tests)])
        until = time.time() + seconds
        cells: list[str] = []
        asked: dict[int, tuple[int, int]] = {}
        for place in range(last + 1):
            source = self.code[place].source
            plain = 1 + (repeats if place == first else 0) if place in mutants or place == first else 0
            if plain:
                rest = [cell.source for cell in self.code[place + 1 : last + 1]]
                sources = [source] * plain + [mutant.source for mutant in mutants.get(place, [])]
                took = sum(outcome.seconds for outcome in reference.values())
                task = {
                    "variants": [[one, *rest] for one in sources],
                    "seconds": 2 + 3 * took,
                    "until": until,
                    "reseed": plain - 1,
                }
                asked[place] = (len(cells), plain)
                cells.append(_harness(task))
            cells.append(source)
        result = self.run(
            Request(
                cells=[Cell(source=cell) for cell in cells],
                files=self.files,
                seconds=max(1, int(seconds) + self.seconds),
                kernel=self.kernel,
            )
        )
        found = Variants()
        for place, (number, plain) in asked.items():
            wanted = plain + len(mutants.get(place, []))
            answer = _answer(result.cells[number].outputs)
            found.stopped |= len(answer) < wanted
            shares = [self._shares(place, cells_did) for cells_did in answer]
            self._judge(found, place, shares, plain, mutants.get(place, []), reference)
        return found

    def relies_on(self) -> dict[int, set[int]]:
        """Return for each test the solution cells that it relies on, by the names it uses, directly or not.

        A test that uses no name of a solution belongs to the nearest solution above it.
        """
        names = [names_of(cell.source) for cell in self.code]
        found: dict[int, set[int]] = {}
        for test in self.tests:
            reached, waiting = set(), [test]
            while waiting:
                uses = names[waiting.pop()][1]
                near = {place for place in range(test) if names[place][0] & uses and place not in reached}
                near -= set(self.tests)
                reached |= near
                waiting += near
            above = [place for place in self.solutions if place < test]
            found[test] = reached & set(self.solutions) or set(above[-1:])
        return found

    def _run(self, sources: list[str], hash_seed: int | None) -> dict[int, Outcome]:
        result = self.run(
            Request(
                cells=[Cell(source=source) for source in sources],
                files=self.files,
                seconds=self.seconds,
                kernel=self.kernel,
                hash_seed=hash_seed,
            )
        )
        self.ended = result.ended
        found = {}
        for place in self.tests:
            got = result.cells[place]
            outputs = outputs_of(got, ENDED[result.ended], place + 1)
            errors = [f"{one.ename}: {one.evalue}" for one in outputs if one.output_type == "error"]
            stderr = "".join(one.text for one in outputs if one.output_type == "stream" and one.name == "stderr")
            share, fault = self._share(place, outputs)
            found[place] = Outcome(
                share=share,
                ran=got.status != "not_run",
                stderr=stderr[:LONGEST_TEXT],
                error="; ".join([*errors, *fault])[:LONGEST_TEXT],
                seconds=got.seconds,
                memory_bytes=got.memory_bytes,
            )
        return found

    def _share(self, place: int, outputs: list[NotebookNode]) -> tuple[float, list[str]]:
        """Return the share of its points that nbgrader would give a test, and what is wrong with its partial credit."""
        cell = copy.deepcopy(self.code[place])
        cell.outputs = outputs
        # A test without points is judged as if it had one.
        points = cell.metadata.nbgrader["points"] = float(cell.metadata.nbgrader["points"]) or 1.0
        try:
            score, _ = determine_grade(cell, log)
        except (ValueError, KeyError) as error:
            return 0, [str(error)]
        return (score or 0) / points, []

    def _shares(self, place: int, did: list[_Played]) -> dict[int, float]:
        """Return the shares of the tests from a place on; a test that a variant did not come to earned nothing."""
        found = {}
        for test in (test for test in self.tests if test >= place):
            if test - place >= len(did):
                found[test] = 0.0
            else:
                found[test] = self._share(test, list(_as_outputs(did[test - place])))[0]
        return found

    def _judge(
        self,
        found: Variants,
        place: int,
        shares: list[dict[int, float]],
        plain: int,
        mutants: list[Mutant],
        reference: dict[int, Outcome],
    ) -> None:
        """Sort what the variants of one place gave into repeats, mistakes, and tests that forks play otherwise."""
        unchanged = shares[:plain]
        for one in unchanged[: plain - 1]:
            for test, share in one.items():
                found.repeats.setdefault(test, []).append(share)
        for test in self.tests:
            if any(one.get(test, 1) < 1 for one in unchanged[plain - 1 :]) and reference[test].share == 1:
                found.unlike.add(test)
        for mutant, one in zip(mutants, shares[plain:], strict=False):
            found.tried.append(Tried(place, mutant, one))


def _harness(task: dict[str, Any]) -> str:
    return f"from learnspace_sandbox.variants import try_variants\ntry_variants({json.dumps(task)!r})"


def _answer(outputs: list[dict[str, Any]]) -> list[list[_Played]]:
    """Return what the variants did; nothing that can be read is nothing that was played."""
    for output in outputs:
        data = output.get("data")
        if output.get("output_type") == "display_data" and isinstance(data, dict) and MIME in data:
            try:
                return _Answer.validate_python(data[MIME])
            except ValidationError:
                break
    return []


def _as_outputs(did: _Played) -> Iterator[NotebookNode]:
    """Yield the outputs that nbgrader would grade."""
    if did.stderr:
        yield nbformat.v4.new_output("stream", name="stderr", text=did.stderr)
    if not did.ok:
        yield nbformat.v4.new_output("error", ename="", evalue="", traceback=[])
    if did.result is not None:
        yield nbformat.v4.new_output("execute_result", data={"text/plain": did.result})
