"""メールの設定 of a section and of a person, and the page behind a stop link."""

from typing import Any

from django import forms

from board.notifications import mail_lists as lists_of_board
from members import mail_lists
from members.access import is_contributor, is_secretariat
from members.mail_lists import DESK, MailList
from members.models import MailSetting, Organization, Rhythm, Seat, User
from members.sending import COLLECTED, Stop


def lists_for(user: User) -> list[MailList]:
    return [*lists_of_board(), DESK] if is_secretariat(user) else lists_of_board()


def rhythms_of(seat: Seat) -> dict[Rhythm, list[MailList]]:
    """How the section's mailbox hears of each list, chosen or by default; two queries."""
    is_desk = seat.organization.kind == Organization.Kind.SECRETARIAT
    lists = [*lists_of_board(), *([DESK] if is_desk else [])]
    chosen = mail_lists.settings_of([seat], [item.name for item in lists])
    found: dict[Rhythm, list[MailList]] = {rhythm: [] for rhythm in Rhythm}
    for item in lists:
        found[chosen.get((seat.pk, None, item.name), item.default)].append(item)
    return {rhythm: lists for rhythm, lists in found.items() if lists}


class MailSettingsForm(forms.Form):
    """A row for each list: how the section's mailbox, and how the own address hears of it."""

    gets_mail = forms.BooleanField(
        label="自分のメールアドレスでも受け取る",
        required=False,
        help_text="選ばないときは、担当部署の代表メールアドレスだけに送ります。",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.lists = user, lists_for(user)
        self.chosen = mail_lists.settings_of([user.seat], [item.name for item in self.lists])
        self.may_choose_for_seat = is_contributor(user)
        self.has_own = bool(user.email)
        if self.has_own:
            self.fields["gets_mail"].initial = user.gets_mail
        else:
            del self.fields["gets_mail"]
        for item in self.lists:
            self._add(f"seat-{item.name}", item, None, disabled=not self.may_choose_for_seat)
            if self.has_own:
                self._add(f"own-{item.name}", item, user.pk)

    def _add(
        self, name: str, item: MailList, person: int | None, *, disabled: bool = False
    ) -> None:
        whose = "自分のメールアドレス" if person else "代表メールアドレス"
        self.fields[name] = forms.ChoiceField(
            label=f"{item.label}：{whose}",
            choices=Rhythm.choices,
            initial=self._current(item, person),
            disabled=disabled,
        )

    def _current(self, item: MailList, person: int | None) -> Rhythm:
        return self.chosen.get((self.user.seat_id, person, item.name), item.default)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "list": item,
                "seat": self[f"seat-{item.name}"],
                "own": self[f"own-{item.name}"] if self.has_own else None,
            }
            for item in self.lists
        ]

    def save(self) -> None:
        """Only what differs from what holds now: two colleagues do not undo each other."""
        if self.has_own and self.cleaned_data["gets_mail"] != self.user.gets_mail:
            self.user.gets_mail = self.cleaned_data["gets_mail"]
            self.user.save(update_fields=["gets_mail"])
        for item in self.lists:
            self._save(f"seat-{item.name}", item, None)
            if self.has_own:
                self._save(f"own-{item.name}", item, self.user)

    def _save(self, name: str, item: MailList, person: User | None) -> None:
        rhythm = self.cleaned_data[name]
        if name in self.changed_data:
            mail_lists.choose(self.user.seat, person, item.name, rhythm)


def stopped_lists(stop: Stop) -> list[MailList]:
    """One, or all that come collected to this address."""
    known = [*lists_of_board(), DESK]
    if stop.name != COLLECTED:
        return [item for item in known if item.name == stop.name]
    chosen = mail_lists.settings_of([stop.seat], [item.name for item in known])
    person = stop.user.pk if stop.user else None
    return [
        item
        for item in known
        if chosen.get((stop.seat.pk, person, item.name), item.default)
        in (Rhythm.DAILY, Rhythm.WEEKLY)
    ]


def stop_mail(stop: Stop) -> None:
    for item in stopped_lists(stop):
        mail_lists.choose(stop.seat, stop.user, item.name, Rhythm.NEVER)


def resume_mail(stop: Stop) -> None:
    """Back to what holds for an address that has chosen nothing."""
    stopped = MailSetting.objects.filter(seat=stop.seat, user=stop.user, rhythm=Rhythm.NEVER)
    if stop.name != COLLECTED:
        stopped = stopped.filter(mail_list=stop.name)
    stopped.delete()
