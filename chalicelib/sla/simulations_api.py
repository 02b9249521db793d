"""Routes of simulations: trying policies on a period that is over, and what came out."""

from __future__ import annotations

from ..platform.http import Api, Call, Change
from ..platform.roles import MANAGERS
from . import governing, simulating
from .simulations_views import SimulationBody, SimulationView

bp = Api(__name__)


@bp.command(
    "POST",
    "/sla-policies/simulate",
    roles=MANAGERS,
    body=SimulationBody,
    returns=SimulationView,
    status=202,
    summary="Try a set of policies on last month (or other days): nothing is put in force",
)
def simulate(call: Call[SimulationBody]) -> Change:
    body = call.body
    first, last = simulating.last_month(call.context.now)
    wanted = body.checked(governing.latest().version)
    item, writes = simulating.ask(
        wanted, body.first_day or first, body.last_day or last, call.context
    )
    return Change(view=SimulationView.of(item), writes=writes)


@bp.get(
    "/sla-policies/simulations/{simulation_id}",
    roles=MANAGERS,
    returns=SimulationView,
    summary="How far a simulation is, and its table; kept for thirty days",
)
def read_simulation(call: Call[None], simulation_id: str) -> SimulationView:
    return SimulationView.of(simulating.load(simulation_id, now=call.context.now))
