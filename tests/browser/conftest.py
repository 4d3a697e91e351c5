"""A real server, a real Chromium, and a watch over every page. Nothing here touches the ORM."""

import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from tests import server
from tests.browser.chromium import ARGUMENTS, MISSING, installed
from tests.browser.people import SECRETARY, expect_logged_in, log_in
from tests.browser.watch import Watch
from tests.smtp import mail_server

LOG_LINES = 40
# Milliseconds for one click or one page, on a machine that does other things, too.
PATIENCE = 15_000
DESKTOP = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def chromium():
    found = installed()
    if found is None and os.environ.get("CI"):
        pytest.fail(MISSING)
    if found is None:
        pytest.skip(MISSING)
    return found


@pytest.fixture(scope="session")
def base_url(chromium, request, tmp_path_factory):
    """The portal as `make run` starts it, or the one that `--base-url` names."""
    given = request.config.getoption("base_url")
    with ExitStack() as stack:
        if not given:
            environment = server.demo_environment(tmp_path_factory.mktemp("portal"))
            server.prepare(environment)
            request.config.stash[_ENVIRONMENT] = environment
            running = stack.enter_context(server.serving(environment))
            request.config.stash[_LOG] = running.log
        yield given or running.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, chromium):
    return {**browser_type_launch_args, "executable_path": chromium, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "locale": "ja-JP",
        "timezone_id": "Asia/Tokyo",
        "viewport": DESKTOP,
        # Colours that fade in would be measured half-way.
        "reduced_motion": "reduce",
    }


@pytest.fixture
def new_context(new_context, base_url):
    """Every page of every test is watched; a problem on any of them fails the test."""
    watch = Watch(base_url)

    def watched_context(**options):
        context = new_context(**options)
        context.set_default_timeout(PATIENCE)
        watch.follow(context)
        return context

    yield watched_context
    assert watch.problems == []


@pytest.fixture(scope="session")
def secretary_state(browser, browser_context_args):
    """The cookies of a secretary who has logged in once for all tests."""
    with browser.new_context(**browser_context_args) as context:
        page = context.new_page()
        log_in(page, SECRETARY)
        expect_logged_in(page)
        return context.storage_state()


@pytest.fixture(scope="session")
def state_of(browser, browser_context_args, secretary_state):
    """The cookies of a demo account: each logs in once for all tests."""
    states = {"jimukyoku": secretary_state}

    def state(name):
        if name not in states:
            with browser.new_context(**browser_context_args) as context:
                page = context.new_page()
                log_in(page, f"{name}@demo.example.jp")
                expect_logged_in(page)
                states[name] = context.storage_state()
        return states[name]

    return state


@pytest.fixture
def open_as(new_context, state_of):
    """A page of a browser of its own, in which this demo account is logged in."""

    def open_page(name, **options):
        return new_context(storage_state=state_of(name), **options).new_page()

    return open_page


@pytest.fixture(scope="session")
def windows(browser, browser_context_args, state_of, base_url):
    """One page for each account and one for visitors, and the watch over all of them."""
    watch, pages = Watch(base_url), {}

    def page_of(name):
        if name not in pages:
            state = {"storage_state": state_of(name)} if name else {}
            context = stack.enter_context(browser.new_context(**browser_context_args, **state))
            context.set_default_timeout(PATIENCE)
            watch.follow(context)
            pages[name] = context.new_page()
        return pages[name]

    with ExitStack() as stack:
        yield page_of, watch


@pytest.fixture
def look_as(windows):
    """The page of a demo account, or without a name that of a visitor, for tests that only look.

    They share it: a browser of its own costs a test more than what is on most pages.
    """
    page_of, watch = windows

    def look(name=None):
        page = page_of(name)
        page.set_viewport_size(DESKTOP)
        page.emulate_media(media="null")
        return page

    yield look
    problems, watch.problems = watch.problems, []
    assert problems == []


@pytest.fixture
def visitor(look_as):
    return look_as()


@pytest.fixture
def clerk(look_as):
    """The secretariat, only looking."""
    return look_as("jimukyoku")


@pytest.fixture
def secretary(new_context, secretary_state):
    """A page on which the secretariat is logged in."""
    return new_context(storage_state=secretary_state).new_page()


@pytest.fixture(scope="session")
def mailbox():
    with mail_server() as box:
        yield box


@pytest.fixture(scope="session")
def environment(base_url, request):
    """Of the server, for commands beside it."""
    found = request.config.stash.get(_ENVIRONMENT, None)
    if found is None:
        pytest.skip("mails and commands of a server that was started elsewhere are not at hand")
    return found


@pytest.fixture(scope="session")
def command(environment, mailbox):
    """Runs a command of manage.py beside the server; its mails go to the mailbox by SMTP."""
    by_smtp = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mailbox.port)}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.browser.commands"],
        cwd=server.ROOT,
        env={**environment, **by_smtp},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def run(name):
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n", f"{name} failed"

        yield run
        process.stdin.close()


@pytest.fixture
def mails_to(command, mailbox):
    """Sends what is due, and reads the mails that the server got for an address."""

    def read(address, *before):
        for name in (*before, "send_mail"):
            command(name)
        return [mail for mail in mailbox.messages if mail["To"] == address]

    return read


@pytest.fixture
def newest_message(mails_to):
    """Of the board, too: what has happened there is told first."""
    return lambda address: mails_to(address, "send_reminders")[-1]


@pytest.fixture
def newest_mail(mails_to):
    """The text of the newest mail that belongs to no topic of the board."""

    def read(address):
        mails = [mail for mail in mails_to(address) if mail["References"] is None]
        return mails[-1].get_content()

    return read


_LOG = pytest.StashKey()
_ENVIRONMENT = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    log = item.config.stash.get(_LOG, None)
    if report.failed and log:
        report.sections.append(("Server", "\n".join(log.read_text().splitlines()[-LOG_LINES:])))
    return report
