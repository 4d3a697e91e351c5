"""renkei.wsgi for a browser without a proxy: its forms come from https, or they would be refused as forged."""

from typing import Any

from renkei.wsgi import application as portal


def application(environ: dict[str, Any], start_response: Any) -> Any:
    if "HTTP_ORIGIN" in environ:
        environ["HTTP_ORIGIN"] = environ["HTTP_ORIGIN"].replace("http://", "https://")
    return portal(environ, start_response)
