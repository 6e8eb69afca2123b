"""Jobs are functions, known by their dotted path."""

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string
from django_tasks import task
from django_tasks_db.models import DBTaskResult

Function = Callable[..., object]


@task
def perform(path: str, *args: Any) -> None:
    """Call the function of this path: the one task of django-tasks' API behind which all of ours stand."""
    import_string(path)(*args)


def path_of(function: str | Function) -> str:
    """The dotted path of a function; ImportError or TypeError for one that a worker could not find by it."""
    if isinstance(function, str):
        found = import_string(function)
        if not callable(found):
            raise TypeError(f"{function} is not a function")
        return function
    path = f"{function.__module__}.{function.__qualname__}"
    if import_string(path) is not function:
        raise TypeError(f"{path} is not a function of a module")
    return path


def name_of(task: DBTaskResult[Any, Any]) -> str:
    """The dotted path of the function that a job calls."""
    return str(task.args_kwargs["args"][0]) if task.task_path == perform.module_path else task.task_path
