"""Hands a linear or integer program to HiGHS and takes the answer back, or says that there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from cssync.capacity.rebalance.problem import Flags, Floats, Ints

if TYPE_CHECKING:
    from highspy import HighsLp

# Two instances with other numbers of threads in one process answer "Not Set"; one thread also gives one answer.
_THREADS = 1
_SEED = 20_260
# Rooms are scaled to 1, so that this is a thousandth of a cent of a million.
_TOLERANCE = 1e-9


def installed() -> bool:
    return find_spec("highspy") is not None


@dataclass(frozen=True, slots=True)
class Effort:
    """When HiGHS stops: after *nodes* of its search, or within *gap* of the best there is. *seconds*: a last resort,
    which makes an answer depend on the machine.
    """

    nodes: int = 0
    gap: float = 0.0
    seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """*bound*: no solution is better. *proven*: this one is the best, within the gap asked for. *prices*: of the
    rows, what one unit more on their right side would add to the objective. *reduced*: costs of the columns, what
    one unit more of each would add. Both of a linear program only.
    """

    values: Floats
    objective: float
    bound: float
    proven: bool
    prices: Floats
    reduced: Floats


@dataclass
class Program:
    """Minimise ``cost @ x`` with ``0 <= x <= high`` and ``below <= rows @ x <= above``; rows are added in blocks."""

    cost: Floats
    high: Floats
    whole: Flags
    _rows: list[Ints] = field(default_factory=list)
    _columns: list[Ints] = field(default_factory=list)
    _values: list[Floats] = field(default_factory=list)
    _below: list[Floats] = field(default_factory=list)
    _above: list[Floats] = field(default_factory=list)
    _height: int = 0

    def add(self, rows: Ints, columns: Ints, values: Floats, below: Floats, above: Floats) -> Ints:
        """Add a block of rows, numbered from 0 in *rows*; returns their places among all rows."""
        first = self._height
        self._rows.append(rows + first)
        self._columns.append(columns)
        self._values.append(values)
        self._below.append(below)
        self._above.append(above)
        self._height += len(above)
        return np.arange(first, self._height)

    def solve(self, effort: Effort = Effort(), start: Floats | None = None) -> Answer | None:
        """None where HiGHS has no solution to show for its effort."""
        if not len(self.cost):
            return Answer(np.zeros(0), 0.0, 0.0, proven=True, prices=np.zeros(self._height), reduced=np.zeros(0))
        import highspy

        class Silent(highspy.Highs):
            def enableCallbacks(self) -> None:  # noqa: N802 - theirs
                """Nothing is called back; to enable it would greet on stdout, where the product goes."""

        solver = Silent()  # type: ignore[no-untyped-call] # theirs is
        for option, value in _options(effort, integer=bool(self.whole.any())).items():
            solver.setOptionValue(option, value)
        solver.passModel(self._model())
        if start is not None:
            guess = highspy.HighsSolution()
            guess.col_value = start.tolist()
            solver.setSolution(guess)
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        known = highspy.SolutionStatus.kSolutionStatusFeasible
        if info.primal_solution_status != known:
            return None
        solution = solver.getSolution()
        integer = bool(self.whole.any())
        proven = status == highspy.HighsModelStatus.kOptimal
        objective = info.objective_function_value
        return Answer(
            values=np.asarray(solution.col_value),
            objective=objective,
            bound=info.mip_dual_bound if integer else (objective if proven else -np.inf),
            proven=proven,
            prices=np.zeros(0) if integer else np.asarray(solution.row_dual),
            reduced=np.zeros(0) if integer else np.asarray(solution.col_dual),
        )

    def _model(self) -> HighsLp:
        import highspy

        rows, columns = np.concatenate(self._rows), np.concatenate(self._columns)
        order = np.lexsort((rows, columns))
        lp = highspy.HighsLp()
        width = len(self.cost)
        lp.num_col_, lp.num_row_ = width, self._height
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost, np.zeros(width), self.high
        lp.row_lower_, lp.row_upper_ = np.concatenate(self._below), np.concatenate(self._above)
        matrix = lp.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_ = np.searchsorted(columns[order], np.arange(width + 1))
        matrix.index_ = rows[order]
        matrix.value_ = np.concatenate(self._values)[order]
        if self.whole.any():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[int(whole)] for whole in self.whole]
        return lp


def _options(effort: Effort, *, integer: bool) -> dict[str, bool | float | str]:
    always: dict[str, bool | float | str] = {
        "output_flag": False,
        "threads": _THREADS,
        "random_seed": _SEED,
        "time_limit": effort.seconds,
        "primal_feasibility_tolerance": _TOLERANCE,
    }
    if not integer:
        return always
    searched = {"mip_rel_gap": effort.gap, "mip_abs_gap": 1e-6, "mip_feasibility_tolerance": _TOLERANCE}
    return {**always, **searched, **({"mip_max_nodes": effort.nodes} if effort.nodes else {})}
