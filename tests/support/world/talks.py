"""What is said in the world's messengers, and who has each conversation now. All of it made up."""

from dataclasses import dataclass, field

from secretary.kernel.errors import Language


@dataclass(frozen=True)
class Line:
    """One message: `who` is customer, secretary, person or notice. `ticks` are what became of its parts."""

    who: str
    text: str
    ticks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    error: str = ""
    by: str = "admin"
    source: str = ""
    is_edited: bool = False
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Talk:
    """A conversation: `state` is who has it at its end, `of` the person; it ended so many minutes ago."""

    kind: str
    key: str
    name: str
    handle: str
    state: str
    minutes: int
    lines: tuple[Line, ...]
    of: str = "admin"
    is_read: bool = False
    language: Language = "ru"
    notes: tuple[str, ...] = ()
    contact: dict[str, object] = field(default_factory=dict)


WENT = ("read",)
TALKS = (
    Talk(
        "telegram", "510001", "Ирина Лебедева", "@irina_leb", "secretary", 34,
        (
            Line("customer", "Здравствуйте! Вот такая чашка у вас есть?", files=("cup.png",)),
            Line("secretary", "Здравствуйте! Похоже на серию «Иней»: есть чашки 250 и 350 мл, обе в наличии.", WENT),
            Line("customer", "А в посудомойку её можно?"),
            Line("secretary", "Да, на щадящем режиме [1]. Фарфор с позолотой — нельзя.", ("delivered",), source="Уход за посудой › Фарфор"),
        ),
        contact={"phone": "+7 900 555-10-01", "email": "irina@example.com", "tags": ["постоянный", "подарки"],
                 "fields": {"Город": "Казань", "Скидка": "5 %"}, "note": "Берёт подарки к Новому году, пишет заранее."},
    ),
    Talk(
        "telegram", "510002", "Олег Мартынов", "@o_martynov", "waiting", 4,
        (
            Line("customer", "Чайник пришёл с вмятиной, что делать?"),
            Line("secretary", "Жаль, что так вышло. Возврат возможен 14 дней [1]. Оформить?", WENT, source="Гарантия и возврат › Возврат"),
            Line("customer", "Нет, позовите человека"),
            Line("notice", "Зову сотрудника. Обычно он отвечает за 10 минут.", WENT),
            Line("customer", "Вот фото", files=("dent.png", "receipt.pdf")),
            Line("customer", "Алло?"),
        ),
        contact={"phone": "+7 900 555-10-02"},
    ),
    Talk(
        "telegram", "510003", "Marina Volkova", "@mvolkova", "person", 11,
        (
            Line("customer", "Hello! I ordered 40 cups for a café, order 1187. When do they leave?", is_edited=True),
            Line("secretary", "Orders over 30 pieces are packed in 2 days. A colleague can tell you more.", WENT),
            Line("person", "Hello Marina, this is the shop. Your cups leave tomorrow before noon.", ("read", "read")),
            Line("customer", "Great. Can you add saucers?", files=("voice.wav",)),
            Line("person", "Of course: 40 saucers, 6 800 ₽. Shall I add them to the same invoice?", ("queued",)),
        ),
        language="en", is_read=True, notes=("Просит счёт на ИП, реквизиты в почте.",),
        contact={"tags": ["опт"], "fields": {"Company": "Café Nord"}},
    ),
    Talk(
        "whatsapp", "79005551004", "Тимур Гараев", "+7 900 555-10-04", "person", 52,
        (
            Line("customer", "Где мой заказ 1162?"),
            Line("secretary", "Подскажите номер телефона из заказа, и я проверю.", ("read",)),
            Line("customer", "Ошибся чатом", is_withdrawn=True),
            Line("person", "Тимур, заказ у курьера, будет сегодня с 16 до 18.", ("failed",), error="channel_refused", by="colleague"),
            Line("customer", "Спасибо, жду"),
        ),
        of="colleague", contact={"phone": "+7 900 555-10-04"},
    ),
    Talk(
        "whatsapp", "79005551005", "Анна Крылова", "+7 900 555-10-05", "closed", 190,
        (
            Line("customer", "Упаковка бесплатная?"),
            Line("secretary", "Да, от 3 000 ₽. Иначе 150 ₽.", ("read",)),
            Line("customer", "Спасибо!"),
            Line("secretary", "Пожалуйста! Хорошего дня.", ("delivered",)),
        ),
        is_read=True, contact={"tags": ["подарки"]},
    ),
    Talk(
        "whatsapp", "79005551002", "Олег М.", "+7 900 555-10-02", "secretary", 1_600,
        (
            Line("customer", "Есть чайники на 2 литра?"),
            Line("secretary", "Самый большой — «Вектор К-17», 1,7 л.", ("read",)),
        ),
        is_read=True, contact={"phone": "+7 900 555-10-02"},
    ),
)  # fmt: skip
CANNED = (
    ("привет", "Приветствие", "Здравствуйте! Меня зовут Анна, я из магазина. Чем помочь?"),
    ("счёт", "Счёт для компании", "Пришлите ИНН и почту: счёт придёт в течение часа, он действует 3 рабочих дня."),
    ("возврат", "Как вернуть", "Заполните заявление на сайте и приложите фото. Деньги вернём за 3 рабочих дня."),
    ("курьер", "Курьер в пути", "Заказ у курьера, он позвонит за час до приезда."),
    ("thanks", "Thank you", "Thank you for your order! If anything is wrong, just write here."),
)
