"""Who may do what: the questions that are asked of a user, and the decorators that views wear.

Every view of ours states its audience with one decorator; tests/test_access.py walks the URLconf
and fails on a view without `access`. Everything is private unless it is marked public.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeGuard

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from members.models import Organization, User

# Sheets with names and addresses of people; the other two are the secretariat's care for them.
EXPORTS_PERSONAL_DATA = "members.export_personal_data"
HANDLES_PERSONAL_DATA = "members.handle_personal_data"

P = ParamSpec("P")
AnyUser = User | AnonymousUser


class MemberRequest(HttpRequest):
    """A request behind one of the decorators below: somebody is logged in."""

    user: User


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]


def is_member(user: AnyUser) -> TypeGuard[User]:
    """Logged in, and neither the person nor the body is suspended. The secretariat is, too."""
    return isinstance(user, User) and user.is_admitted


def is_secretariat(user: AnyUser) -> TypeGuard[User]:
    """Sits at the secretariat and is staff; groups decide what it may do in the admin."""
    return (
        is_member(user)
        and user.is_staff
        and user.seat.organization.kind == Organization.Kind.SECRETARIAT
    )


def manages_people(user: AnyUser) -> bool:
    """At the secretariat: of any body. Editors and viewers there do not."""
    return is_secretariat(user) and user.has_perm("members.change_user")


def may_change_staff(user: User, by: User) -> bool:
    """Who uses the admin is changed by whoever assigns its roles; a superuser by superusers."""
    if not user.is_staff or by.is_superuser:
        return True
    return not user.is_superuser and by.has_perm("members.assign_desk")


def is_manager(user: AnyUser) -> TypeGuard[User]:
    return is_member(user) and user.role == User.Role.MANAGER


def is_contributor(user: AnyUser) -> TypeGuard[User]:
    """Writes for the own body: everybody but those who only read."""
    return is_member(user) and user.role != User.Role.VIEWER


def public(view: View[P]) -> View[P]:
    """Open to everybody. A comment beside it gives the reason."""
    return _stating("public", login_not_required(view))


def member_only(view: MemberView[P]) -> View[P]:
    return _stating("member", _requiring(is_member, view))


def contributor_only(view: MemberView[P]) -> View[P]:
    return _stating("contributor", _requiring(is_contributor, view))


def manager_only(view: MemberView[P]) -> View[P]:
    return _stating("manager", _requiring(is_manager, view))


def _requiring(may_enter: Callable[[AnyUser], bool], view: MemberView[P]) -> View[P]:
    """LoginRequiredMiddleware has sent the anonymous to the log-in page before."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may_enter(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return guarded


def _stating(audience: str, view: View[P]) -> View[P]:
    view.access = audience  # type: ignore[attr-defined]
    return view
