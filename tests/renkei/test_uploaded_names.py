"""Names of files survive the way from the browser to the portal."""

import pytest
from django.test import RequestFactory

from renkei.middleware import full_file_names
from tests import factories


@pytest.mark.parametrize(
    ("sent", "arrived"),
    [
        ("令和８年度　実施要領（案）①.xlsx", "令和８年度　実施要領（案）①.xlsx"),
        ("C:\\書　類\\要領.pdf", "要領.pdf"),
        ("../&#x2e;./市\u202e役\u200b所.txt", "市役所.txt"),
    ],
)
def test_full_width_space_stays_and_nothing_unseen_does(sent, arrived):
    names = []
    read = full_file_names(lambda request: names.extend(f.name for f in request.FILES.values()))
    upload = factories.make_upload(name="x")
    # SimpleUploadedFile would shorten the path before it is sent.
    upload._name = sent

    read(RequestFactory().post("/", {"files": upload}))

    assert names == [arrived]


def test_file_without_a_name_is_left_out():
    found = []
    read = full_file_names(lambda request: found.append(dict(request.FILES)))
    upload = factories.make_upload(name="x")
    upload._name = ".."

    read(RequestFactory().post("/", {"files": upload}))

    assert found == [{}]
