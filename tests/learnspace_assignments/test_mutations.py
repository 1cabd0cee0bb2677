from __future__ import annotations

import pytest

from learnspace_assignments.preparing.mutations import mutants_of, names_of, solution_lines

ADULT = """\
def may_watch(age, with_adult):
    \"\"\"Tell who may.\"\"\"
    limit = 12
    ### BEGIN SOLUTION
    if age >= limit or (age >= 6 and with_adult):
        return True
    return False
    ### END SOLUTION
"""


def test_mistakes_are_made_in_the_solution_alone_and_each_still_is_python() -> None:
    mutants = mutants_of(ADULT, 100)
    assert {mutant.line for mutant in mutants} == {5, 6, 7}
    assert len({mutant.source for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        compile(mutant.source, "mutant", "exec")
        assert "limit = 12" in mutant.source
        assert "Tell who may." in mutant.source


@pytest.mark.parametrize(
    ("was", "became"),
    [
        ("a < b", "a <= b"),
        ("a == b", "a != b"),
        ("a in b", "a not in b"),
        ("x = a + b", "x = a - b"),
        ("x += 1", "x -= 1"),
        ("x = a and b", "x = a or b"),
        ("x = 3", "x = 4"),
        ("x = 3", "x = 2"),
        ("x = True", "x = False"),
        ("x = 'one'", "x = 'ne'"),
        ("x = not a", "x = a"),
        ("x = -1", "x = 1"),
        ("x = a", "x = None"),
        ("x.append(a)", ""),
        ("x = [a for a in b if a]", "x = [a for a in b]"),
    ],
)
def test_kinds_of_mistakes(was: str, became: str) -> None:
    assert became in [mutant.became for mutant in mutants_of(was, 100)]


def test_a_branch_is_taken_always_and_never() -> None:
    became = [mutant.became for mutant in mutants_of("if a:\n    b()", 100)]
    assert {"if True:", "if False:"} <= set(became)


def test_a_return_gives_nothing() -> None:
    assert "return None" in [mutant.became for mutant in mutants_of("def f():\n    return a", 100)]


def test_what_no_test_need_notice_is_left_alone() -> None:
    source = 'def f(x: int = 3) -> "text":\n    "docstring"\n    return f"so {x}"'
    assert [(mutant.was, mutant.became) for mutant in mutants_of(source, 100)] == [
        ("def f(x: int=3) -> 'text':", "def f(x: int=4) -> 'text':"),
        ("def f(x: int=3) -> 'text':", "def f(x: int=2) -> 'text':"),
        ("return f'so {x}'", "return None"),
    ]


def test_a_bound_takes_the_same_ones_each_time_from_the_whole_solution() -> None:
    source = "\n".join(f"x{number} = {number}" for number in range(50))
    few = mutants_of(source, 10)
    assert few == mutants_of(source, 10)
    assert len(few) == 10
    assert (few[0].line, few[-1].line) == (1, 46)


def test_without_marks_the_whole_cell_is_the_solution() -> None:
    assert solution_lines("a\nb") == {1, 2}
    assert solution_lines("a\n### BEGIN SOLUTION\nb\n### END SOLUTION\nc") == {3}


def test_names_between_cells() -> None:
    assert names_of("def f(a):\n    b = a\n    return b + c\nd = f(1)") == ({"f", "d"}, {"c"})
    assert names_of("assert 'songs' in globals()")[1] >= {"songs"}
    assert names_of("%matplotlib inline") == (set(), set())
