"""What an operator and a load balancer ask: alive, ready, and how it goes. No account is needed, nothing is secret."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from server.link import LinkError
from server.services import Services
from server.storage import DATABASE_ERRORS

_CHECK_TIMEOUT_S = 2.0

router = APIRouter(tags=["operations"])


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process answers; a supervisor restarts one that does not."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Send nobody here now."}})
async def readyz(services: Annotated[Services, Depends(_services)]) -> JSONResponse:
    """Say whether everything this process needs answers; a load balancer sends people elsewhere meanwhile."""
    checks = {"database": await _check(services.storage.ping())}
    if services.rooms.link is not None:
        checks["redis"] = await _check(services.rooms.link.ping())
    ready = all(found == "ok" for found in checks.values())
    return JSONResponse({"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503)


@router.get("/metrics", response_class=Response)
async def metrics(services: Annotated[Services, Depends(_services)]) -> Response:
    """Return the metrics in Prometheus's text format."""
    return Response(services.metrics.text(), media_type=services.metrics.content_type)


async def _check(question: Coroutine[Any, Any, None]) -> str:
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            await question
    except TimeoutError:
        return "no answer"
    except (LinkError, *DATABASE_ERRORS):
        return "unavailable"
    return "ok"
