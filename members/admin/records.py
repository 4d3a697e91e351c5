"""What the portal itself writes, as hand-overs. Read only."""

from django.contrib import admin

from lib.admin import RecordAdmin
from lib.list_filters import filled
from members.models import CareNote, Handover


@admin.register(Handover)
class HandoverAdmin(RecordAdmin):
    """Begun, cancelled and finished on the portal's own pages, which the secretariat may open."""

    list_display = ["seat", "predecessor", "successor", "state", "leaves_on", "started_at"]
    list_filter = [
        filled("finished_at", "完了", empty="していない", given="した"),
        filled("cancelled_at", "取りやめ", empty="していない", given="した"),
    ]
    list_select_related = ["seat__organization", "predecessor__seat__organization", "invitation"]
    search_fields = ["predecessor__name", "seat__section", "seat__organization__folded"]
    fields = ["seat", "predecessor", "successor", "state", "leaves_on", "started_at", "started_by"]

    @admin.display(description="後任")
    def successor(self, handover: Handover) -> str:
        return handover.invitation.name

    @admin.display(description="状態")
    def state(self, handover: Handover) -> str:
        return handover.state


@admin.register(CareNote)
class CareNoteAdmin(RecordAdmin):
    """Written and struck out on the page of the body."""

    list_display = ["at", "organization", "spoken_to", "text", "by", "struck_at"]
    list_filter = [
        filled("struck_at", "取消線", empty="ない", given="ある"),
        "at",
    ]
    list_select_related = ["organization", "by__seat__organization"]
    search_fields = ["organization__folded", "spoken_to", "text"]
    fields = [
        *("organization", "at", "by", "spoken_to", "text"),
        *("struck_at", "struck_by", "struck_reason"),
    ]
