"""Pages that no link leads to: each form sent with nothing in it, which the portal refuses."""

import re
from collections.abc import Iterable, Iterator

from playwright.sync_api import Page, TimeoutError

from audit import visit

POSTED = re.compile(r'<form\b[^>]*method="post".*?</form>', re.DOTALL | re.IGNORECASE)
TYPED = re.compile(
    r'<textarea|<input(?![^>]*type="(hidden|checkbox|radio|submit|button|image)")', re.IGNORECASE
)
# Old versions of a row are shown in a form that nobody can send.
BUTTON = re.compile(r'type="submit"|<button(?![^>]*type="button")', re.IGNORECASE)
# Milliseconds.
PATIENCE = 60_000
REFUSED = "[aria-invalid=true], [role=alert], .errornote, .errorlist, .messagelist .error"
# Past what the browser itself would refuse, and as if the main button were pressed.
SEND_EMPTY = """form => {
  for (const field of form.elements) {
    if (field.type === 'hidden' || field.tagName === 'BUTTON' || field.type === 'submit') continue;
    if (field.type === 'checkbox' || field.type === 'radio') field.checked = false;
    else if (!field.options || field.querySelector('option[value=""]')) field.value = '';
  }
  const button = form.querySelector('button.button:not(.button-secondary), input.default')
    || form.querySelector('button:not([type=button]), input[type=submit]');
  if (button && button.name) {
    form.insertAdjacentHTML('beforeend', '<input type="hidden">');
    Object.assign(form.lastChild, { name: button.name, value: button.value });
  }
  setTimeout(() => HTMLFormElement.prototype.submit.call(form));
}"""


def is_sent(form: str) -> bool:
    return bool(TYPED.search(form) and BUTTON.search(form))


def numbers_of_forms(page: visit.Page) -> list[int]:
    """Of those with a field for words, among all that are posted."""
    forms = POSTED.finditer(page.html.decode("utf-8", "replace"))
    return [number for number, form in enumerate(forms) if is_sent(form[0])]


def pages_with_forms(pages: Iterable[visit.Page]) -> Iterator[visit.Page]:
    """A form of the admin is the same whichever list led to it."""
    seen = set()
    for page in pages:
        path = visit.shape_of(page.address)[0]
        if page.status == 200 and numbers_of_forms(page) and path not in seen:
            if path.startswith("/admin/"):
                seen.add(path)
            yield page


def answers(browser: Page, page: visit.Page) -> Iterator[str]:
    """Each form, while the browser shows how it was refused."""
    for number in numbers_of_forms(page):
        browser.goto(page.address)
        try:
            with browser.expect_navigation(timeout=PATIENCE):
                browser.locator("form[method=post]").nth(number).evaluate(SEND_EMPTY)
        except TimeoutError:
            # A file came instead of a page.
            continue
        if browser.locator(REFUSED).count():
            yield f"{page.address} (form {number} sent empty)"
