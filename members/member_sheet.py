"""会員の名簿: a row is one 担当部署 of one body, with the person who is to be invited."""

from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from import_export.fields import Field
from import_export.results import Result, RowResult
from import_export.widgets import Widget

from lib import prefectures
from lib.imports import HEADER_ROWS, SAMPLE_ROW, ChoiceWidget, DateWidget, SheetResource
from lib.text import fold
from members import audit, sheet_writing
from members.known_bodies import KnownBodies
from members.member_cells import CELLS, EXPLANATIONS, SAMPLE, SAMPLE_NAME
from members.models import Invitation, Organization, Seat, User

Kind, Status = Organization.Kind, Organization.Status

OF_BODY = ("kana", "website", "x_account", "magazine_url", "joined_on")
HOW_TO_COME_BACK = {
    Status.SUSPENDED: "「会員団体」の応対ページで利用を再開して",
    Status.WITHDRAWN: "会員登録の申請を承認して",
}
OF_SEAT = ("mailbox", "telephone", "extension")


class PersonField(Field):
    """About the person of a seat: who is planned, else who came first, else who was invited last."""

    def get_value(self, instance: Seat) -> Any:
        if instance.pk is None or "planned" in instance.__dict__:
            person = instance.__dict__.get("planned")
        else:
            person = _first_person(instance)
        return getattr(person, self.attribute, "")


def _first_person(seat: Seat) -> Invitation | User | None:
    invitations = [row for row in seat.invitations.all() if row.accepted_at is None]
    planned = [row for row in invitations if row.sent_at is None]
    active = [user for user in seat.users.all() if user.is_active]
    people: list[Invitation | User] = [*planned, *active, *invitations]
    return next(iter(people), None)


def _of_body(name: str, head: str, widget: Widget | None = None) -> Field:
    return Field(f"organization__{name}", head, widget=widget, readonly=True)


class MemberResource(SheetResource):
    """Found by code (or prefecture and name) and section. An empty cell changes nothing.

    Keyword `user` of import_data is the secretary; a command has none.
    """

    required_heads = ("団体コード", "都道府県", "団体名", "部署名")
    sample = SAMPLE
    explanations = EXPLANATIONS

    code = _of_body("local_government__code", "団体コード")
    prefecture = _of_body("prefecture", "都道府県", ChoiceWidget(prefectures.CHOICES))
    name = _of_body("name", "団体名")
    kana = _of_body("kana", "ふりがな")
    kind = _of_body("kind", "種別", ChoiceWidget(Kind))
    section = Field("section", "部署名")
    mailbox = Field("mailbox", "代表メールアドレス")
    telephone = Field("telephone", "電話番号")
    extension = Field("extension", "内線")
    person = PersonField("name", "担当者名")
    role = PersonField("role", "役割", widget=ChoiceWidget(User.Role))
    website = _of_body("website", "ウェブサイト")
    x_account = _of_body("x_account", "Xのアカウント")
    magazine_url = _of_body("magazine_url", "広報誌のURL")
    joined_on = _of_body("joined_on", "会員登録日", DateWidget())

    class Meta:
        model = Seat
        fields = (
            "code",
            "prefecture",
            "name",
            "kana",
            "kind",
            "section",
            "mailbox",
            "telephone",
            "extension",
            "person",
            "role",
            "website",
            "x_account",
            "magazine_url",
            "joined_on",
        )
        import_id_fields = ("code", "section")
        report_skipped = True
        # No savepoint for each row, which writes nothing by itself.
        use_bulk = True

    def __init__(self, *, shows_people: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._shows_people = shows_people

    def get_export_fields(self, selected_fields: Any = None) -> list[Field]:
        fields: list[Field] = super().get_export_fields(selected_fields)
        person = self.fields["person"].column_name
        return [field for field in fields if self._shows_people or field.column_name != person]

    def check_heads(self, dataset: tablib.Dataset) -> None:
        """A column that we do not know may be a misspelled one: better said than passed over."""
        super().check_heads(dataset)
        unknown = [head for head in dataset.headers if head and head not in self.heads()]
        if unknown:
            raise ValidationError(f"この名簿にない列があります：{'、'.join(unknown)}")

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self._secretariat = Organization.objects.get(kind=Kind.SECRETARIAT)
        self._by: User | None = kwargs.get("user")
        self._known = KnownBodies()
        self._rows: dict[tuple[int, str], int] = {}
        self._waiting: dict[int, sheet_writing.Change] = {}
        self._values_of_bodies: dict[tuple[int, str], Any] = {}

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """Reads the cells of the row that say something."""
        super().before_import_row(row, **kwargs)
        self._stated: dict[str, Any] = {}
        self._changed: list[tuple[Model, set[str]]] = []
        errors: dict[str, Any] = {}
        for name, (model, clean) in CELLS.items():
            field = self.fields[name]
            typed = row.get(field.column_name, "")
            if not typed:
                continue
            try:
                column: Any = model._meta.get_field(field.attribute.rpartition("__")[2])
                self._stated[name] = column.clean(clean(typed), None)
            except ValidationError as error:
                errors[name] = error.messages
            except ValueError as error:
                errors[name] = [str(error)]
        if errors:
            raise ValidationError(errors)

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> Seat | None:
        if "section" not in self._stated:
            raise ValidationError({"section": "部署名を入力してください。"})
        self._body = self._body_of(row)
        seat = self._known.seat(self._body, self._stated["section"])
        if seat is not None:
            # What the row is compared with is a copy, which would ask the database for them again.
            seat.__dict__.setdefault("planned", _first_person(seat))
        return seat

    def init_instance(self, row: dict[str, str] | None = None) -> Seat:
        return Seat(organization=self._body, section=self._stated["section"])

    def _body_of(self, row: dict[str, str]) -> Organization:
        prefecture, name = self._stated.get("prefecture", ""), self._stated.get("name", "")
        if name == SAMPLE_NAME:
            raise ValidationError({"name": SAMPLE_ROW})
        code = row["団体コード"].removesuffix(".0")
        if not code and not (prefecture and name):
            raise ValidationError(
                {"code": "団体コードを入力してください。ない団体は、都道府県と団体名が必要です。"}
            )
        body = (
            self._known.body_with_code(code, prefecture=prefecture, name=name)
            if code
            else self._known.body_without_code(prefecture, name)
        )
        _refuse(body, kind=row.get("種別", ""))
        return body

    def import_instance(self, instance: Seat, row: dict[str, str], **kwargs: Any) -> None:
        body = instance.organization
        self._refuse_repetition(instance, kwargs["row_number"] + HEADER_ROWS)
        stated = self._stated_of_body(body)
        if body.pk is None and body.kind != Kind.WARD:
            stated.setdefault("joined_on", body.joined_on or timezone.localdate())
        self._write(body, stated)
        self._write(
            instance, {name: self._stated[name] for name in OF_SEAT if name in self._stated}
        )
        self._plan(instance)

    def _refuse_repetition(self, seat: Seat, number: int) -> None:
        key = id(seat.organization), fold(seat.section)
        first = self._rows.setdefault(key, number)
        if first != number:
            raise ValidationError(
                {"section": f"{first}行目と同じ団体の同じ部署です。1行にまとめてください。"}
            )

    def _stated_of_body(self, body: Organization) -> dict[str, Any]:
        """Rows of the same body must not contradict each other: the last one would win unseen."""
        stated = {name: self._stated[name] for name in OF_BODY if name in self._stated}
        if body.local_government:
            stated.pop("kana", None)
        if body.kind == Kind.WARD and "joined_on" in stated:
            raise ValidationError({"joined_on": "東京23区に会員登録日はありません。"})
        for name, value in stated.items():
            if self._values_of_bodies.setdefault((id(body), name), value) != value:
                raise ValidationError({name: "上の行の同じ団体と違います。"})
        return stated

    def _plan(self, seat: Seat) -> None:
        """Whoever was invited or came before is left alone: an import changes no rights."""
        name = self._stated.get("person", "")
        invited = list(seat.invitations.all()) if seat.pk else []
        known = [*(seat.users.all() if seat.pk else ()), *(row for row in invited if row.sent_at)]
        if not name or fold(name) in {fold(person.name) for person in known}:
            return
        planned = next((row for row in invited if row.sent_at is None), None) or Invitation(
            seat=seat, sent_at=None, role=User.Role.MANAGER, invited_by=self._by
        )
        stated = {"name": name, "role": self._stated.get("role", planned.role)}
        self._write(planned, stated)
        seat.__dict__["planned"] = planned

    def _write(self, target: Model, values: dict[str, Any]) -> None:
        changed = {name for name, value in values.items() if getattr(target, name) != value}
        for name in changed:
            setattr(target, name, values[name])
        if changed or target.pk is None:
            self._changed.append((target, changed))

    def skip_row(
        self, instance: Seat, original: Seat, row: Any, import_validation_errors: Any = None
    ) -> bool:
        return not (self._changed or import_validation_errors)

    def save_instance(self, instance: Seat, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Not yet: all rows are written together."""
        for target, names in self._changed:
            _, before = self._waiting.get(id(target), (target, set[str]()))
            self._waiting[id(target)] = target, before | names

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs: Any) -> None:
        """A preview writes, too, and takes it back: what the database would refuse is said by then."""
        if result.has_errors() or result.has_validation_errors():
            return
        sheet_writing.write(self._waiting.values())
        if kwargs.get("dry_run"):
            return
        audit.record(
            "import_members",
            self._secretariat,
            by=self._by,
            new=result.totals[RowResult.IMPORT_TYPE_NEW],
            changed=result.totals[RowResult.IMPORT_TYPE_UPDATE],
            same=result.totals[RowResult.IMPORT_TYPE_SKIP],
        )


def _refuse(body: Organization, *, kind: str) -> None:
    """Bodies whose row would say more than a sheet may."""
    government = body.local_government
    if body.is_demo or body.kind == Kind.SECRETARIAT:
        raise ValidationError({"name": "事務局と見本の団体は、取り込めません。"})
    if body.status != Status.ACTIVE:
        raise ValidationError(
            f"{body}は「{body.get_status_display()}」です。取り込みでは状態を変えません。"
            f"{HOW_TO_COME_BACK[Status(body.status)]}から、取り込んでください。"
        )
    if government is None and kind != Kind.ASSOCIATION.label:
        raise ValidationError({"kind": "団体コードのない行は、種別を「団体」にしてください。"})
    own = {body.get_kind_display(), government.get_kind_display() if government else ""}
    if kind and kind not in own:
        raise ValidationError({"kind": f"{body}の種別は「{body.get_kind_display()}」です。"})
