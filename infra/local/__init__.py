"""The embedded engine and the application beside it, on loopback; `infra/up` and `infra/down`.

The engine (ministack) plays AWS; its tables and queues come from the production
template. `runtime` serves the Chalice app and pumps its queues, streams and
schedules; `deployed` instead packages the app and lets the engine run it.
"""
