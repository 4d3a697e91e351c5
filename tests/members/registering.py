"""What an applicant types at /members/register/, and sends."""

REGISTER = "/members/register/"


def typed(**fields):
    return {
        "prefecture": "10",
        "body_name": "見本町",
        "section": "企画課",
        "contact_name": "見本 花子",
        "email": "ｋｉｋａｋｕ＠town.example.jp",
        "telephone": "０２７ー１２３−４５６７",
        "purpose": "連携事業を提案したい",
        "wishes": ["propose", "join"],
        "consent": "on",
        **fields,
    }


def send(client, **fields):
    return client.post(REGISTER, typed(**fields, confirmed="1"))


def errors(client, **fields):
    return client.post(REGISTER, typed(**fields)).context["form"].errors
