"""Sheets that the secretariat imports: the two registers of agreements."""

from typing import Any

import tablib
from django.core.exceptions import ValidationError
from import_export.fields import Field
from import_export.widgets import Widget

from agreements.models import Activity, CorporateAgreement, Party, RegionalAgreement
from lib import prefectures
from lib.imports import ChoiceWidget, DateWidget, NumberWidget, SheetResource, YesNoWidget


def _of_agreement(name: str, head: str, widget: Widget | None = None) -> Field:
    """A column of the party's agreement: shown and exported, written by the resource itself."""
    return Field(f"agreement__{name}", head, widget=widget or NumberWidget(), readonly=True)


class RegionalResource(SheetResource):
    """A row per party. Rows with the same 協定番号 are one agreement, whose count stands once."""

    aliases = {
        "agreement": "協定番号",
        "signed_on": "協定締結日",
        "prefecture": "都道府県",
        "organization": "団体名",
        "constituent_kinds": "構成自治体の種別",
        "constituents_published": "構成自治体数（公表値）",
        "as_of": "公表内容の時点",
        "term_months": "有効期間（月数）",
        "renews_automatically": "自動更新",
        "notice_months": "申出の期限（満了の何か月前）",
        "needs_confirmation": "要確認",
    }
    required_heads = (
        "協定番号",
        "協定締結日",
        "都道府県",
        "団体名",
        "構成自治体の種別",
        "構成自治体数（公表値）",
        "公表内容の時点",
    )

    sample = {
        "協定番号": "999",
        "協定締結日": "令和8年3月12日",
        "都道府県": "群馬県",
        "団体名": "見本町村会",
        "構成自治体の種別": "町村",
        "構成自治体数（公表値）": "23",
        "公表内容の時点": "令和8年3月12日",
        "有効期間（月数）": "12",
        "自動更新": "はい",
        "申出の期限（満了の何か月前）": "3",
        "要確認": "いいえ",
    }
    explanations = {
        "協定番号": "同じ番号の行は、1つの協定です。締結日などは、どの行にも同じ内容を書きます。",
        "協定締結日": "和暦でも西暦でも書けます。",
        "都道府県": "「群馬県」のように書きます。",
        "団体名": "締結した団体。協定番号と団体名が同じ行は、今の内容を改めます。",
        "構成自治体の種別": f"{'、'.join(Party.Members.labels)} のどれか。",
        "構成自治体数（公表値）": "協定の1行目に書きます。2行目からは空にできます。",
        "公表内容の時点": "公表値がいつのものか。",
        "有効期間（月数）": "12か月なら12。分からなければ空にします。",
        "自動更新": "「はい」か「いいえ」。",
        "申出の期限（満了の何か月前）": "3か月前なら3。分からなければ空にします。",
        "要確認": "「はい」か「いいえ」。",
    }

    number = _of_agreement("number", "協定番号")
    signed_on = _of_agreement("signed_on", "協定締結日", DateWidget())
    prefecture = _of_agreement("prefecture", "都道府県", ChoiceWidget(prefectures.CHOICES))
    name = Field("name", "団体名")
    members = Field("members", "構成自治体の種別", widget=ChoiceWidget(Party.Members))
    published_count = _of_agreement("published_count", "構成自治体数（公表値）", NumberWidget())
    published_on = _of_agreement("published_on", "公表内容の時点", DateWidget())
    term_months = _of_agreement("term_months", "有効期間（月数）", NumberWidget())
    renews_automatically = _of_agreement("renews_automatically", "自動更新", YesNoWidget())
    notice_months = _of_agreement("notice_months", "申出の期限（満了の何か月前）", NumberWidget())
    needs_confirmation = _of_agreement("needs_confirmation", "要確認", YesNoWidget())

    class Meta:
        model = Party
        fields = (
            "number",
            "signed_on",
            "prefecture",
            "name",
            "members",
            "published_count",
            "published_on",
            "term_months",
            "renews_automatically",
            "notice_months",
            "needs_confirmation",
        )
        import_id_fields = ("number", "name")
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self._agreements: dict[int, RegionalAgreement] = {}

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> Party | None:
        parties = Party.objects.select_related("agreement")
        number = self.fields["number"].clean(row)
        return parties.filter(agreement__number=number, name=row["団体名"]).first()

    def import_instance(self, instance: Party, row: dict[str, str], **kwargs: Any) -> None:
        errors: dict[str, list[ValidationError]] = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            error.update_error_dict(errors)
        try:
            instance.agreement = self._agreement_of(row)
        except (ValidationError, ValueError) as error:
            errors["agreement"] = [
                ValidationError(message) for message in getattr(error, "messages", [str(error)])
            ]
        if errors:
            raise ValidationError(errors)
        if instance.pk is None:
            instance.position = kwargs["row_number"]

    def _agreement_of(self, row: dict[str, str]) -> RegionalAgreement:
        """Saved with the row's values; a further row of the same agreement must repeat them."""
        number = self.fields["number"].clean(row)
        is_first = number not in self._agreements
        agreement = self._agreements.get(number) or (
            RegionalAgreement.objects.filter(number=number).first()
            or RegionalAgreement(number=number)
        )
        stated = self._stated_values(row)
        if not is_first:
            self._refuse_contradiction(agreement, stated)
        elif self._changes(agreement, stated):
            agreement.full_clean()
            agreement.save()
        self._agreements[number] = agreement
        return agreement

    def _stated_values(self, row: dict[str, str]) -> dict[str, Any]:
        """What the row says of its agreement; a column that the sheet lacks says nothing."""
        values = {
            name: field.clean(row)
            for name, field in self.fields.items()
            if field.readonly and name != "number" and field.column_name in row
        }
        # The second party of a joint agreement leaves the count empty, as the source document does.
        if values["published_count"] is None:
            del values["published_count"]
        return values

    def _refuse_contradiction(self, agreement: RegionalAgreement, stated: dict[str, Any]) -> None:
        for name, value in stated.items():
            if getattr(agreement, name) != value:
                head = self.fields[name].column_name
                raise ValidationError(f"同じ協定番号{agreement.number}の行で、{head}が違います。")

    def _changes(self, agreement: RegionalAgreement, stated: dict[str, Any]) -> bool:
        changed = {
            name: value for name, value in stated.items() if getattr(agreement, name) != value
        }
        for name, value in changed.items():
            setattr(agreement, name, value)
        return bool(changed)


class ActivitiesField(Field):
    """主な取組 in one cell, separated by | in any width; the order is kept."""

    def get_value(self, instance: CorporateAgreement) -> str:
        if instance.pending_activities is not None:
            return "|".join(instance.pending_activities)
        if instance.pk is None:
            return ""
        return "|".join(activity.text for activity in instance.activities.all())

    def save(
        self, instance: CorporateAgreement, row: dict[str, str], *args: Any, **kwargs: Any
    ) -> None:
        texts = row[self.column_name].replace("｜", "|").split("|")
        instance.pending_activities = [text.strip() for text in texts if text.strip()]


class CorporateResource(SheetResource):
    """A row per agreement, found by company and day of signing."""

    aliases = {
        "company": "締結企業",
        "signed_on": "締結年月日",
        "main_activities": "主な取組",
        "as_of": "公表内容の時点",
    }
    required_heads = ("締結企業", "締結年月日", "主な取組", "公表内容の時点")

    sample = {
        "締結企業": "見本株式会社",
        "締結年月日": "令和8年3月12日",
        "主な取組": "講演会の開催|物産展への協力",
        "公表内容の時点": "令和8年3月12日",
    }
    explanations = {
        "締結企業": "締結企業と締結年月日が同じ行は、今の内容を改めます。",
        "締結年月日": "和暦でも西暦でも書けます。",
        "主な取組": "いくつもあるときは「|」で区切ります（全角でもかまいません）。",
        "公表内容の時点": "公表した内容がいつのものか。",
    }

    company = Field("company", "締結企業")
    signed_on = Field("signed_on", "締結年月日", widget=DateWidget())
    activities = ActivitiesField("activities", "主な取組")
    published_on = Field("published_on", "公表内容の時点", widget=DateWidget())

    class Meta:
        model = CorporateAgreement
        fields = ("company", "signed_on", "activities", "published_on")
        import_id_fields = ("company", "signed_on")
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True

    def after_save_instance(self, instance: CorporateAgreement, row: Any, **kwargs: Any) -> None:
        texts = instance.pending_activities or []
        if texts == [activity.text for activity in instance.activities.all()]:
            return
        instance.activities.all().delete()
        for position, text in enumerate(texts, start=1):
            activity = Activity(agreement=instance, text=text, position=position)
            activity.full_clean()
            activity.save()
