"""One address for the published files of every app, `/files/<uuid>/`."""

from collections.abc import Callable
from uuid import UUID

from agreements.models import AgreementFile
from lib.public_files import PublicFile
from members.access import AnyUser
from news.models import Edition, NewsFile


def _of_agreement(pk: UUID, user: AnyUser) -> PublicFile | None:
    """The register is published, and so is every text in it."""
    file = AgreementFile.objects.filter(pk=pk).first()
    if file is None:
        return None
    return PublicFile(file.file, file.name, "application/pdf", file.sha256)


def _of_news(pk: UUID, user: AnyUser) -> PublicFile | None:
    file = NewsFile.objects.visible_to(user).filter(pk=pk).first()
    if file is None:
        return None
    return PublicFile(
        file.file, file.name, file.content_type, file.sha256, opens_inline=file.is_image
    )


def _of_publication(pk: UUID, user: AnyUser) -> PublicFile | None:
    edition = Edition.objects.visible_to(user).defer("text").filter(pk=pk).first()
    if edition is None:
        return None
    return PublicFile(
        edition.file,
        edition.name,
        "application/pdf",
        edition.sha256,
        count=edition.count_download,
    )


def _cover(pk: UUID, user: AnyUser) -> PublicFile | None:
    edition = Edition.objects.visible_to(user).defer("text").filter(cover_id=pk).first()
    if edition is None:
        return None
    return PublicFile(
        edition.cover, "cover.webp", "image/webp", edition.cover_sha256, opens_inline=True
    )


_SOURCES: tuple[Callable[[UUID, AnyUser], PublicFile | None], ...] = (
    *(_of_agreement, _of_news),
    *(_of_publication, _cover),
)


def find(pk: UUID, user: AnyUser) -> PublicFile | None:
    """None for an unknown one, and for one that the visitor may not see."""
    found = (source(pk, user) for source in _SOURCES)
    return next((file for file in found if file), None)
