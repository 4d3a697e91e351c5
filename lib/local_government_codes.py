"""全国地方公共団体コード: six digits, the last of which checks the first five."""

from django.core.exceptions import ValidationError

from lib.text import half_width

_WEIGHTS = (6, 5, 4, 3, 2)


def check_digit(first_five: str) -> str:
    """Weights 6, 5, 4, 3, 2; (11 - sum mod 11) mod 10 (総務省の検査数字の算式)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_five, strict=True))
    return str((11 - total % 11) % 10)


def readings(text: str) -> list[str]:
    """The six-digit codes that somebody may have meant, in any width; at least one.

    Five digits have two readings when they happen to check: the code without its check digit,
    and a code whose leading zero a spreadsheet has eaten. Raises ValidationError for no code.
    """
    typed = half_width(text)
    if not (typed.isascii() and typed.isdigit() and 4 <= len(typed) <= 6):
        raise ValidationError("団体コードは5桁または6桁の数字で入力してください。")
    found = [code for code in (typed, f"0{typed}") if is_code(code)]
    if len(typed) < 6:
        first_five = typed.zfill(5)
        found.append(first_five + check_digit(first_five))
    if not found:
        raise ValidationError(
            f"団体コード「{typed}」の検査数字が合いません。番号を確かめてください。"
        )
    return found


def is_code(text: str) -> bool:
    """Six ASCII digits, the last of which checks the others."""
    is_six_digits = len(text) == 6 and text.isascii() and text.isdigit()
    return is_six_digits and check_digit(text[:5]) == text[5]


def validate_code(code: str) -> None:
    """For model fields."""
    if not is_code(code):
        raise ValidationError("団体コードは、検査数字を含む6桁の数字で入力してください。")
