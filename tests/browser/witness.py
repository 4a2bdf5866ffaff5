"""Looks over a shopper's shoulder: what no page may do, whatever the journey is."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response


class Witness:
    """Notes every request and every complaint of the browser about the bridge's pages."""

    def __init__(self, context: BrowserContext, bridges: tuple[str, ...]) -> None:
        """`bridges` are the addresses of the bridges."""
        self._bridges = bridges
        self.urls: list[str] = []
        self.complaints: list[str] = []
        context.on("request", lambda request: self.urls.append(request.url))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    @property
    def strangers(self) -> set[str]:
        """Hosts off this machine that somebody was asked for."""
        hosts = {urlsplit(url).hostname or "" for url in self.urls if url.startswith("http")}
        return {host for host in hosts if host != "127.0.0.1" and not f".{host}".endswith(".localhost")}

    def callback(self) -> str:
        """Where the provider last sent this browser."""
        return next(url for url in reversed(self.urls) if "/callback/" in url and self._is_bridge(url))

    def _is_bridge(self, url: str) -> bool:
        return url.startswith(self._bridges)

    def _failed(self, request: Request) -> None:
        # A navigation that another one overtakes is "aborted": that is the shopper's doing. So is a picture
        # on a page that leads on by itself before everything is drawn.
        overtakable = request.is_navigation_request() or request.resource_type == "image"
        overtaken = overtakable and request.failure == "net::ERR_ABORTED"
        if self._is_bridge(request.url) and not overtaken:
            self.complaints.append(f"{request.url} failed: {request.failure}")

    def _answered(self, response: Response) -> None:
        # A refusal page has an error status and is meant; a stylesheet or icon has none.
        is_page = response.request.is_navigation_request()
        if self._is_bridge(response.url) and response.status >= 400 and not is_page:
            self.complaints.append(f"{response.url} answered {response.status}")

    def _said(self, message: ConsoleMessage) -> None:
        said_of_status = message.text.startswith("Failed to load resource: the server responded")
        if message.type in ("error", "warning") and not said_of_status:
            where = message.location.get("url", "")
            if self._is_bridge(where) or (message.page and self._is_bridge(message.page.url)):
                self.complaints.append(f"{where}: {message.text}")
