"""Where this product answers, as whoever calls it sees it: no stage knows its own domain.

Called by routes that give out links to themselves (pages to embed, links in messages).
"""

from __future__ import annotations

from typing import Any


def own_address(request: Any) -> str:
    """Scheme, host and stage under which this very request came in."""
    told, headers = request.context, request.headers
    host = headers.get("host") or str(told.get("domainName") or "")
    scheme = headers.get("x-forwarded-proto") or "http"
    path, resource = str(told.get("path") or ""), str(told.get("resourcePath") or "")
    depth = resource.count("/")
    stage = path.rsplit("/", depth)[0] if path.count("/") > depth else ""
    return f"{scheme}://{host}{stage}"
