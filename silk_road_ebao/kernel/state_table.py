"""State tables: which status may follow which. Pure, so that rules/states.py may hold them."""

from collections.abc import Iterator, Mapping, Set


class StateTable:
    """状态表. The edges of one state machine, checked once when it is written down.

    `StateTable({"CREATED": {"PENDING"}, "PENDING": set()})`. The first state is where a row
    begins. Raises ValueError for codes that are not UPPERCASE, for an edge to a state that is not
    listed, and for a state that cannot be reached from the first.
    """

    def __init__(self, edges: Mapping[str, Set[str]]) -> None:
        if not edges:
            raise ValueError("a state table needs a state")
        self._edges = {state: frozenset(followers) for state, followers in edges.items()}
        self.states: tuple[str, ...] = tuple(edges)
        self.initial = self.states[0]
        self._check()

    def _check(self) -> None:
        for state, followers in self._edges.items():
            if state != state.upper() or not state.isidentifier():
                raise ValueError(f"a status is an UPPERCASE code: {state!r}")
            if strangers := followers - self._edges.keys():
                raise ValueError(f"{state} leads to unlisted {sorted(strangers)}")
        reached, ahead = set(), {self.initial}
        while ahead:
            state = ahead.pop()
            reached.add(state)
            ahead |= self._edges[state] - reached
        if lost := set(self.states) - reached:
            raise ValueError(f"unreachable from {self.initial}: {sorted(lost)}")

    def allows(self, old: str, new: str) -> bool:
        """Tell whether a row may go from `old` to `new`."""
        return new in self._edges.get(old, frozenset())

    def followers(self, state: str) -> frozenset[str]:
        """List where `state` may go; raises KeyError for a state that is not in the table."""
        return self._edges[state]

    def is_final(self, state: str) -> bool:
        """Tell whether nothing follows `state`."""
        return not self._edges[state]

    def edges(self) -> Iterator[tuple[str, str]]:
        """List every edge, in a stable order."""
        for state in self.states:
            for follower in sorted(self._edges[state]):
                yield state, follower

    def __contains__(self, state: object) -> bool:
        return state in self._edges
