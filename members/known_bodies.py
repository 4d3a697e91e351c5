"""What the database holds of bodies and seats, read once for a sheet of any length."""

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet

from lib import prefectures
from lib.local_government_codes import readings
from lib.text import fold
from lib.wareki import format_date
from members.models import Invitation, LocalGovernment, Organization, Seat, User

Kind = Organization.Kind

_KINDS = {
    LocalGovernment.Kind.PREFECTURE: Kind.PREFECTURE,
    LocalGovernment.Kind.WARD: Kind.WARD,
}


class KnownBodies:
    """Answers from memory; a body that is new stands for all rows of the sheet that name it."""

    def __init__(self) -> None:
        governments = LocalGovernment.objects.select_related("successor")
        self._governments = {body.code: body for body in governments}
        self._codes = {
            (body.prefecture, fold(body.own_name)): body.code
            for body in self._governments.values()
            if not body.is_abolished
        }
        bodies = {body.pk: body for body in Organization.objects.select_related("local_government")}
        self._of_code = {
            body.local_government.code: body for body in bodies.values() if body.local_government
        }
        self._of_name = {
            (body.prefecture, fold(body.name)): body
            for body in bodies.values()
            if body.local_government is None
        }
        self._seats: dict[tuple[int, str], Seat] = {}
        for seat in with_people(Seat.objects.all()):
            seat.organization = bodies[seat.organization_id]
            self._seats[id(seat.organization), fold(seat.section)] = seat

    def seat(self, body: Organization, section: str) -> Seat | None:
        return self._seats.get((id(body), fold(section)))

    def body_with_code(self, typed: str, *, prefecture: str, name: str) -> Organization:
        """What else the sheet says must fit: a wrong digit must not reach another town."""
        government = self._government(typed)
        body = self._of_code.get(government.code) or self._new_body(government)
        if prefecture and prefecture != government.prefecture:
            raise ValidationError({"prefecture": _not_of(government, prefecture)})
        names = (government.own_name, str(government), body.name)
        if name and fold(name) not in {fold(known) for known in names}:
            raise ValidationError({"name": _not_of(government, name)})
        self._of_code[government.code] = body
        return body

    def body_without_code(self, prefecture: str, name: str) -> Organization:
        code = self._codes.get((prefecture, fold(name)))
        if code:
            raise ValidationError({"code": f"「{name}」の団体コード（{code}）を入力してください。"})
        body = self._of_name.get((prefecture, fold(name)))
        if body is None:
            body = Organization(kind=Kind.ASSOCIATION, prefecture=prefecture, name=name)
        self._of_name[prefecture, fold(name)] = body
        return body

    def _new_body(self, government: LocalGovernment) -> Organization:
        if (government.prefecture, fold(government.own_name)) in self._of_name:
            message = f"{government}という名前の、団体コードのない会員団体があります。"
            raise ValidationError({"code": message})
        return Organization(
            kind=_KINDS.get(LocalGovernment.Kind(government.kind), Kind.MUNICIPALITY),
            prefecture=government.prefecture,
            name=government.own_name,
            kana=government.kana,
            local_government=government,
        )

    def _government(self, typed: str) -> LocalGovernment:
        try:
            codes = readings(typed)
        except ValidationError as error:
            raise ValidationError({"code": error.message}) from error
        known = [self._governments[code] for code in codes if code in self._governments]
        if not known:
            raise ValidationError({"code": f"団体コード「{typed}」の地方公共団体はありません。"})
        if len(known) > 1:
            names = "、".join(f"{body}（{body.code}）" for body in known)
            raise ValidationError({"code": f"「{typed}」は二通りに読めます：{names}"})
        if known[0].is_abolished:
            raise ValidationError({"code": _abolished(known[0])})
        return known[0]


def with_people(seats: QuerySet[Seat]) -> QuerySet[Seat]:
    """With all who have been invited to each seat, and all who have come."""
    invitations = Invitation.objects.filter(withdrawn_at=None).order_by("-created_at", "-id")
    return seats.prefetch_related(
        Prefetch("invitations", invitations), Prefetch("users", User.objects.order_by("id"))
    )


def _not_of(government: LocalGovernment, stated: str) -> str:
    stated = dict(prefectures.CHOICES).get(stated, stated)
    return f"団体コード{government.code}は{government}です。「{stated}」と合いません。"


def _abolished(government: LocalGovernment) -> str:
    day, successor = government.abolished_on, government.successor
    text = f"{government}は、{format_date(day) if day else ''}に廃止されました。"
    return f"{text}承継した団体は{successor}（{successor.code}）です。" if successor else text
