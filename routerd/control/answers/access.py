"""The action API's switches and key."""

from functools import partial

from routerd.control.answers import Routes
from routerd.control.ports import Services
from routerd.core.endpoints import listen_address
from routerd.core.errors import BadInput, Unavailable
from routerd.core.settings import Settings
from routerd.web.body import json_fields
from routerd.web.moments import local


def routes(services: Services) -> Routes:
    """GET and POST /api-access."""
    return (
        ("GET", "/api-access", partial(_tell, services)),
        ("POST", "/api-access", partial(_change, services)),
    )


def _change(services: Services) -> dict[str, object]:
    fields = json_fields()
    for name, value in fields.items():
        if name not in ("post", "get", "rotate") or not isinstance(value, bool):
            raise BadInput(f"{name}: expected post, get or rotate, each true or false")
    if fields.get("rotate"):
        services.access.rotate()
    if "post" in fields or "get" in fields:
        services.access.set(post=fields.get("post"), get=fields.get("get"))
    return _tell(services)


def _tell(services: Services) -> dict[str, object]:
    state = services.access.state()
    key, note = _key(services)
    return {
        "post": state.post_enabled,
        "get": state.get_enabled,
        "key": key,
        "key_note": note,
        "rotated_at": local(state.rotated_at),
        "endpoints": endpoints(services.settings),
    }


def _key(services: Services) -> tuple[str | None, str]:
    if not services.access.state().has_key:
        return None, "none yet; the first method that is switched on makes one"
    try:
        return services.access.reveal(), ""
    except Unavailable as error:  # the switches are worth showing all the same
        return None, str(error)


def endpoints(settings: Settings) -> list[str]:
    """Where /api/ answers, as URLs."""
    urls = [f"http://{settings.lan.address.ip}/api/"] if settings.lan else []
    for text in settings.management.listen:
        host, port = listen_address(text)
        urls.append(f"http://{f'[{host}]' if ':' in host else host}:{port}/api/")
    return urls
