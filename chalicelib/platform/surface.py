"""The app as a whole: which modules answer which addresses, imported when they are needed.

`app.py` names the modules. Chalice has one Lambda for all routes, so a cold webhook would
import the whole API: on Lambda a module is imported with the first request for an address it
answers. Everywhere else (local engine, packaging, tests) all of them are, at once, so that
what is missing or broken shows when the app starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from chalice.app import Blueprint, Chalice

from .http import PREFIX
from .settings import SETTINGS


def area(path: str) -> str:
    """The part of an address by which its modules are found: the first after the version."""
    return path.removeprefix(PREFIX).lstrip("/").partition("/")[0]


class Surface(Chalice):
    """A Chalice app of modules, each with one blueprint or several."""

    def __init__(
        self, app_name: str, *, routes: Mapping[str, str], handlers: Iterable[str] = ()
    ) -> None:
        """`routes`: module → the areas it answers, parted by spaces; `handlers`: the modules of
        queue, stream and schedule functions, which Lambda starts by their own names."""
        super().__init__(app_name=app_name, configure_logs=False)
        self._of_area: dict[str, list[str]] = {}
        for module, areas in routes.items():
            for one in areas.split():
                self._of_area.setdefault(one, []).append(module)
        self._modules = (*routes, *handlers)
        self._registered: set[str] = set()
        if not SETTINGS.on_lambda:
            self.complete()

    def complete(self) -> None:
        """Import and register every module."""
        self.register(self._modules)

    def register(self, modules: Iterable[str]) -> None:
        """Import modules and register their blueprints, each once."""
        for name in modules:
            if name not in self._registered:
                self._registered.add(name)
                for blueprint in _blueprints(name):
                    self.register_blueprint(blueprint)

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        path = (event.get("requestContext") or {}).get("resourcePath") or ""
        self.register(self._of_area.get(area(path), ()))
        answer: dict[str, Any] = super().__call__(event, context)
        return answer


def _blueprints(module: str) -> list[Blueprint]:
    return [one for one in vars(import_module(module)).values() if _made_in(module, one)]


def _made_in(module: str, value: Any) -> bool:
    """Whether a value is a blueprint of the module itself, not one it imports."""
    return isinstance(value, Blueprint) and f"{value._import_name}.".startswith(f"{module}.")
