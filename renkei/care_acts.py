"""What the secretariat does to a body from its page: each act says first what will happen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from lib.forms import LineField, TextField
from lib.wareki import WarekiDateField
from members import people, reorganization, suspension
from members.models import Invitation, Organization, Seat, User
from members.people import LastManagerError, SectionTakenError

Status = Organization.Status
MANY = 10
TAKEN = "移す先の会員団体に、同じ名前の担当部署があります。先に部署名を改めてください。"
NONE_WAITING = "もう一度送る招待はありません。"
PLANNED = "まだ一度も送っていない招待が{}件あります。「招待の送信」の「招待を送る」から送ります。"
LAST_MANAGER = "残る利用者に管理担当者がいません。先に、ほかの利用者を管理担当者にしてください。"


class ActForm(forms.Form):
    """Given the body that it is about."""

    def __init__(self, *args: Any, body: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body = body


class ReasonForm(ActForm):
    reason = TextField(
        label="会員団体に伝えること",
        max_length=500,
        required=False,
        help_text="メールに載せます。空でもかまいません。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RenameForm(ActForm):
    name = LineField(label="新しい団体名", max_length=80)
    kana = LineField(label="ふりがな", max_length=150, required=False)
    from_date = WarekiDateField(
        label="新しい名称になった日",
        required=False,
        help_text="空なら今日です。例：令和8年4月1日",
        widget=forms.TextInput,
    )

    def __init__(self, *args: Any, body: Organization, **kwargs: Any) -> None:
        super().__init__(*args, body=body, **kwargs)
        self.fields["name"].initial, self.fields["kana"].initial = body.name, body.kana

    def clean_from_date(self) -> Any:
        day = self.cleaned_data["from_date"]
        if day and day > timezone.localdate():
            raise ValidationError("今日までの日を入力してください。その日になってから改めます。")
        return day


class MoveSeatForm(ActForm):
    seat = forms.ModelChoiceField(label="移す担当部署", queryset=Seat.objects.none())
    into = LineField(
        label="移す先の会員団体",
        max_length=100,
        help_text="名称かふりがなを入力してください。例：群馬県見本市",
    )

    def __init__(self, *args: Any, body: Organization, **kwargs: Any) -> None:
        super().__init__(*args, body=body, **kwargs)
        field: Any = self.fields["seat"]
        field.queryset = Seat.objects.filter(organization=body).select_related("organization")
        field.label_from_instance = lambda seat: seat.section

    def clean_into(self) -> Organization:
        """By its full name, or by what finds exactly one."""
        typed: str = self.cleaned_data["into"]
        bodies = Organization.objects.active().exclude(kind=Organization.Kind.SECRETARIAT)
        found = list(bodies.exclude(pk=self.body.pk).search(typed).in_code_order()[: MANY + 1])
        exact = [body for body in found if typed in (body.full_name, body.name)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise ValidationError("当てはまる利用中の会員団体はありません。")
        names = "、".join(body.full_name for body in found[:MANY])
        raise ValidationError(
            f"いくつかの会員団体が当てはまります。名称をすべて入力してください。{names}"
        )

    def clean(self) -> dict[str, Any]:
        """Told before the button that moves."""
        data = super().clean() or {}
        if "seat" in data and "into" in data:
            same = Seat.objects.filter(organization=data["into"], section=data["seat"].section)
            if same.exists():
                self.add_error("into", TAKEN)
        return data


@dataclass(frozen=True)
class Act:
    title: str
    button: str
    offered_in: tuple[Status, ...]
    form: type[ActForm]
    says: Callable[[Organization, dict[str, Any]], list[str]]
    do: Callable[[Organization, dict[str, Any], User], str]
    # What is chosen first decides what will happen.
    asks_first: bool = False
    # Without it the page only says why there is nothing to do.
    is_possible: Callable[[Organization], bool] = lambda body: True

    def is_offered(self, body: Organization) -> bool:
        is_secretariat = body.kind == Organization.Kind.SECRETARIAT
        return not is_secretariat and body.status in self.offered_in and not body.merged_into_id


def numbers(body: Organization) -> tuple[int, int]:
    """People who can log in, and mailboxes that are told."""
    active = User.objects.filter(seat__organization=body, is_active=True).count()
    return active, body.seats.exclude(mailbox="").values("mailbox").distinct().count()


def _says_suspend(body: Organization, _: dict[str, Any]) -> list[str]:
    active, mailboxes = numbers(body)
    return [
        f"利用者{active}人が、開いている画面でも次の操作から使えなくなります。ログインもできません。",
        "会員の一覧と会員名簿に出なくなります。これまでの投稿、返信、回答は残ります。",
        "登録待ちの招待は、利用を再開するまで使えません。",
        f"代表メールアドレス{mailboxes}件に、利用停止をメールで知らせます。",
        "「利用を再開する」で元に戻せます。",
    ]


def _says_resume(body: Organization, _: dict[str, Any]) -> list[str]:
    active, mailboxes = numbers(body)
    return [
        f"利用者{active}人が、今までのパスワードでログインできるようになります。前に開いていた画面は使えません。",
        "一人ずつ利用停止にした人と前任者は、そのままです。",
        f"代表メールアドレス{mailboxes}件に、利用の再開をメールで知らせます。",
    ]


def _says_withdraw(body: Organization, _: dict[str, Any]) -> list[str]:
    active, mailboxes = numbers(body)
    return [
        f"利用者{active}人が使えなくなり、会員の数に数えなくなります。",
        "これまでの投稿、返信、回答は、団体の名前とともに残ります。",
        f"代表メールアドレス{mailboxes}件に、退会をメールで知らせます。",
        "会員に戻るには、もう一度、会員登録の申請と承認が必要です。",
    ]


def _says_rename(body: Organization, _: dict[str, Any]) -> list[str]:
    return [
        f"「{body.name}」は旧名称に残り、どちらの名称でも探せます。",
        "これまでの投稿にも、新しい名称を表示します。変更の履歴は「履歴」で読めます。",
        "メールは送りません。",
    ]


def _says_move_seat(body: Organization, data: dict[str, Any]) -> list[str]:
    if not data:
        return ["担当部署と移す先を選ぶと、移るものを確かめられます。"]
    seat, into = data["seat"], data["into"]
    people_of_seat = seat.users.filter(is_active=True).count()
    waiting = Invitation.objects.open().filter(seat=seat).count()
    return [
        f"「{seat.section}」が、{body}から{into}に移ります。",
        f"利用者{people_of_seat}人が一緒に移り、ログアウトします。管理担当者は投稿担当者になります。",
        f"登録待ちの招待{waiting}件、下書き、更新通知とメールの設定も移ります。",
        f"これまでの投稿と回答は、{body}のものとして残ります。",
    ]


def _waiting(body: Organization) -> QuerySet[Invitation]:
    return Invitation.objects.waiting().filter(seat__organization=body)


def _says_resend(body: Organization, _: dict[str, Any]) -> list[str]:
    waiting = _waiting(body).count()
    if not waiting:
        planned = Invitation.objects.planned().filter(seat__organization=body).count()
        return [NONE_WAITING, *([PLANNED.format(planned)] if planned else [])]
    return [
        f"登録待ちの招待{waiting}件を、同じ送り先にもう一度送ります。",
        "前のメールのアドレスは使えなくなり、登録の期限は新しく14日になります。",
    ]


def _suspend(body: Organization, data: dict[str, Any], by: User) -> str:
    suspension.suspend(body, reason=data["reason"], by=by)
    return f"{body}を利用停止にしました。"


def _resume(body: Organization, data: dict[str, Any], by: User) -> str:
    suspension.resume(body, reason=data["reason"], by=by)
    return f"{body}の利用を再開しました。"


def _withdraw(body: Organization, data: dict[str, Any], by: User) -> str:
    suspension.withdraw(body, reason=data["reason"], by=by)
    return f"{body}を退会にしました。"


def _rename(body: Organization, data: dict[str, Any], by: User) -> str:
    reorganization.rename(body, data["name"], data["kana"], by=by, from_date=data["from_date"])
    return f"名称を{body}に改めました。"


def _move_seat(body: Organization, data: dict[str, Any], by: User) -> str:
    try:
        people.move_seat(data["seat"], data["into"], by=by)
    except LastManagerError as error:
        raise ValidationError(LAST_MANAGER) from error
    except SectionTakenError as error:
        raise ValidationError(TAKEN) from error
    return f"「{data['seat'].section}」を{data['into']}に移しました。"


def _resend(body: Organization, data: dict[str, Any], by: User) -> str:
    waiting = _waiting(body)
    if not waiting:
        raise ValidationError(NONE_WAITING)
    again = [people.resend(one, by=by) for one in waiting.select_related("seat__organization")]
    return f"{sum(1 for one in again if one)}件の招待を送ります。"


_TAKING_PART = (Status.ACTIVE,)
ACTS = {
    "resend": Act(
        "招待をもう一度送る",
        "招待を送る",
        _TAKING_PART,
        ActForm,
        _says_resend,
        _resend,
        is_possible=lambda body: _waiting(body).exists(),
    ),
    "rename": Act(
        "名称を改める",
        "名称を改める",
        (*_TAKING_PART, Status.SUSPENDED),
        RenameForm,
        _says_rename,
        _rename,
    ),
    "move-seat": Act(
        "担当部署をほかの団体に移す",
        "移す",
        _TAKING_PART,
        MoveSeatForm,
        _says_move_seat,
        _move_seat,
        asks_first=True,
    ),
    "suspend": Act(
        "利用停止にする", "利用停止にする", _TAKING_PART, ReasonForm, _says_suspend, _suspend
    ),
    "resume": Act(
        "利用を再開する", "利用を再開する", (Status.SUSPENDED,), ReasonForm, _says_resume, _resume
    ),
    "withdraw": Act(
        "退会にする",
        "退会にする",
        (*_TAKING_PART, Status.SUSPENDED),
        ReasonForm,
        _says_withdraw,
        _withdraw,
    ),
}
