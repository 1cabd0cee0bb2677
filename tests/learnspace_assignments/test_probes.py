from __future__ import annotations

import pytest

from learnspace_assignments.grading.probes import probes

TESTS = [
    "assert f(3) == 9",
    "assert f(3) == 9, 'three'\nassert f(7) == 49",
    "assert 9 == f(3) and f(0) == 0",
    "assert f(3) == 9 or f(3) == 10",
    "assert not f(3) == 8",
    "for n, want in [(3, 9), (4, 16)]:\n    assert f(n) == want",
    "for n in (1, 2):\n    assert type(f(n)) is int\n    assert f(n) > 0",
    "assert_equal(f(3), 9)",
    "import math\nassert math.isclose(f(1.5), 2.25)",
    "try:\n    f('a')\nexcept TypeError:\n    pass\nelse:\n    assert False, 'no TypeError'",
    "if f(3) == 9:\n    pass\nelse:\n    raise ValueError",
    "f(3)",
    "assert [f(n) for n in (1, 2)] == [1, 4]",
    "assert {f(0)} == {0}\nassert {'a': f(1)} == {'a': 1}\nassert (f(1), None) == (1, None)",
    "assert str(f(3)) == '9'\nassert (f(3) == 9) == True\nassert f(0.5) == 0.25",
    "for n in []:\n    assert f(n) == 1",
    "for n in (1, 2, 3):\n    if n == 1:\n        continue\n    assert f(n) == n * n",
]


def _passes(source: str, f: object) -> bool:
    def assert_equal(a: object, b: object) -> None:
        assert a == b

    try:
        exec(source, {"f": f, "assert_equal": assert_equal})
    except Exception:
        return False
    return True


class Everything:
    """Equal to all, more than all, and true."""

    def __eq__(self, other: object) -> bool:
        return True

    def __gt__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@pytest.mark.parametrize("test", TESTS)
def test_an_honest_answer_fails_every_probe(test: str) -> None:
    def square(x: float) -> float:
        return x * x

    assert _passes(test, square)
    for _ in range(20):
        for probe in probes(test, 3):
            assert not _passes(probe, square), probe


def test_what_equals_everything_passes_a_probe() -> None:
    for test in ("assert f(3) == 9", "assert 9 == f(3) and f(0) == 0"):
        assert _passes(test, lambda _: Everything())
        assert all(_passes(probe, lambda _: Everything()) for probe in probes(test, 1))


def test_expected_values_are_replaced_where_there_are_any() -> None:
    for probe in probes("assert f(3) == 9", 5):
        assert probe.startswith("assert f(3) == ")
        assert probe != "assert f(3) == 9"
    assert "assert not" in probes("assert f(3) > 9", 5)[0]


def test_there_are_no_more_than_asked_for() -> None:
    assert len(probes("\n".join(f"assert f({n}) == {n * n}" for n in range(30)), 4)) == 4


def test_what_is_no_python_has_no_probes() -> None:
    assert probes("assert f(3) ==", 3) == []
