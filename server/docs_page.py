"""`/docs`: the REST routes to read and to try, with Swagger UI's files from this server and from nowhere else."""

from typing import Final

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

DOCS_PATH: Final = "/docs"
_FILES_PATH: Final = "/docs/files"

#: The page has one script of its own in it; a browser loads nothing from elsewhere, whatever Swagger UI may want.
_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
)


def add_docs(app: FastAPI) -> None:
    """Serve Swagger UI (Apache License 2.0), as the package fastapi-swagger brings it."""
    app.mount(_FILES_PATH, StaticFiles(packages=[("fastapi_swagger", "resources")]), name="docs-files")

    @app.get(DOCS_PATH, include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "").rstrip("/")
        page = get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{root}{_FILES_PATH}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{_FILES_PATH}/swagger-ui.css",
            swagger_favicon_url=f"{root}{_FILES_PATH}/favicon-32x32.png",
            # No badge from validator.swagger.io.
            swagger_ui_parameters={"validatorUrl": None},
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page
