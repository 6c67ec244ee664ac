"""The shapes that house rules ask for and a reader can rely on."""

import ast

from tests.architecture.house import place, source_files, tree_of


def _public_functions(*layers):
    for path in source_files(*layers):
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield path, node


def test_services_take_keyword_arguments_only():
    """One lone argument needs no name; whoever passes `actor` and `at`, or two things, names them all."""
    positional = [
        f"{place(path, node)} {node.name}"
        for path, node in _public_functions("services")
        if len(node.args.args) + len(node.args.posonlyargs) > (0 if node.args.kwonlyargs else 1)
    ]

    assert positional == []


def test_services_and_selectors_say_what_they_do():
    silent = [
        f"{place(path, node)} {node.name}"
        for path, node in _public_functions("services", "selectors")
        if not ast.get_docstring(node)
    ]

    assert silent == []


def test_status_is_written_by_transitions_only():
    written = []
    for path in source_files():
        if "kernel" in path.parts:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Assign):
                written += [
                    place(path, node) for t in node.targets if isinstance(t, ast.Attribute) and t.attr == "status"
                ]
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update":
                written += [place(path, node) for k in node.keywords if k.arg == "status"]

    assert written == []


def test_services_never_call_delay():
    called = [
        place(path, node)
        for path in source_files("services")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("delay", "apply_async")
    ]

    assert called == []


def test_every_celery_task_is_short():
    """A task loads, calls one service and returns: at most five lines."""
    long = []
    for path in source_files():
        if path.name != "tasks.py" and path.parent.name != "tasks":
            continue
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                if lines > 5:
                    long.append(f"{place(path, node)} {node.name} {lines}")

    assert long == []


def test_functions_are_short_enough_to_read():
    long = [
        f"{place(path, node)} {node.name} {node.end_lineno - node.lineno + 1}"
        for path in source_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 60
    ]

    assert long == []


def test_no_model_orders_itself():
    """Meta.ordering hides a sort in every query."""
    found = [
        place(path, node)
        for path in source_files("models")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == "ordering"
    ]

    assert found == []
