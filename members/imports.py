"""Sheets that the secretariat imports about local governments."""

from decimal import Decimal
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from import_export.fields import Field
from import_export.widgets import CharWidget, DecimalWidget, ForeignKeyWidget

from lib import prefectures
from lib.imports import ChoiceWidget, DateWidget, SheetResource
from lib.local_government_codes import readings
from members.models import LocalGovernment


class CodeWidget(CharWidget):
    """A code with five or six digits; of two readings, the one that the master knows."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        try:
            codes = readings(str(value))
        except ValidationError as error:
            raise ValueError(error.message) from error
        if len(codes) > 1:
            known = LocalGovernment.objects.filter(code__in=codes)
            codes = list(known.values_list("code", flat=True))
        if len(codes) != 1:
            raise ValueError(f"団体コード「{value}」は二通りに読めます。6桁で入力してください。")
        return codes[0]


class DegreesWidget(DecimalWidget):
    """Degrees to the six places that are stored (about 0.1 m)."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | None:
        degrees = super().clean(value, row, **kwargs)
        return None if degrees is None else degrees.quantize(Decimal("0.000001"))


class LocalGovernmentResource(SheetResource):
    """Rows are found by code; a code that the sheet lacks stays as it is, for history's sake."""

    aliases = {
        "code": "団体コード",
        "prefecture": "都道府県",
        "name": "団体名",
        "kana": "ふりがな",
        "kind": "種別",
        "latitude": "緯度",
        "longitude": "経度",
        "website": "ウェブサイト",
    }
    required_heads = ("団体コード", "都道府県", "団体名", "ふりがな", "種別")
    sample = {
        "団体コード": "999997",
        "都道府県": "群馬県",
        "団体名": "見本市",
        "ふりがな": "みほんし",
        "種別": "市",
        "緯度": "36.391",
        "経度": "139.06",
        "ウェブサイト": "https://city.example.jp/",
        "設置日": "令和8年4月1日",
    }
    explanations = {
        "団体コード": "全国地方公共団体コード。6桁でも5桁でも、全角でも読めます。同じコードの行を改め、なければ加えます。",
        "都道府県": "「群馬県」のように書きます。",
        "団体名": "都道府県自身の行では空にします。",
        "ふりがな": "ひらがなで書きます。",
        "種別": "都道府県、市、町、村、特別区 のどれか。",
        "緯度": "10進の度（例：36.391）。",
        "経度": "10進の度（例：139.06）。",
        "ウェブサイト": "https:// から書きます。",
        "設置日": "合併などで新しくできた団体だけに書きます。和暦でも西暦でも。",
        "廃止日": "合併などで無くなった日。行は消さずに残します。",
        "承継した団体": "廃止された団体を承継した団体の、6桁の団体コード。",
    }

    code = Field("code", "団体コード", widget=CodeWidget())
    prefecture = Field("prefecture", "都道府県", widget=ChoiceWidget(prefectures.CHOICES))
    name = Field("name", "団体名")
    kana = Field("kana", "ふりがな")
    kind = Field("kind", "種別", widget=ChoiceWidget(LocalGovernment.Kind))
    latitude = Field("latitude", "緯度", widget=DegreesWidget())
    longitude = Field("longitude", "経度", widget=DegreesWidget())
    website = Field("website", "ウェブサイト")
    established_on = Field("established_on", "設置日", widget=DateWidget())
    abolished_on = Field("abolished_on", "廃止日", widget=DateWidget())
    successor = Field("successor", "承継した団体", widget=ForeignKeyWidget(LocalGovernment, "code"))

    class Meta:
        model = LocalGovernment
        fields = (
            "code",
            "prefecture",
            "name",
            "kana",
            "kind",
            "latitude",
            "longitude",
            "website",
            "established_on",
            "abolished_on",
            "successor",
        )
        import_id_fields = ("code",)
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = False

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self._known = LocalGovernment.objects.in_bulk(field_name="code")

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> LocalGovernment | None:
        return self._known.get(self.fields["code"].clean(row))

    def validate_instance(
        self,
        instance: LocalGovernment,
        import_validation_errors: Any = None,
        validate_unique: bool = True,
    ) -> None:
        """Not the constraints, each of which asks the database: it refuses by itself, see below."""
        errors = dict(import_validation_errors or {})
        try:
            instance.full_clean(
                exclude=errors.keys(), validate_unique=False, validate_constraints=False
            )
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def do_instance_save(self, instance: LocalGovernment, is_create: bool) -> None:
        try:
            with transaction.atomic():
                super().do_instance_save(instance, is_create)
        except IntegrityError:
            # Says in words which constraint it was.
            instance.full_clean()
            raise

    def after_save_instance(self, instance: LocalGovernment, row: Any, **kwargs: Any) -> None:
        self._known[instance.code] = instance
