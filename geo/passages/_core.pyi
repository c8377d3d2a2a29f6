# What the compiled core takes and gives: an index as a tuple, arrays, and bytes of structs.

from typing import Any

def load(index: tuple[Any, ...], count: Any, reach: Any) -> None: ...
def fill(index: tuple[Any, ...], upto: Any) -> bytes: ...
def holding(index: tuple[Any, ...], path: Any, count: Any) -> tuple[bytes, int]: ...
def find(
    index: tuple[Any, ...],
    vertices: Any,
    part: Any,
    line: Any,
    begun_first: Any,
    begun: Any,
    length_m: Any,
) -> bytes: ...
