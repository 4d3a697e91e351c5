"""全国地方公共団体コード: six digits, the last of which checks the first five."""

from django.core.exceptions import ValidationError

from lib.text import half_width

_WEIGHTS = (6, 5, 4, 3, 2)


def check_digit(first_five: str) -> str:
    """Weights 6, 5, 4, 3, 2; (11 - sum mod 11) mod 10 (総務省の検査数字の算式)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_five, strict=True))
    return str((11 - total % 11) % 10)


def normalize(text: str) -> str:
    """Six digits from five or six typed in any width; a spreadsheet may have eaten the first 0.

    Raises ValidationError when it is no such code. Six digits that check are taken as they
    stand; only then is a leading zero or the check digit supplied.
    """
    typed = half_width(text)
    if not (typed.isascii() and typed.isdigit() and 4 <= len(typed) <= 6):
        raise ValidationError("団体コードは5桁または6桁の数字で入力してください。")
    for code in (typed, f"0{typed}"):
        if len(code) == 6 and check_digit(code[:5]) == code[5]:
            return code
    first_five = typed.zfill(5)
    if len(first_five) == 5:
        return first_five + check_digit(first_five)
    raise ValidationError(f"団体コード「{typed}」の検査数字が合いません。")


def validate_code(code: str) -> None:
    """For model fields: exactly six ASCII digits with the right check digit."""
    is_code = len(code) == 6 and code.isascii() and code.isdigit()
    if not is_code or check_digit(code[:5]) != code[5]:
        raise ValidationError("団体コードは検査数字を含む6桁の数字です。")
