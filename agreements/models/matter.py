"""協定項目 (Matter): what an agreement is about, as 産業振興."""

from django.db import models


class Matter(models.Model):
    name = models.CharField("名称", max_length=50, unique=True)
    position = models.PositiveSmallIntegerField("並び順", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "協定項目"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name
