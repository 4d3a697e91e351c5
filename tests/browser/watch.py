"""Notes what no page of ours may do, whatever the test is about."""

from urllib.parse import urlsplit

# The script is told that the session is over, the text was posted or a file is too large for a proxy,
# and says so on the page.
REFUSED_BY_DESIGN = {("/board/drafts/save/", status) for status in (403, 409, 413)}
# Its own viewer of PDF files included.
WITHIN_THE_BROWSER = {"data", "blob", "about", "chrome", "chrome-extension"}


class Watch:
    """Follows browser contexts: script errors, console, CSP, foreign hosts, failed answers."""

    def __init__(self, base_url):
        host = urlsplit(base_url).netloc
        # The same server: passkeys are bound to a name, which 127.0.0.1 is not.
        self.hosts = {host, host.replace("127.0.0.1", "localhost")}
        self.problems = []

    def follow(self, context):
        context.on("console", self._read_console)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        context.on("request", self._check_host)
        context.on("response", self._check_status)

    def _read_console(self, message):
        """Chromium reports violations of the CSP here, with scripts switched off, too."""
        # Failed answers are judged by _check_status, which knows a 404 page from a missing file.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _check_host(self, request):
        address = urlsplit(request.url)
        if address.scheme not in WITHIN_THE_BROWSER and address.netloc not in self.hosts:
            self.problems.append(f"another host: {request.url}")

    def _check_status(self, response):
        limit = 500 if response.request.is_navigation_request() else 400
        is_meant = (urlsplit(response.url).path, response.status) in REFUSED_BY_DESIGN
        if response.status >= limit and not is_meant:
            self.problems.append(f"{response.status}: {response.url}")
