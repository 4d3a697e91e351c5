"""The own body, for its managers: profile, seats, invitations, people."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.conflicts import STALE, StaleError
from lib.trail import Trail, from_home
from members import handover, people, profile, typed_text, yearly_check
from members.access import MemberRequest, manager_only, may_change_staff
from members.forms import InviteForm, ProfileForm, RemovalForm, RoleForm, SeatForm
from members.forms.organization import SECTION_TAKEN
from members.models import Invitation, Organization, Seat, User
from members.models.standing import Standing
from members.typed_text import keeps_typed_text

LAST_MANAGER = (
    "管理担当者が1人もいなくなるため、変更できません。ほかの利用者を管理担当者にするか、"
    "「後任を決める」から引き継いでください。"
)
NOT_SURE = (
    "利用は終了していません。終了するときは、「元に戻せないことを確かめました」にチェックを付けてから、"
    "「利用を終了する」を押してください。"
)


def trail(*steps: tuple[str, str]) -> Trail:
    """Breadcrumbs below the page of the own body."""
    return from_home(("自団体の管理", reverse("members:organization")), *steps)


def seats_of(request: MemberRequest) -> QuerySet[Seat]:
    own = Seat.objects.filter(organization=request.user.seat.organization_id)
    return own.select_related("organization")


def person_or_404(request: MemberRequest, pk: int) -> User:
    own = User.objects.filter(seat__organization=request.user.seat.organization_id)
    return get_object_or_404(own.select_related("seat__organization"), pk=pk)


def invitation_or_404(request: MemberRequest, pk: int) -> Invitation:
    own = Invitation.objects.filter(seat__organization=request.user.seat.organization_id)
    return get_object_or_404(own.select_related("seat__organization"), pk=pk)


@require_safe
@manager_only
def organization(request: MemberRequest) -> HttpResponse:
    body = request.user.seat.organization
    context = {
        "organization": body,
        "is_public": body.standing != Standing.NONE,
        "themes": body.themes.all(),
        "seats": seats_of(request).prefetch_related(
            Prefetch("users", User.objects.order_by("-is_active", "id")),
            Prefetch("invitations", Invitation.objects.open().select_related("handover")),
        ),
        "handovers": handover.open_of_body(body.pk),
        "yearly_check": yearly_check.open_for(body),
        "now": timezone.now(),
        "trail": trail(),
    }
    return render(request, "members/organization.html", context)


@keeps_typed_text("profile")
@require_http_methods(["GET", "HEAD", "POST"])
@manager_only
def organization_edit(request: MemberRequest) -> HttpResponse:
    """「プレビュー」 shows what visitors would read; nothing is stored before 「保存する」."""
    body = get_object_or_404(Organization, pk=request.user.seat.organization_id)
    typed = typed_text.of_form(request, "profile")
    form = ProfileForm(typed.data, instance=body)
    if request.method != "POST":
        form.errors.clear()
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and "preview" not in request.POST:
        themes = form.cleaned_data["themes"]
        profile.edit(form.instance, themes=themes, fields=form.changed_data, by=request.user)
        typed.close()
        messages.success(request, "団体の紹介を保存しました。")
        return redirect("members:organization")
    context = {
        **typed.context,
        "form": form,
        "preview": form.instance if is_valid else None,
        "themes": form.cleaned_data["themes"] if is_valid else (),
        "trail": trail(("団体の紹介", "")),
    }
    return render(request, "members/organization_edit.html", context)


@keeps_typed_text("seat")
@require_http_methods(["GET", "HEAD", "POST"])
@manager_only
def seat_add(request: MemberRequest) -> HttpResponse:
    return _seat_form(request, Seat(organization=request.user.seat.organization))


@keeps_typed_text("seat")
@require_http_methods(["GET", "HEAD", "POST"])
@manager_only
def seat_edit(request: MemberRequest, pk: int) -> HttpResponse:
    return _seat_form(request, get_object_or_404(seats_of(request), pk=pk))


def _seat_form(request: MemberRequest, seat: Seat) -> HttpResponse:
    typed = typed_text.of_form(request, "seat")
    form = SeatForm(typed.data, instance=seat)
    if request.method == "POST" and form.is_valid():
        try:
            people.save_seat(form.instance, fields=form.changed_data, by=request.user)
        except people.SectionTakenError:
            form.add_error("section", SECTION_TAKEN)
        else:
            typed.close()
            messages.success(request, f"{form.instance.section}を保存しました。")
            return redirect("members:organization")
    title = "担当部署の変更" if seat.pk else "担当部署の追加"
    return _form_page(request, form, typed, title=title, button="保存する")


@keeps_typed_text("invitation")
@require_http_methods(["GET", "HEAD", "POST"])
@manager_only
def invite(request: MemberRequest, pk: int) -> HttpResponse:
    seat = get_object_or_404(seats_of(request), pk=pk)
    typed = typed_text.of_form(request, "invitation")
    form = InviteForm(typed.data, seat=seat)
    if request.method == "POST" and form.is_valid():
        people.invite(seat, by=request.user, **form.cleaned_data)
        typed.close()
        messages.success(request, f"{form.cleaned_data['name']}さんに招待を送ります。")
        return redirect("members:organization")
    title = f"{seat.section}に利用者を招待"
    return _form_page(request, form, typed, title=title, button="招待する")


def _form_page(
    request: MemberRequest, form: Any, typed: typed_text.Typed, *, title: str, button: str
) -> HttpResponse:
    if request.method != "POST":
        form.errors.clear()
    context = {
        **typed.context,
        "form": form,
        "title": title,
        "button": button,
        "trail": trail((title, "")),
    }
    return render(request, "members/organization_form.html", context)


@require_POST
@manager_only
def invitation_resend(request: MemberRequest, pk: int) -> HttpResponse:
    found = invitation_or_404(request, pk)
    if people.resend(found, by=request.user):
        messages.success(request, f"{found.name}さんに、新しい招待を送ります。")
    else:
        messages.error(request, STALE)
    return redirect("members:organization")


@require_POST
@manager_only
def invitation_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    found = invitation_or_404(request, pk)
    done = f"{found.name}さんへの招待を取り消しました。"
    return _act(request, lambda: people.withdraw(found, by=request.user), done)


@require_safe
@manager_only
def person(request: MemberRequest, pk: int) -> HttpResponse:
    found = person_or_404(request, pk)
    context = {
        "person": found,
        "form": RoleForm(initial={"role": found.role}),
        "removal": RemovalForm(),
        "is_self": found.pk == request.user.pk,
        "may_change": may_change_staff(found, request.user),
        "may_hand_over": handover.may_begin(found, by=request.user),
        "trail": trail((f"{found.name}さん", "")),
    }
    return render(request, "members/person.html", context)


@require_POST
@manager_only
def person_role(request: MemberRequest, pk: int) -> HttpResponse:
    found, form = person_or_404(request, pk), RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "役割を選んでください。")
        return redirect("members:person", pk)
    role = form.cleaned_data["role"]
    done = f"{found.name}さんの役割を「{User.Role(role).label}」にしました。"
    return _act(request, lambda: people.change_role(found, role, by=request.user), done)


@require_POST
@manager_only
def person_suspend(request: MemberRequest, pk: int) -> HttpResponse:
    found = person_or_404(request, pk)
    done = f"{found.name}さんを利用停止にしました。"
    return _act(request, lambda: people.suspend(found, by=request.user), done)


@require_POST
@manager_only
def person_resume(request: MemberRequest, pk: int) -> HttpResponse:
    found = person_or_404(request, pk)
    done = f"{found.name}さんの利用を再開しました。"
    return _act(request, lambda: people.resume(found, by=request.user), done)


@require_POST
@manager_only
def person_remove(request: MemberRequest, pk: int) -> HttpResponse:
    found = person_or_404(request, pk)
    if not RemovalForm(request.POST).is_valid():
        messages.error(request, NOT_SURE)
        return redirect("members:person", pk)
    done = f"{found.name}さんの利用を終了しました。"
    return _act(request, lambda: people.remove(found, by=request.user), done)


def _act(request: MemberRequest, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except people.LastManagerError:
        messages.error(request, LAST_MANAGER)
    except StaleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("members:organization")
