"""The first themes: what bodies say that they care about, and what topics of the board are about."""

from typing import Any

from django.core.management.base import BaseCommand

from members.models import Theme

# 産業振興, 観光振興 and 健康増進 as in the agreements with companies; the others as town halls divide work.
FIRST = (
    *(
        "産業振興",
        "観光振興",
        "農林水産・物産",
        "健康増進",
        "福祉・子育て",
        "教育",
        "文化・スポーツ",
    ),
    *("防災", "環境", "まちづくり", "移住・関係人口", "人材の交流"),
)


class Command(BaseCommand):
    help = "Create the first themes where there is none. What the secretariat has edited stays."

    def handle(self, *args: Any, **options: Any) -> None:
        missing = () if Theme.objects.exists() else FIRST
        Theme.objects.bulk_create(
            Theme(name=name, position=position) for position, name in enumerate(missing, start=1)
        )
        self.stdout.write(f"themes: {len(missing)} new")
